"""供应商: whom the house buys from, and which goods are theirs."""

import pytest
from django.urls import reverse

from orders.models import Product, Supplier
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST = "/suppliers/"
STRAWBERRIES = {"name": "草莓", "unit": "盒", "price_fen": "29.9", "counted": "on", "active": "on"}


def found(browser, query: str = "") -> list[str]:
    return [supplier.name for supplier in browser.get(LIST + query).context["page"].rows]


def test_an_empty_house_says_what_suppliers_are_for(signed_in, operator):
    answer = signed_in(operator).get(LIST)

    assert "No supplier yet" in answer.text
    assert reverse("orders:supplier_create") in answer.text


def test_an_admin_reads_suppliers_and_is_offered_no_change(signed_in, admin):
    supplier = make.make_supplier()

    answer = signed_in(admin).get(LIST)

    assert supplier.name in answer.text
    assert reverse("orders:supplier_create") not in answer.text
    assert reverse("orders:supplier_edit", args=[supplier.pk]) not in answer.text


@pytest.mark.parametrize("who", ["admin", "auditor", "leader"])
def test_only_operators_change_suppliers(signed_in, request, who):
    supplier = make.make_supplier()
    user = request.getfixturevalue(who)
    browser = signed_in(user.user if who == "leader" else user)

    answers = [browser.post(url, {"name": "别家"}).status_code for url in (f"{LIST}new/", f"{LIST}{supplier.pk}/")]

    assert answers == [404, 404]
    assert list(Supplier.objects.values_list("name", flat=True)) == [supplier.name]


@pytest.mark.parametrize("text", ["果品", "jiangqiao", "jqgp", "老秦"])
def test_a_supplier_is_found_by_name_pinyin_initials_or_contact(signed_in, operator, text):
    make.make_supplier("江桥果品", contact="老秦")
    make.make_supplier("崇明合作社", contact="施大姐")

    assert found(signed_in(operator), f"?q={text}") == ["江桥果品"]


def test_retired_suppliers_stand_apart(signed_in, operator):
    make.make_supplier("江桥果品")
    make.make_supplier("关门的", active=False)
    browser = signed_in(operator)

    assert (found(browser), found(browser, "?state=retired")) == (["江桥果品"], ["关门的"])


@pytest.mark.parametrize("suppliers", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_supplier_as_for_three(
    signed_in, operator, django_assert_num_queries, suppliers
):
    for number in range(suppliers):
        make.make_product(supplier=make.make_supplier(f"供应商{number}"))
    browser = signed_in(operator)

    with django_assert_num_queries(4):  # session, user, side bar, suppliers with how many goods
        browser.get(LIST)


def test_the_list_counts_the_goods_in_the_catalogue(signed_in, operator):
    supplier = make.make_supplier()
    for active in (True, True, False):
        make.make_product(supplier=supplier, active=active)

    (row,) = signed_in(operator).get(LIST).context["page"].rows

    assert row.goods == 2


def test_a_supplier_is_added_and_changed(signed_in, operator):
    browser = signed_in(operator)

    browser.post(reverse("orders:supplier_create"), {"name": " 江桥果品 ", "phone": "021-5550 1001", "active": "on"})
    supplier = Supplier.objects.get()
    browser.post(reverse("orders:supplier_edit", args=[supplier.pk]), {"name": "江桥鲜果", "contact": "老秦"})

    changed = Supplier.objects.get()
    assert (supplier.name, supplier.phone, supplier.active) == ("江桥果品", "021-5550 1001", True)
    assert (changed.name, changed.contact, changed.active) == ("江桥鲜果", "老秦", False)
    assert changed.pinyin.startswith("jiangqiaoxianguo")


def test_the_same_supplier_twice_is_refused_with_its_sentence_and_keeps_what_was_typed(signed_in, operator):
    make.make_supplier("江桥果品")

    answer = signed_in(operator).post(
        reverse("orders:supplier_create"), {"name": "江桥果品", "contact": "老秦", "active": "on"}
    )

    assert answer.status_code == 422
    assert "There is a supplier of this name already." in answer.text
    assert 'value="老秦"' in answer.text
    assert Supplier.objects.count() == 1


def test_a_product_says_who_sells_it_in_which_packs(signed_in, operator):
    supplier = make.make_supplier()

    signed_in(operator).post(
        reverse("orders:product_create"),
        {**STRAWBERRIES, "supplier": supplier.pk, "pack_name": "件", "pack_size": "12"},
    )

    product = Product.objects.get()
    assert (product.supplier, product.pack_name, product.pack_size) == (supplier, "件", 12)


@pytest.mark.parametrize(
    ("pack", "field", "sentence"),
    [
        ({"pack_name": "件"}, "pack_size", "A pack has a name and a size. Give both, or neither."),
        ({"pack_size": "12"}, "pack_name", "A pack has a name and a size. Give both, or neither."),
        ({"pack_name": "件", "pack_size": "0"}, "pack_size", "0.001"),
    ],
)
def test_half_a_pack_and_an_empty_one_are_refused(signed_in, operator, pack, field, sentence):
    answer = signed_in(operator).post(reverse("orders:product_create"), {**STRAWBERRIES, **pack})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert sentence in answer.text
    assert not Product.objects.exists()


def test_a_retired_supplier_is_not_offered_for_new_goods_and_stays_with_its_own(signed_in, operator):
    retired = make.make_supplier("关门的", active=False)
    product = make.make_product("草莓", supplier=retired)
    browser = signed_in(operator)
    typed = {**STRAWBERRIES, "supplier": retired.pk}

    new = browser.post(reverse("orders:product_create"), {**typed, "spec": "新"})
    known = browser.post(reverse("orders:product_edit", args=[product.pk]), {**typed, "spec": product.spec})

    assert (new.status_code, known.status_code) == (422, 302)
    assert Product.objects.get().supplier == retired


@pytest.mark.parametrize(
    ("query", "names"), [("?supplier={}", ["草莓"]), ("?supplier=x", ["草莓", "脐橙"]), ("", ["草莓", "脐橙"])]
)
def test_the_catalogue_can_show_the_goods_of_one_supplier(signed_in, operator, query, names):
    supplier = make.make_supplier()
    make.make_product("草莓", supplier=supplier)
    make.make_product("脐橙")

    answer = signed_in(operator).get("/products/" + query.format(supplier.pk))

    assert [product.name for product in answer.context["page"].rows] == names
