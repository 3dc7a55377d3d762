"""商品: the catalogue of what can be offered."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from orders.models import Offer, Product
from tests import factories as make
from tests.photos import photo

pytestmark = pytest.mark.django_db

LIST = "/products/"


def found(browser, query: str = "") -> list[str]:
    return [product.name for product in browser.get(LIST + query).context["page"].rows]


@pytest.mark.parametrize(("who", "status"), [("operator", 200), ("admin", 200), ("auditor", 404), ("leader", 404)])
def test_operators_and_admins_read_the_catalogue(signed_in, request, who, status):
    user = request.getfixturevalue(who)

    assert signed_in(user.user if who == "leader" else user).get(LIST).status_code == status


@pytest.mark.parametrize("who", ["admin", "auditor", "leader"])
def test_only_operators_change_it(signed_in, request, who):
    product = make.make_product("草莓")
    user = request.getfixturevalue(who)
    browser = signed_in(user.user if who == "leader" else user)

    answers = [browser.post(url, {"name": "梨"}).status_code for url in ("/products/new/", f"/products/{product.pk}/")]

    assert answers == [404, 404]
    assert list(Product.objects.values_list("name", flat=True)) == ["草莓"]


@pytest.mark.parametrize("text", ["草", "caomei", "cm", "红颜"])
def test_a_product_is_found_by_name_pinyin_initials_or_alias(signed_in, operator, text):
    make.make_product("草莓", aliases=["红颜草莓"])
    make.make_product("脐橙")

    assert found(signed_in(operator), f"?q={text}") == ["草莓"]


def test_retired_products_stand_apart(signed_in, operator):
    make.make_product("草莓")
    make.make_product("杨梅", active=False)
    browser = signed_in(operator)

    assert (found(browser), found(browser, "?state=retired")) == (["草莓"], ["杨梅"])


@pytest.mark.parametrize("products", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_product_as_for_three(
    signed_in, operator, django_assert_num_queries, products
):
    for number in range(products):
        make.make_product(supplier=make.make_supplier(f"供应商{number}"))
    browser = signed_in(operator)

    with django_assert_num_queries(5):  # session, user, side bar, products, suppliers to choose from
        browser.get(LIST)


def test_a_new_product_reads_yuan_and_the_words_people_use(signed_in, operator):
    signed_in(operator).post(
        reverse("orders:product_create"),
        {
            "name": "草莓",
            "unit": "盒",
            "price_fen": "29.9",
            "aliases": "红颜，奶油草莓 ",
            "counted": "on",
            "active": "on",
        },
    )

    product = Product.objects.get()
    assert (product.price_fen, product.cost_fen, product.aliases) == (2990, 0, ["红颜", "奶油草莓"])
    assert product.pinyin.startswith("caomei")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"price_fen": "免费"}, "price_fen"),
        ({"price_fen": "-1"}, "price_fen"),
        ({"unit": ""}, "unit"),
        ({"counted": "on", "weighed": "on"}, "weighed"),
        ({"aliases": "红颜，" + "莓" * 41}, "aliases"),
    ],
)
def test_a_product_that_cannot_be_keeps_what_was_typed(signed_in, operator, changes, field):
    typed = {"name": "草莓", "unit": "盒", "price_fen": "29.9", "aliases": "红颜", "active": "on", **changes}

    answer = signed_in(operator).post(reverse("orders:product_create"), typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert 'value="红颜' in answer.text
    assert not Product.objects.exists()


def test_the_same_product_with_the_same_spec_is_refused_with_its_sentence(signed_in, operator):
    make.make_product("草莓", spec="500g")

    answer = signed_in(operator).post(
        reverse("orders:product_create"),
        {"name": "草莓", "spec": "500g", "unit": "盒", "price_fen": "29.9", "active": "on"},
    )

    assert answer.status_code == 422
    assert "The catalogue already has this product with this spec." in answer.text


def test_a_product_is_changed_and_what_is_offered_keeps_its_price(signed_in, operator, group, selling):
    offer = make.make_offer(selling(group), "草莓", price_fen=2990)
    product = offer.product

    signed_in(operator).post(
        reverse("orders:product_edit", args=[product.pk]),
        {"name": "草莓", "spec": product.spec, "unit": "盒", "price_fen": "31.00", "active": "on"},
    )

    product.refresh_from_db()
    offer.refresh_from_db()
    assert (product.price_fen, offer.price_fen) == (3100, 2990)


def test_a_product_has_a_category_the_known_ones_are_suggested_and_the_scale_may_decide(signed_in, operator):
    make.make_product("鲈鱼", category="水产")
    browser, url = signed_in(operator), reverse("orders:product_create")

    suggested = browser.get(url).text
    browser.post(
        url, {"name": "草鱼", "unit": "斤", "price_fen": "15.8", "category": "水产", "weighed": "on", "active": "on"}
    )

    assert suggested.count('<option value="水产">') == 1
    product = Product.objects.get(name="草鱼")
    assert (product.category, product.weighed, product.counted) == ("水产", True, False)
    assert "水产" in browser.get(LIST).text


TYPED = {"name": "草莓", "unit": "盒", "price_fen": "29.9", "counted": "on", "active": "on"}


@pytest.fixture
def pictured(signed_in, operator):
    """A product with a picture, as an operator made it."""
    signed_in(operator).post(reverse("orders:product_create"), {**TYPED, "new_picture": photo()})
    return Product.objects.get()


def test_a_product_has_a_picture_that_stands_in_the_catalogue(signed_in, operator, pictured):
    small = f"/pictures/{pictured.picture_id}/small.webp"

    for page in (LIST, f"/products/{pictured.pk}/"):
        assert pictured.picture_id in signed_in(operator).get(page).text
    assert (
        f'<img class="thumb" src="{small}" width="56" height="56" alt="" loading="lazy" decoding="async">'
        in signed_in(operator).get(LIST).text
    )


def test_a_picture_stays_until_another_one_comes_or_it_is_taken_away(signed_in, operator, pictured):
    browser, url = signed_in(operator), f"/products/{pictured.pk}/"

    def saved(**changes) -> str | None:
        browser.post(url, {**TYPED, **changes})
        pictured.refresh_from_db()
        return pictured.picture_id

    first = pictured.picture_id
    assert saved() == first
    assert saved(new_picture=photo(quality=5)) not in {first, None}
    assert saved(without_picture="on") is None


def test_a_file_that_is_no_picture_is_refused_and_what_was_typed_is_kept(signed_in, operator):
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")

    answer = signed_in(operator).post(reverse("orders:product_create"), {**TYPED, "new_picture": file})

    assert answer.status_code == 422
    assert "This is no photo that can be read." in answer.text
    assert 'value="草莓"' in answer.text
    assert not Product.objects.exists()


def test_anybody_may_see_a_products_picture_and_a_browser_keeps_it(client, pictured):
    answers = [client.get(f"/pictures/{pictured.picture_id}{end}") for end in (".webp", "/small.webp")]

    for answer in answers:
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(answers[1].content) < len(answers[0].content)


def test_a_picture_is_sent_as_it_lies_and_keeps_its_strong_etag(client, pictured):
    answer = client.get(f"/pictures/{pictured.picture_id}.webp", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer
    assert answer["ETag"].startswith('"')
    assert client.get(answer.request["PATH_INFO"], headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("address", ["0" * 64, "x", "A" * 200])
def test_an_address_of_no_product_shows_nothing(client, address):
    assert client.get(f"/pictures/{address}.webp").status_code == 404


def test_the_picture_stands_beside_the_offer_at_the_desk_and_on_the_public_page(
    signed_in, operator, client, pictured, group, selling
):
    campaign = selling(group)
    others = [make.make_offer(campaign, name) for name in ("脐橙", "苹果")]
    Offer.objects.filter(pk=others[0].pk).update(product=pictured)
    img = f'src="/pictures/{pictured.picture_id}/small.webp" width="56" height="56" alt="" loading="lazy"'

    assert signed_in(operator).get(f"/campaigns/{campaign.pk}/").text.count(img) == 1
    assert client.get(f"/c/{campaign.code}/").text.count(img) == 1
