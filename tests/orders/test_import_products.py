"""导入商品: a list of goods beside the catalogue, from upload to undo."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from orders.enums import ImportKind, ImportState
from orders.models import Import, Product, Supplier
from orders.rules.imports.outcome import Standing, Why
from orders.rules.imports.products import NEW, read_products
from orders.services import TooLateToUndo, confirm_products, read_products_of, start_import, undo_products
from tests import factories as make

HEADER = "名称,规格,单位,分类,供应商,别名,代码,成本,售价,计件或称重,包装,每包数量"
NAMES = (
    "name",
    "spec",
    "unit",
    "category",
    "supplier",
    "aliases",
    "code",
    "cost",
    "price",
    "sold",
    "pack_name",
    "pack_size",
)
COLUMNS = {name: place for place, name in enumerate(NAMES)}


def row(**cells):
    return [cells.get(name, "") for name in NAMES]


def read(*rows, catalogue=None, suppliers=("江桥果品",)):
    return read_products(rows, COLUMNS, catalogue=catalogue or {}, suppliers=suppliers)


# reading


def test_a_row_says_all_a_product_has():
    (one,) = read(
        row(
            name="草莓",
            spec="2斤装",
            unit="盒",
            category="水果",
            supplier="江桥果品",
            aliases="红颜，丹东草莓；红颜",
            code="A",
            cost="¥20",
            price="29.90",
            sold="计件",
            pack_name="箱",
            pack_size="6.0",
        )
    )

    assert one.standing is Standing.GOOD
    assert one.values == {
        "name": "草莓",
        "spec": "2斤装",
        "unit": "盒",
        "category": "水果",
        "supplier": "江桥果品",
        "aliases": ["红颜", "丹东草莓"],
        "code": "A",
        "cost_fen": 2000,
        "price_fen": 2990,
        "counted": True,
        "weighed": False,
        "pack_name": "箱",
        "pack_size": "6",
    }


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"name": ""}, Why.NO_PRODUCT_NAME),
        ({"unit": ""}, Why.NO_UNIT),
        ({"price": ""}, Why.NO_PRICE),
        ({"price": "面议"}, Why.NOT_AN_AMOUNT),
        ({"cost": "-1"}, Why.NOT_AN_AMOUNT),
        ({"price": "1e9"}, Why.NOT_AN_AMOUNT),
        ({"sold": "看情况"}, Why.NOT_HOW_SOLD),
        ({"pack_name": "箱"}, Why.HALF_A_PACK),
        ({"pack_name": "箱", "pack_size": "0"}, Why.NO_QUANTITY),
        ({"code": "ABCDE"}, Why.TOO_LONG),
        ({"aliases": "长" * 41}, Why.TOO_LONG),
    ],
)
def test_a_row_that_cannot_be_kept_is_bad_and_says_why(cells, why):
    (one,) = read(row(**{"name": "草莓", "unit": "盒", "price": "29.9", **cells}))

    assert one.standing is Standing.BAD
    assert why in {remark.why for remark in one.remarks}


def test_a_product_twice_in_the_file_is_bad_the_second_time():
    first, second = read(row(name="草莓", unit="盒", price="1"), row(name="草莓", unit="盒", price="2"))

    assert (first.standing, second.standing, second.remarks[0].words) == (Standing.GOOD, Standing.BAD, {"row": "1"})


def test_an_unknown_supplier_deserves_a_look():
    (one,) = read(row(name="草莓", unit="盒", price="1", supplier="新供应商"))

    assert (one.standing, one.remarks[0].why) == (Standing.DOUBTFUL, Why.NEW_SUPPLIER)


def test_an_empty_cell_leaves_the_catalogue_as_it_is():
    before = {**NEW, "name": "草莓", "unit": "盒", "price_fen": 2990, "cost_fen": 2000, "aliases": ["红颜"]}
    known = {("草莓", ""): (7, before)}

    changed, same = (read(row(name="草莓", price=price), catalogue=known)[0] for price in ("31", "29.9"))

    assert (changed.product_id, changed.standing) == (7, Standing.GOOD)
    assert changed.values == {**before, "price_fen": 3100}
    assert (same.standing, same.remarks[0].why) == (Standing.ASIDE, Why.UNCHANGED)


@given(st.lists(st.lists(st.sampled_from(["", "草莓", "盒", "1", "箱", "计件", "x" * 70]), min_size=12, max_size=12)))
def test_every_row_lands_in_exactly_one_place(rows):
    found = read(*rows)

    assert [one.row for one in found] == list(range(len(rows)))
    taken = [(one.values["name"], one.values["spec"]) for one in found if one.standing is not Standing.BAD]
    assert len(taken) == len(set(taken))


# taking in


@pytest.fixture
def bring_in(operator):
    def bring(*rows, header=HEADER):
        return start_import(
            kind=ImportKind.PRODUCTS,
            file_name="商品.csv",
            data="\n".join([header, *rows]).encode(),
            by=operator,
            now=timezone.now(),
        )

    return bring


def confirm(brought_in, operator, *, with_doubtful=True):
    return confirm_products(brought_in=brought_in, with_doubtful=with_doubtful, by=operator, now=timezone.now())


@pytest.mark.django_db
def test_a_confirmed_list_makes_new_products_and_changes_known_ones(bring_in, operator):
    apples = make.make_product("苹果", spec="", unit="斤", price_fen=500)

    done = confirm(
        bring_in("苹果,,,,,,,,6,,,", "脐橙,10斤装,箱,水果,赣南果园,橙子,B,30,49.90,计件,,", "梨,,,,,,,,,,,"), operator
    )

    apples.refresh_from_db()
    new = Product.objects.get(name="脐橙")
    assert (apples.price_fen, apples.unit) == (600, "斤")
    assert (new.supplier.name, new.aliases, new.price_fen) == ("赣南果园", ["橙子"], 4990)
    assert [done.outcome[name] for name in ("rows", "new", "changed")] == [2, 1, 1]
    assert [kept["row"] for kept in done.outcome["bad"]] == [2]


@pytest.mark.django_db
def test_an_imported_product_is_found_by_pinyin(bring_in, operator, signed_in):
    confirm(bring_in("脐橙,,箱,,,,,,49.90,,,"), operator)

    page = signed_in(operator).get("/products/?q=qc")

    assert [product.name for product in page.context["page"].rows] == ["脐橙"]


@pytest.mark.django_db
def test_undo_retires_what_was_new_and_gives_back_what_was_changed(bring_in, operator):
    apples = make.make_product("苹果", spec="", unit="斤", price_fen=500, supplier=make.make_supplier())
    brought_in = bring_in("苹果,,,,新供应商,,,,6,,箱,10", "脐橙,,箱,,,,,,49.90,,,")
    confirm(brought_in, operator)

    stay = undo_products(brought_in=brought_in, by=operator, now=timezone.now())

    apples.refresh_from_db()
    assert (stay, apples.price_fen, apples.supplier.name, apples.pack_size) == (0, 500, "江桥果品", None)
    assert list(Product.objects.filter(active=True)) == [apples]


@pytest.mark.django_db
def test_what_somebody_changed_since_stays_when_the_list_is_undone(bring_in, operator):
    brought_in = bring_in("苹果,,斤,,,,,,6,,,", "脐橙,,箱,,,,,,49.90,,,")
    confirm(brought_in, operator)
    Product.objects.filter(name="苹果").update(price_fen=700)

    stay = undo_products(brought_in=brought_in, by=operator, now=timezone.now())

    assert stay == 1
    assert list(Product.objects.filter(active=True).values_list("name", "price_fen")) == [("苹果", 700)]


@pytest.mark.django_db
def test_undo_ends_after_half_an_hour(bring_in, operator):
    brought_in = bring_in("苹果,,斤,,,,,,6,,,")
    confirm(brought_in, operator)

    with pytest.raises(TooLateToUndo):
        undo_products(brought_in=brought_in, by=operator, now=timezone.now() + timedelta(minutes=31))

    assert Product.objects.get().active


@pytest.mark.django_db
def test_a_list_that_comes_twice_changes_nothing(bring_in, operator):
    rows = ["草莓,2斤装,盒,水果,江桥果品,红颜，草莓,A,20,29.90,计件,箱,6", "苹果,,斤,,,,,,6,称重,,"]
    confirm(bring_in(*rows), operator)

    assert [one.standing for one in read_products_of(bring_in(*rows))] == ["aside", "aside"]
    assert Product.objects.get(name="草莓").pack_size == Decimal(6)
    assert Supplier.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("products", [1, 60])
def test_as_many_statements_take_in_sixty_products_as_one(bring_in, operator, django_assert_num_queries, products):
    brought_in = bring_in(*(f"商品{n},,个,,供应商{n},,,,6,,," for n in range(products)))

    with django_assert_num_queries(13):
        confirm(brought_in, operator)


# pages


@pytest.mark.django_db
def test_the_whole_way_by_hand(signed_in, operator):
    browser = signed_in(operator)
    text = "\n".join([HEADER, "草莓,,盒,,,,,,29.90,计件,,", "苹果,,,,,,,,6,,,"])

    kept = browser.post("/imports/products/", {"file": SimpleUploadedFile("商品.csv", text.encode("gb18030"))})
    brought_in = Import.objects.get()
    browser.post(kept["Location"], dict(brought_in.columns))
    preview = browser.get(reverse("orders:import_detail", args=[brought_in.pk]))
    done = browser.post(reverse("orders:import_apply", args=[brought_in.pk]), follow=True)
    bad = browser.get(reverse("orders:import_bad", args=[brought_in.pk]))
    browser.post(reverse("orders:import_undo", args=[brought_in.pk]))

    assert [preview.context[name].rows for name in ("bad", "good")] == [1, 1]
    assert "1 row saved, 1 not" in done.text
    assert bad.status_code == 200
    brought_in.refresh_from_db()
    assert (brought_in.state, Product.objects.get().active) == (ImportState.UNDONE, False)


@pytest.mark.django_db
def test_a_leader_sees_no_import_of_products(signed_in, leader, bring_in):
    brought_in = bring_in("草莓,,盒,,,,,,29.90,,,")
    browser = signed_in(leader.user)

    assert browser.get("/imports/products/").status_code == 404
    assert browser.get(reverse("orders:import_detail", args=[brought_in.pk])).status_code == 404
