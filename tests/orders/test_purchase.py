"""采购单: from whom to buy how many packs of what, on the page, in the text and in the workbook."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from orders.models import Offer, Product
from orders.queries import purchase_list
from orders.services import cut_off, record_shortage, save_offer
from tests import factories as make
from tests.workbooks import sheets_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def ordered(group, campaign):
    """Offers a product and has somebody order it."""

    def order(name: str, quantity: str, **fields: object) -> Offer:
        offer = make.make_offer(campaign, name, **fields)
        make.order_for(make.make_member(group=group), (offer, quantity), group=group, now=timezone.now())
        return offer

    return order


def page_of(browser, campaign):
    return browser.get(reverse("orders:purchase_list", args=[campaign.pk]))


def test_an_offer_freezes_from_whom_and_in_which_packs_it_is_bought(campaign):
    supplier = make.make_supplier()
    product = make.make_product(supplier=supplier, pack_name="箱", pack_size=Decimal(20))

    offer = save_offer(campaign=campaign, product=product)
    Product.objects.filter(pk=product.pk).update(supplier=None, pack_name="件", pack_size=Decimal(5))

    offer.refresh_from_db()
    assert (offer.supplier, offer.pack_name, offer.pack_size) == (supplier, "箱", 20)


@pytest.mark.parametrize(
    ("pack", "promise"),
    [
        ({"pack_name": "箱"}, "pack_has_a_name_and_a_size"),
        ({"pack_size": Decimal(10)}, "pack_has_a_name_and_a_size"),
        ({"pack_name": "箱", "pack_size": Decimal(0)}, "pack_holds_something"),
        ({"pack_name": "箱", "pack_size": Decimal(-1)}, "pack_holds_something"),
    ],
)
@pytest.mark.parametrize("model", [Product, Offer])
def test_a_pack_has_a_name_and_holds_something(campaign, model, pack, promise):
    offer = make.make_offer(campaign)
    row = offer if model is Offer else offer.product

    with pytest.raises(IntegrityError, match=f"{model._meta.model_name}_{promise}"):
        model.objects.filter(pk=row.pk).update(**pack)


def test_suppliers_follow_each_other_by_name_and_what_nobody_sells_comes_last(campaign, ordered):
    first, last = make.make_supplier("崇明合作社"), make.make_supplier("江桥果品")
    ordered("葱", "1")
    ordered("脐橙", "1", supplier=last)
    ordered("青菜", "1", supplier=first)
    ordered("苹果", "1", supplier=last)

    sections = [(section.supplier, [line.name for line in section.lines]) for section in purchase_list(campaign)]

    assert sections == [(first, ["青菜"]), (last, ["脐橙", "苹果"]), (None, ["葱"])]


def test_whole_packs_are_ordered_and_paid_for_with_what_is_left_over(signed_in, operator, campaign, ordered):
    supplier = make.make_supplier("江桥果品", contact="老秦")
    ordered("脐橙", "38", supplier=supplier, cost_fen=420, pack_name="箱", pack_size=Decimal(10))
    ordered("葱", "2.5", cost_fen=100)

    page = page_of(signed_in(operator), campaign)

    assert "<b>4 箱</b>" in page.text
    assert "2 斤 left over" in page.text
    assert [section.total_cost_fen for section, _text in page.context["sections"]] == [16800, 250]  # 40 × 4.20
    assert page.context["cost_fen"] == 17050


def test_what_is_known_to_be_missing_is_not_bought(signed_in, operator, campaign, ordered):
    offer = ordered("脐橙", "12", pack_name="箱", pack_size=Decimal(10))
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    record_shortage(line_id=offer.lines.get().pk, quantity=Decimal(2), by=operator, now=timezone.now())

    ((line,),) = (section.lines for section in purchase_list(campaign))

    assert (line.packed.packs, line.packed.surplus) == (1, 0)


def test_the_text_for_a_supplier_names_their_goods_alone_and_no_price(signed_in, operator, campaign, ordered):
    supplier = make.make_supplier("江桥果品")
    ordered("脐橙", "38", supplier=supplier, cost_fen=420, pack_name="箱", pack_size=Decimal(10))
    ordered("草莓", "3", supplier=supplier, unit="盒", cost_fen=2150)
    ordered("葱", "2.5", cost_fen=100)

    (_theirs, text), (_nobodys, rest) = page_of(signed_in(operator), campaign).context["sections"]

    head, oranges, berries = text.splitlines()
    assert head.startswith("周五鲜果团")
    assert oranges.startswith("脐橙 4箱")
    assert "10斤" in oranges
    assert "40斤" in oranges
    assert berries == "草莓 3盒"
    assert rest.splitlines()[1:] == ["葱 2.5斤"]
    assert not [price for price in ("4.2", "21.5", "¥") if price in text]


def test_there_is_no_text_for_a_supplier_of_whom_nothing_is_bought(signed_in, operator, campaign, ordered):
    offer = ordered("脐橙", "12", pack_name="箱", pack_size=Decimal(10))
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    record_shortage(line_id=offer.lines.get().pk, quantity=Decimal(12), by=operator, now=timezone.now())

    page = page_of(signed_in(operator), campaign)

    assert [text for _section, text in page.context["sections"]] == [""]
    assert 'data-copy="supplier' not in page.text


def test_the_page_prints_a_sheet_a_supplier(signed_in, operator, campaign, ordered):
    for name in ("甲", "乙", "丙"):
        ordered("脐橙", "1", supplier=make.make_supplier(name))

    assert page_of(signed_in(operator), campaign).text.count("new-page") == 2


def test_the_workbook_has_a_sheet_a_supplier_and_formulas_stay_text(signed_in, operator, campaign, ordered):
    supplier = make.make_supplier("江桥/果品")
    ordered("=脐橙", "38", supplier=supplier, cost_fen=420, pack_name="+箱", pack_size=Decimal(10))
    ordered("葱", "2.5", cost_fen=100)

    sheets = sheets_of(signed_in(operator).get(reverse("orders:purchase_xlsx", args=[campaign.pk])))

    assert list(sheets) == ["江桥 果品", "No supplier"]
    _header, oranges, total = sheets["江桥 果品"]
    assert oranges == ["=脐橙", 1, 38, 0, 38, "斤", 4, "+箱", 10, 2, 4.2, 168]
    assert (total[0], total[-1]) == ("Total", 168)
    assert sheets["No supplier"][1] == ["葱", 1, 2.5, 0, 2.5, "斤", None, None, None, None, 1, 2.5]


def test_before_anybody_orders_the_workbook_has_an_empty_sheet(signed_in, operator, campaign):
    sheets = sheets_of(signed_in(operator).get(reverse("orders:purchase_xlsx", args=[campaign.pk])))

    assert [len(rows) for rows in sheets.values()] == [2]  # the header and nothing in all
