"""分拣单: what goes to which group, on the page, on paper and in the workbook."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from orders.services import cut_off, deliver, record_arrivals, record_shortage, record_weights
from orders.views import sorting as views
from tests import factories as make
from tests.factories import order_for
from tests.workbooks import sheets_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, supplier=make.make_supplier("浦星冷链"))


@pytest.fixture
def fish(campaign):
    return make.make_offer(campaign, "鲈鱼", weighed=True)


@pytest.fixture
def ordered(campaign, group, other_group, berries, fish, operator):
    """锦绣华城: 2 盒 and 2 斤 at 3-1701, 1 盒 at 11-402; 田林: 4 盒 without a door. Cut off."""
    orders = {}
    for name, at, door, *wanted in [
        ("王芳", group, "3-1701", (berries, 2), (fish, 2)),
        ("李强", group, "11-402", (berries, 1)),
        ("高远", other_group, "", (berries, 4)),
    ]:
        orders[name] = order_for(make.make_member(name, group=at), *wanted, group=at, now=timezone.now())
        Order.objects.filter(pk=orders[name].pk).update(door=door)
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    return orders


def page_of(browser, name, campaign, **query):
    return browser.get(reverse(f"orders:{name}", args=[campaign.pk]), query)


def matrix_of(page):
    found = page.context["sorting"]
    return [group.name for group in found.groups], {one.offer.name: list(one.quantities) for one in found.goods}


def test_the_matrix_says_how_much_of_what_goes_to_which_group(signed_in, operator, campaign, ordered):
    groups, goods = matrix_of(page_of(signed_in(operator), "sorting", campaign))

    assert (groups, goods) == (["锦绣华城一群", "田林十二村群"], {"草莓": [3, 4], "鲈鱼": [2, 0]})


def test_what_fell_short_is_left_out_and_weighed_goods_count_as_weighed(
    signed_in, operator, campaign, ordered, berries, fish
):
    record_weights(weights={fish.lines.get().pk: Decimal("2.15")}, by=operator, now=timezone.now())
    record_shortage(line_id=ordered["高远"].lines.get().pk, quantity=Decimal(4), by=operator, now=timezone.now())
    deliver(line_ids=[ordered["李强"].lines.get().pk], by=operator, now=timezone.now())

    assert matrix_of(page_of(signed_in(operator), "sorting", campaign)) == (
        ["锦绣华城一群"],
        {"草莓": [3], "鲈鱼": [Decimal("2.15")]},
    )


def test_a_leader_sorts_the_own_groups_and_sees_no_supplier(signed_in, leader, campaign, ordered):
    browser = signed_in(leader.user)
    pages = [page_of(browser, "sorting", campaign, by=by) for by in ("matrix", "product", "supplier")]
    labels = page_of(browser, "crate_labels", campaign)

    assert matrix_of(pages[0]) == (["锦绣华城一群"], {"草莓": [3], "鲈鱼": [2]})
    assert pages[2].context["by"] == "matrix"
    assert not [
        page for page in (*pages, labels) if "浦星冷链" in page.text or "高远" in page.text or "田林" in page.text
    ]


def test_told_by_supplier_the_goods_of_nobody_come_last(signed_in, operator, campaign, ordered):
    page = page_of(signed_in(operator), "sorting", campaign, by="supplier")

    told = [
        (one.supplier and one.supplier.name, [goods.offer.name for goods, _row in one.rows])
        for one in page.context["matrices"]
    ]
    assert told == [("浦星冷链", ["草莓"]), (None, ["鲈鱼"])]


def test_told_by_product_each_names_the_groups_that_get_some(signed_in, operator, campaign, ordered):
    page = page_of(signed_in(operator), "sorting", campaign, by="product")

    told = {
        one.offer.name: [(group.name, quantity) for group, quantity in groups] for one, groups in page.context["each"]
    }
    assert told == {"草莓": [("锦绣华城一群", 3), ("田林十二村群", 4)], "鲈鱼": [("锦绣华城一群", 2)]}


def test_more_groups_than_a_sheet_holds_go_on_below(signed_in, operator, campaign, ordered, monkeypatch):
    monkeypatch.setattr(views, "ACROSS", 1)

    page = page_of(signed_in(operator), "sorting", campaign)

    told = [
        ([group.name for group in one.groups], [row for _goods, row in one.rows]) for one in page.context["matrices"]
    ]
    assert told == [(["锦绣华城一群"], [(3,), (2,)]), (["田林十二村群"], [(4,), (0,)])]


def test_a_shortage_that_is_not_shared_yet_is_said_and_then_no_more(
    signed_in, operator, leader, campaign, ordered, berries
):
    browser, phone = signed_in(operator), signed_in(leader.user)
    link = reverse("orders:share", args=[berries.pk])
    record_arrivals(campaign=campaign, quantities={berries.pk: Decimal(6)}, by=operator, now=timezone.now())
    before = [page_of(browser, name, campaign).text for name in ("sorting", "crate_labels")]
    to_leader = page_of(phone, "sorting", campaign).text
    record_shortage(line_id=ordered["高远"].lines.get().pk, quantity=Decimal(1), by=operator, now=timezone.now())
    after = page_of(browser, "sorting", campaign).text

    said = "the shortage is not shared yet"
    assert [said in text and link in text for text in before] == [True, True]
    assert said in to_leader
    assert link not in to_leader
    assert said not in after


def test_before_the_cut_off_the_list_is_a_preview(signed_in, operator, campaign, group, berries):
    order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())

    assert "Preview: orders come in until" in page_of(signed_in(operator), "sorting", campaign).text


def test_a_crates_label_has_what_is_in_it_and_its_doors_building_by_building(
    signed_in, operator, leader, campaign, ordered
):
    page = page_of(signed_in(operator), "crate_labels", campaign)

    (group, led_by, run), (other, _nobody, rest) = page.context["sheets"]
    assert (group.name, led_by, other.name) == ("锦绣华城一群", "周敏", "田林十二村群")
    assert [(goods.name, goods.quantity) for goods in run.carried] == [("草莓", 3), ("鲈鱼", 2)]
    assert [(building.name, [one.order.member.name for one in building.recipients]) for building in run.buildings] == [
        ("3", ["王芳"]),
        ("11", ["李强"]),
    ]
    assert [building.name for building in rest.buildings] == [""]
    assert page.text.count("new-page") == 1
    assert "¥" not in page.text.split("<main", 1)[1]


def test_one_recipient_is_one_row_with_everything_they_get(signed_in, operator, campaign, ordered, berries):
    text = page_of(signed_in(operator), "crate_labels", campaign).text

    assert text.count("王芳") == 1
    row = text[text.index("王芳") :].split("</tr>", 1)[0]
    assert "草莓 <b>2盒</b>" in row
    assert "鲈鱼 <b>2斤</b>" in row


def test_who_gets_nothing_any_more_is_on_no_label(signed_in, operator, campaign, ordered):
    record_shortage(line_id=ordered["李强"].lines.get().pk, quantity=Decimal(1), by=operator, now=timezone.now())

    text = page_of(signed_in(operator), "crate_labels", campaign).text

    assert "李强" not in text
    assert "Building 11" not in text


def test_the_workbook_has_the_matrix_and_every_recipient(signed_in, operator, leader, campaign, ordered):
    sheets = sheets_of(page_of(signed_in(operator), "sorting_xlsx", campaign))
    own = sheets_of(page_of(signed_in(leader.user), "sorting_xlsx", campaign))

    assert list(sheets) == ["Sorting list", "Recipients"]
    assert sheets["Sorting list"] == [
        ["Supplier", "Product", "Unit", "In all", "锦绣华城一群", "田林十二村群"],
        ["浦星冷链", "草莓", "盒", 7, 3, 4],
        [None, "鲈鱼", "斤", 2, 2],
    ]
    assert [row[:7] for row in sheets["Recipients"][1:]] == [
        ["锦绣华城一群", "3", "3-1701", "王芳", "草莓", 2, "盒"],
        ["锦绣华城一群", "3", "3-1701", "王芳", "鲈鱼", 2, "斤"],
        ["锦绣华城一群", "11", "11-402", "李强", "草莓", 1, "盒"],
        ["田林十二村群", "", "", "高远", "草莓", 4, "盒"],
    ]
    assert own["Sorting list"][:2] == [["Product", "Unit", "In all", "锦绣华城一群"], ["草莓", "盒", 3, 3]]
    assert {row[0] for row in own["Recipients"][1:]} == {"锦绣华城一群"}


@pytest.mark.parametrize("number", [1, 3])
def test_the_lists_ask_the_database_as_often_for_one_group_as_for_three(
    signed_in, operator, leader, selling, django_assert_num_queries, number
):
    groups = [make.make_group(f"群{one}") for one in range(number)]
    campaign = selling(*groups)
    for at in groups:
        offer = make.make_offer(campaign, f"菜{at.pk}", supplier=make.make_supplier(f"供{at.pk}"))
        order_for(make.make_member(group=at), (offer, 1), group=at, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    browser = signed_in(operator)

    with django_assert_num_queries(9):  # session, user, side bar, campaign, groups, sums, offers; what came
        page_of(browser, "sorting", campaign)
    with django_assert_num_queries(9):  # session, user, side bar, campaign, groups, leaders, lines; what came
        page_of(browser, "crate_labels", campaign)
    with django_assert_num_queries(9):  # session, user, campaign; groups, sums, offers; groups, leaders, lines
        page_of(browser, "sorting_xlsx", campaign)
