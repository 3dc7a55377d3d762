"""导入: a file of orders from upload to undo."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from xlsxwriter import Workbook

from community.models import Member
from core.jobs import drain_all
from core.tables import NotATable, read_table
from orders.enums import ImportKind, ImportState, OrderSource
from orders.models import (
    ColumnMapping,
    GroupStock,
    Import,
    ImportedOrder,
    Offer,
    Order,
    OrderLine,
    ProductAlias,
    SaleFact,
)
from orders.services import (
    NoDraft,
    NothingToTake,
    TooLateToUndo,
    answer_goods,
    confirm_orders,
    cut_off,
    forget_imports,
    read_import,
    start_import,
    undo_orders,
)
from tests import factories as make
from tests.workbooks import sheets_of

pytestmark = pytest.mark.django_db

HEADER = "跟团号,收货人,联系电话,详细地址,商品,数量,单价,订单状态,团员备注"


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990, stock=Decimal(10))


@pytest.fixture
def wang(group):
    return make.make_member("王芳", group=group, door="3-1701", phone="13800000011")


@pytest.fixture
def bring_in(campaign, group, leader, berries):
    """A draft of these rows below the header."""

    def bring(*rows, header=HEADER, by=None, into=None, now=None):
        return start_import(
            kind=ImportKind.ORDERS,
            file_name="快团团.csv",
            data="\n".join([header, *rows]).encode(),
            campaign=campaign,
            group=into or group,
            by=by or leader.user,
            now=now or timezone.now(),
        )

    return bring


def confirm(brought_in, leader, *, with_doubtful=True):
    return confirm_orders(brought_in=brought_in, with_doubtful=with_doubtful, by=leader.user, now=timezone.now())


def lines_of(member):
    lines = OrderLine.objects.filter(order__member=member)
    return dict(lines.values_list("offer__name", "quantity"))


def uploaded(text: str | bytes, name: str = "快团团.csv"):
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


def workbook(*rows, sheet: str = "订单") -> bytes:
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for at, cells in enumerate(rows):
            page.write_row(at, 0, cells)
    return file.getvalue()


# the file


@pytest.mark.parametrize(
    "data",
    [
        "姓名,数量\n王芳,2\n".encode(),
        b"\xef\xbb\xbf" + "姓名,数量\r\n王芳,2\r\n".encode(),
        "姓名,数量\n王芳,2\n".encode("gb18030"),
        "姓名;数量\n\n王芳;2\n".encode(),
        "姓名\t数量\n王芳\t2\n".encode(),
        workbook(["姓名", "数量"], ["王芳", 2]),
        workbook(["姓名", "数量"], [], ["王芳", 2.0]),
    ],
    ids=["utf-8", "with a mark", "gb18030", "semicolons", "tabs", "workbook", "workbook with an empty row"],
)
def test_a_table_is_read_whatever_wrote_it(data):
    assert read_table(data) == [["姓名", "数量"], ["王芳", "2"]]


def test_a_phone_that_is_a_number_in_a_workbook_keeps_its_digits():
    assert read_table(workbook([13800000011])) == [["13800000011"]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"PK\x03\x04 no workbook",
        b"a\n" * 5_100,
        b"," * 40 + b"x",
        b"x" * 5_000_001,
    ],
    ids=["empty", "a picture", "a broken archive", "too many rows", "too many columns", "too large"],
)
def test_what_is_no_table_or_too_large_is_refused(data):
    with pytest.raises(NotATable):
        read_table(data)


def test_a_workbook_that_names_a_cell_far_out_is_refused_and_not_laid_out():
    file = BytesIO()
    with Workbook(file) as book:
        page = book.add_worksheet()
        page.write(0, 0, "姓名")
        page.write(1_048_575, 16_383, "x")

    with pytest.raises(NotATable):
        read_table(file.getvalue())


# taking in


def test_a_confirmed_file_becomes_orders_of_known_and_new_members(bring_in, leader, group, wang, berries):
    brought_in = bring_in(
        "1,王芳,13800000011,3-1701,草莓,2,29.90,已支付,放门口", "2,陈静,13900000000,5号楼501室,草莓,1,29.90,已支付,"
    )

    confirm(brought_in, leader)

    new = Member.objects.get(phone="13900000000")
    assert (lines_of(wang), lines_of(new)) == ({"草莓": 2}, {"草莓": 1})
    order = Order.objects.get(member=new)
    assert (order.source, order.door, order.placed_by) == (OrderSource.IMPORT, "5-501", leader.user)
    assert new.memberships.get().group == group
    assert Order.objects.get(member=wang).note == "放门口"
    brought_in.refresh_from_db()
    assert brought_in.state == ImportState.APPLIED
    assert {name: brought_in.outcome[name] for name in ("orders", "rows", "new_members", "amount_fen")} == {
        "orders": 2,
        "rows": 2,
        "new_members": 1,
        "amount_fen": 8970,
    }


def test_a_member_of_another_group_joins_this_one_at_the_door_of_the_file(bring_in, leader, group, other_group):
    chen = make.make_member("陈静", group=other_group, door="1-101", phone="13900000000")

    confirm(bring_in("1,小陈,13900000000,5-501,草莓,1,,,"), leader)

    assert lines_of(chen) == {"草莓": 1}
    assert set(chen.memberships.values_list("group", "door")) == {(other_group.pk, "1-101"), (group.pk, "5-501")}


def test_the_campaigns_price_holds(bring_in, leader, wang):
    confirm(bring_in("1,王芳,13800000011,,草莓,2,19.90,,"), leader)

    assert OrderLine.objects.get().amount_fen == 5980


def test_doubtful_rows_stay_out_when_they_are_not_wanted(bring_in, leader, wang):
    brought_in = bring_in("1,王芳,13800000011,,草莓,2,19.90,,", "2,王芳,13800000011,,草莓,1,29.90,,")

    confirm(brought_in, leader, with_doubtful=False)

    brought_in.refresh_from_db()
    assert lines_of(wang) == {"草莓": 1}
    assert [kept["row"] for kept in brought_in.outcome["bad"]] == [0]


def test_what_is_more_than_is_left_stays_out_with_its_sentence_and_the_rest_is_taken(
    bring_in, leader, group, wang, berries
):
    brought_in = bring_in("1,王芳,,3-1701,草莓,8,,,", "2,陈静,,5-501,草莓,3,,,", "3,李雷,,5-502,草莓,2,,,")

    confirm(brought_in, leader)

    brought_in.refresh_from_db()
    (out,) = brought_in.outcome["bad"]
    assert (out["row"], "2 盒" in out["said"]) == (1, True)
    assert Offer.objects.get(pk=berries.pk).taken == 10
    assert not Member.objects.filter(name="陈静").exists()


def test_a_groups_share_of_the_stock_is_kept_to(bring_in, leader, group, wang, berries):
    GroupStock.objects.create(offer=berries, group=group, stock=Decimal(3))

    confirm(bring_in("1,王芳,,3-1701,草莓,2,,,", "2,陈静,,5-501,草莓,2,,,"), leader)

    assert GroupStock.objects.get().taken == 2


def test_an_answer_about_goods_is_kept_for_the_groups_next_file(bring_in, leader, group, wang, berries):
    brought_in = bring_in("1,王芳,,3-1701,丹东99,1,,,")
    answer_goods(brought_in=brought_in, answers={"丹东99": berries.pk})
    confirm(brought_in, leader)

    (next_time,) = read_import(bring_in("2,王芳,,3-1701,丹东99,1,,,"))

    assert next_time.quantities == {berries.pk: 1}
    assert ProductAlias.objects.get().group == group


def test_a_file_that_comes_twice_doubles_nothing(bring_in, leader, wang):
    rows = ["1,王芳,13800000011,,草莓,2,,,", "2,陈静,,5-501,草莓,1,,,"]
    confirm(bring_in(*rows), leader)

    again = bring_in(*rows, "3,李雷,,5-502,草莓,1,,,")
    confirm(again, leader)

    again.refresh_from_db()
    assert (again.outcome["orders"], again.outcome["aside"]) == (1, 2)
    assert lines_of(wang) == {"草莓": 2}


def test_without_numbers_a_file_that_comes_twice_doubles_nothing_either(bring_in, leader, wang):
    for _time in range(2):
        brought_in = bring_in("王芳,3-1701,草莓,2", "陈静,5-501,草莓,1", header="姓名,地址,商品,数量")
        if not Order.objects.exists():
            confirm(brought_in, leader)

    assert {one.standing for one in read_import(brought_in)} == {"aside"}


def test_two_drafts_of_one_file_confirmed_after_each_other_take_it_in_once(bring_in, leader, wang):
    first, second = (bring_in("1,王芳,13800000011,,草莓,2,,,", "2,李雷,,5-502,草莓,1,,,") for _time in range(2))
    confirm(first, leader)

    with pytest.raises(NothingToTake):
        confirm(second, leader)

    assert lines_of(wang) == {"草莓": 2}


def test_a_draft_is_confirmed_once(bring_in, leader, wang):
    brought_in = bring_in("1,王芳,13800000011,,草莓,2,,,")
    confirm(brought_in, leader)

    with pytest.raises(NoDraft):
        confirm(brought_in, leader)


@pytest.mark.parametrize("orders", [1, 40])
def test_as_many_statements_take_in_forty_orders_as_one(bring_in, leader, berries, django_assert_num_queries, orders):
    Offer.objects.filter(pk=berries.pk).update(stock=None)
    brought_in = bring_in(*(f"{n},新人{n},,5-{n + 100},草莓,1,,," for n in range(orders)))

    with django_assert_num_queries(40):
        confirm(brought_in, leader)


def test_the_database_takes_an_order_of_a_file_in_once(bring_in, leader, wang):
    brought_in = bring_in("1,王芳,13800000011,,草莓,2,,,")
    confirm(brought_in, leader)
    kept = ImportedOrder.objects.get()
    again = ImportedOrder(
        brought_in=brought_in, campaign=kept.campaign, key=kept.key, order=kept.order, lines=kept.lines
    )

    with pytest.raises(IntegrityError, match="import_takes_an_order_in_once"):
        again.save()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": ImportState.UNDONE}, "import_is_applied_before_it_is_undone"),
        ({"state": ImportState.APPLYING}, "import_is_applied_before_it_is_undone"),
        ({"group": None}, "import_of_orders_names_campaign_and_group"),
        ({"kind": ImportKind.PRODUCTS}, "import_of_orders_names_campaign_and_group"),
    ],
)
def test_the_database_keeps_an_import_in_order(bring_in, fields, constraint):
    brought_in = bring_in("1,王芳,13800000011,,草莓,2,,,")

    with pytest.raises(IntegrityError, match=constraint):
        Import.objects.filter(pk=brought_in.pk).update(**fields)


# by a job


def test_a_long_file_is_taken_in_by_a_job_part_by_part(bring_in, leader, berries):
    Offer.objects.filter(pk=berries.pk).update(stock=Decimal(400))
    brought_in = bring_in(*(f"{n},新人{n},,5-{n + 100},草莓,1,,," for n in range(450)))

    confirm(brought_in, leader)
    assert (Order.objects.count(), brought_in.state) == (0, ImportState.DRAFT)
    drain_all()

    brought_in.refresh_from_db()
    assert (brought_in.state, brought_in.job.shards_total) == (ImportState.APPLIED, 3)
    assert (brought_in.outcome["orders"], len(brought_in.outcome["bad"])) == (400, 50)
    assert Order.objects.count() == 400


def test_a_part_after_the_cut_off_stays_out_with_the_reason(bring_in, leader, operator, campaign, berries):
    Offer.objects.filter(pk=berries.pk).update(stock=None)
    brought_in = bring_in(*(f"{n},新人{n},,5-{n + 100},草莓,1,,," for n in range(201)))
    confirm(brought_in, leader)
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    drain_all()

    brought_in.refresh_from_db()
    assert (brought_in.state, brought_in.outcome["orders"]) == (ImportState.APPLIED, 0)
    assert len(brought_in.outcome["bad"]) == 201


# undo


def test_undo_takes_out_exactly_what_the_file_put_in(bring_in, leader, group, wang, berries):
    make.order_for(wang, (berries, 1), group=group, now=timezone.now())
    brought_in = bring_in(
        "1,王芳,13800000011,,草莓,2,,,放门口", "2,王芳,13800000011,,草莓,1,,,", "3,陈静,,5-501,草莓,3,,,"
    )
    confirm(brought_in, leader)
    assert lines_of(wang) == {"草莓": 4}

    undo_orders(brought_in=brought_in, by=leader.user, now=timezone.now())

    assert lines_of(wang) == {"草莓": 1}
    assert Order.objects.get(member=wang).note == ""
    assert Offer.objects.get(pk=berries.pk).taken == 1
    assert sum(SaleFact.objects.values_list("quantity", flat=True)) == 1
    assert [one.standing for one in read_import(bring_in("1,王芳,13800000011,,草莓,2,,,"))] == ["good"]


def test_undo_ends_after_half_an_hour_and_at_the_cut_off(bring_in, leader, operator, campaign, wang):
    brought_in = bring_in("1,王芳,13800000011,,草莓,2,,,")
    confirm(brought_in, leader)

    with pytest.raises(TooLateToUndo):
        undo_orders(brought_in=brought_in, by=leader.user, now=timezone.now() + timedelta(minutes=31))
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    with pytest.raises(TooLateToUndo):
        undo_orders(brought_in=brought_in, by=leader.user, now=timezone.now())

    assert lines_of(wang) == {"草莓": 2}


def test_what_was_brought_in_is_forgotten_after_thirty_days_and_what_it_did_stays(bring_in, leader, wang):
    taken = bring_in(",王芳,13800000011,,草莓,2,,,")
    fresh, _old = (bring_in("3,陈静,13900000000,5-501,榴莲,1,,,") for _draft in range(2))
    Import.objects.filter(pk=fresh.pk).update(brought_at=timezone.now() + timedelta(days=2))
    confirm(taken, leader)

    forgotten = forget_imports(now=timezone.now() + timedelta(days=31))

    assert forgotten == 2
    assert set(Import.objects.values_list("pk", flat=True)) == {taken.pk, fresh.pk}
    taken.refresh_from_db()
    assert (taken.rows, taken.outcome["rows"], lines_of(wang)) == ([], 1, {"草莓": 2})
    assert "138" not in ImportedOrder.objects.get().key


# pages


def test_the_whole_way_by_hand(signed_in, leader, group, campaign, wang, berries):
    browser = signed_in(leader.user)
    rows = [
        "1,王芳,13800000011,3-1701,草莓,2,29.90,已支付,",
        "2,王芳,13800000011,,榴莲,1,,已支付,",
        "3,李雷,,,草莓,1,,已取消,",
    ]
    text = "\n".join([HEADER, *rows])

    kept = browser.post("/imports/orders/", {"chain": f"{campaign.pk}-{group.pk}", "file": uploaded(text)})
    brought_in = Import.objects.get()
    columns = browser.get(kept["Location"])
    browser.post(kept["Location"], dict(brought_in.columns))
    preview = browser.get(reverse("orders:import_detail", args=[brought_in.pk]))
    confirmed = browser.post(reverse("orders:import_apply", args=[brought_in.pk]), {"with_doubtful": "on"}, follow=True)
    bad = browser.get(reverse("orders:import_bad", args=[brought_in.pk]))
    undone = browser.post(reverse("orders:import_undo", args=[brought_in.pk]), follow=True)

    assert columns.context["form"]["phone"].value() == 2
    assert [preview.context[name].rows for name in ("bad", "doubtful", "good", "aside")] == [1, 0, 1, 1]
    assert "1 row saved, 1 not" in confirmed.text
    (sheet,) = sheets_of(bad).values()
    assert [row[4] for row in sheet] == ["商品", "榴莲"]
    assert "is not in this campaign" in sheet[1][-1]
    assert "This import was undone" in undone.text
    assert not OrderLine.objects.filter(quantity__gt=0).exists()


def test_corrected_rows_come_back_without_the_column_that_says_why(bring_in, leader, wang, signed_in):
    brought_in = bring_in("1,王芳,13800000011,,榴莲,2,,,")
    bad = signed_in(leader.user).get(reverse("orders:import_bad", args=[brought_in.pk]))

    again = start_import(
        kind=ImportKind.ORDERS,
        file_name="改好.xlsx",
        data=bad.content,
        campaign=brought_in.campaign,
        group=brought_in.group,
        by=leader.user,
        now=timezone.now(),
    )

    assert (again.header, again.rows) == (brought_in.header, brought_in.rows)


def test_what_looks_like_a_formula_is_text_in_the_rows_to_correct(bring_in, leader, signed_in):
    brought_in = bring_in('1,"=HYPERLINK(""http://x"")",,3-1701,榴莲,2,,,')

    answer = signed_in(leader.user).get(reverse("orders:import_bad", args=[brought_in.pk]))

    (sheet,) = sheets_of(answer).values()  # fails on any formula
    assert sheet[1][1].startswith("=HYPERLINK")


def test_columns_are_remembered_for_the_same_headers_in_another_order(signed_in, leader, bring_in):
    brought_in = bring_in("王芳,a,1", header="甲,乙,丙")
    assert brought_in.columns == {}
    browser = signed_in(leader.user)

    browser.post(reverse("orders:import_columns", args=[brought_in.pk]), {"name": "0", "goods": "1", "quantity": "2"})

    assert bring_in("1,王芳,b", header="丙,甲,乙").columns == {"name": 1, "goods": 2, "quantity": 0}
    assert bring_in("1,王芳,b", header="丙,甲,丁").columns == {}
    assert ColumnMapping.objects.get().user == leader.user


def test_a_column_shows_no_whole_phone(signed_in, leader, bring_in):
    brought_in = bring_in("1,王芳,139 0000 0000,3-1701,草莓,1,,,")

    page = signed_in(leader.user).get(reverse("orders:import_columns", args=[brought_in.pk])).text

    assert "139****0000" in page
    assert "139 0000 0000" not in page


def test_columns_have_to_name_the_goods_and_who(signed_in, leader, bring_in):
    brought_in = bring_in("王芳,a,1", header="甲,乙,丙")

    answer = signed_in(leader.user).post(
        reverse("orders:import_columns", args=[brought_in.pk]), {"quantity": "2", "goods": "99"}
    )

    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, ["goods", "name"])


def test_a_leader_brings_nothing_into_another_leaders_group(signed_in, leader, other_group, campaign, berries):
    answer = signed_in(leader.user).post(
        "/imports/orders/", {"chain": f"{campaign.pk}-{other_group.pk}", "file": uploaded(HEADER + "\n1,a,,,b,1,,,")}
    )

    assert answer.status_code == 422
    assert not Import.objects.exists()


def test_an_offer_of_another_campaign_is_no_answer(signed_in, leader, bring_in, selling, group):
    foreign = make.make_offer(selling(group), "榴莲")
    brought_in = bring_in("1,王芳,,3-1701,榴莲,1,,,")

    answer = signed_in(leader.user).post(
        reverse("orders:import_goods", args=[brought_in.pk]), {"text": "榴莲", "goods_0": foreign.pk}
    )

    brought_in.refresh_from_db()
    assert (answer.status_code, brought_in.answers) == (422, {})


def test_what_was_asked_about_can_be_answered_anew_and_nothing_else(signed_in, leader, bring_in, berries):
    brought_in = bring_in("1,王芳,,3-1701,榴莲,1,,,")
    url = reverse("orders:import_goods", args=[brought_in.pk])
    browser = signed_in(leader.user)

    first = browser.post(url, {"text": ["榴莲", "不在文件里"], "goods_0": "0", "goods_1": "0"})
    browser.post(url, {"text": "榴莲", "goods_0": berries.pk})

    brought_in.refresh_from_db()
    assert (first.status_code, brought_in.answers) == (302, {"榴莲": berries.pk})


def test_a_file_somebody_else_brought_in_is_not_the_leaders(signed_in, leader, operator, bring_in):
    brought_in = bring_in("1,王芳,13900000000,3-1701,榴莲,1,,,", by=operator)

    assert signed_in(leader.user).get(reverse("orders:import_bad", args=[brought_in.pk])).status_code == 404


def test_a_file_that_is_none_is_refused_beside_its_field(signed_in, leader, campaign, group, berries):
    answer = signed_in(leader.user).post(
        "/imports/orders/", {"chain": f"{campaign.pk}-{group.pk}", "file": uploaded(b"\x89PNG\0", "x.png")}
    )

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])


def test_the_page_says_that_the_file_was_taken_in_before(signed_in, leader, bring_in, wang):
    confirm(bring_in("1,王芳,13800000011,,草莓,2,,,"), leader)
    again = bring_in("1,王芳,13800000011,,草莓,2,,,")
    browser = signed_in(leader.user)

    assert "This file was taken in on" in browser.get(reverse("orders:import_columns", args=[again.pk])).text
    assert "is in already and does not count twice" in browser.get(f"/imports/{again.pk}/").text


@pytest.mark.parametrize("orders", [1, 400])
def test_the_preview_asks_the_database_as_often_for_many_orders_as_for_one(
    signed_in, leader, bring_in, django_assert_num_queries, orders
):
    brought_in = bring_in(*(f"{n},新人{n},,5-{n + 100},榴莲,1,,," for n in range(orders)))
    browser = signed_in(leader.user)

    with django_assert_num_queries(14):
        page = browser.get(f"/imports/{brought_in.pk}/")

    assert len(page.content) < 120_000
