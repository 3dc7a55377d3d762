"""What a campaign offers, on its page: terms entered, changed, refused beside their field; and told to everybody."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.enums import CampaignState
from orders.models import Offer, PriceStep
from orders.queries import standings
from orders.rules import jielong
from orders.services.pasting import rule_offers, rule_options
from orders.texts import announcement, sample_line
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(group, other_group, selling):
    return selling(group, other_group, state=CampaignState.DRAFT)


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def crabs(campaign):
    """¥59.90; ¥49.90 for two, ¥45.00 for three; twenty to go ahead."""
    offer = make.make_offer(campaign, "大闸蟹", unit="只", counted=True, price_fen=5990, minimum=Decimal(20))
    PriceStep.objects.create(offer=offer, joined=2, price_fen=4990)
    PriceStep.objects.create(offer=offer, joined=3, price_fen=4500)
    return offer


def join(offer, group, *, quantity=1):
    return order_for(make.make_member(group=group), (offer, quantity), group=group, now=timezone.now())


def change(browser, offer, **typed):
    """The form of an offer as htmx sends it, with everything it would show unless typed otherwise."""
    url, key = reverse("orders:offer_change", args=[offer.pk]), f"offer-{offer.pk}"
    shown = {
        "price_fen": f"{offer.price_fen / 100:.2f}",
        "minimum": "20",
        "step_1_joined": "2",
        "step_1_price": "49.90",
        "step_2_joined": "3",
        "step_2_price": "45.00",
    }
    return browser.post(url, {f"{key}-{field}": value for field, value in {**shown, **typed}.items()}, headers=HTMX)


def ladder(offer):
    return list(offer.steps.values_list("joined", "price_fen"))


def test_a_product_is_offered_with_all_its_terms(signed_in, operator, draft, group):
    typed = {
        "product": make.make_product("大闸蟹", price_fen=5990).pk,
        "stock": "60",
        "limit_each": "5",
        "minimum": "20",
        "step_1_joined": "2",
        "step_1_price": "49.90",
        "step_3_joined": "5",
        "step_3_price": "45",
        f"share_{group.pk}": "30",
    }

    answer = signed_in(operator).post(
        reverse("orders:offer_add", args=[draft.pk]), {f"new-{field}": value for field, value in typed.items()}
    )

    assert answer.status_code == 302
    offer = Offer.objects.get()
    assert (offer.price_fen, offer.stock, offer.limit_each, offer.minimum) == (5990, 60, 5, 20)
    assert ladder(offer) == [(2, 4990), (5, 4500)]
    assert list(offer.group_stocks.values_list("group", "stock")) == [(group.pk, 30)]


def test_added_by_htmx_the_goods_alone_come_back_and_the_text_is_told(signed_in, operator, draft):
    product = make.make_product("大闸蟹")

    answer = signed_in(operator).post(
        reverse("orders:offer_add", args=[draft.pk]), {"new-product": product.pk}, headers=HTMX
    )

    assert answer.text.lstrip().startswith('<section class="card" id="goods"')
    assert answer.headers["HX-Trigger"] == "offers-changed"


def test_the_form_comes_when_it_is_asked_for_and_holds_what_the_offer_is_sold_on(signed_in, operator, crabs):
    browser, url = signed_in(operator), reverse("orders:offer_change", args=[crabs.pk])

    row, page = browser.get(url, headers=HTMX).text, browser.get(url).text

    for text in (row, page):
        assert f'name="offer-{crabs.pk}-step_2_price" value="45.00"' in text
        assert f'name="offer-{crabs.pk}-minimum" value="20"' in text
    assert row.lstrip().startswith(f'<li id="offer-{crabs.pk}"')
    assert "</html>" in page


@pytest.mark.parametrize("others", [0, 2])
def test_changing_an_offer_asks_as_often_among_three_as_for_one(
    signed_in, operator, campaign, crabs, django_assert_num_queries, others
):
    for _number in range(others):
        make.make_offer(campaign)
    browser = signed_in(operator)

    with django_assert_num_queries(4):  # session, user, the offer as it stands, groups
        browser.get(reverse("orders:offer_change", args=[crabs.pk]), headers=HTMX)


def test_what_is_changed_shows_in_the_row_and_the_text_is_told(signed_in, operator, crabs, group):
    join(crabs, group)

    answer = change(signed_in(operator), crabs, minimum="15", step_3_joined="10", step_3_price="39.90")

    assert answer.status_code == 200
    assert "14 只 to go" in answer.text
    assert "¥39.90 once 10 join" in answer.text
    assert "<form" not in answer.text.split("toasts")[0]
    assert answer.headers["HX-Trigger"] == "offers-changed"
    assert ladder(crabs) == [(2, 4990), (3, 4500), (10, 3990)]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"step_2_price": "49.90"}, "step_2_price", "less than ¥49.90"),
        ({"step_2_joined": "2"}, "step_2_joined", "more than 2"),
        ({"step_3_joined": "5"}, "step_3_price", "A step has a number of members and a price."),
        # The first place is left empty, so the second is the ladder's first step.
        ({"step_1_joined": "", "step_1_price": "", "step_2_price": "60"}, "step_2_price", "less than ¥59.90"),
        ({"minimum": "21"}, "minimum", "the minimum is 20 只 or less"),
        ({"step_1_price": "50"}, "step_1_joined", "It may only get better."),
        ({"price_fen": "50"}, "price_fen", "already been ordered at its price"),
        ({"stock": "0.5", "minimum": ""}, "stock", "1 只 are already ordered"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    signed_in, operator, crabs, group, typed, field, sentence
):
    join(crabs, group)

    answer = change(signed_in(operator), crabs, **typed)

    assert answer.status_code == 422
    said = answer.text.split(f'id="id_offer-{crabs.pk}-{field}_error"')[1].split("</ul>")[0]
    assert sentence in said
    for name, value in typed.items():
        assert f'name="offer-{crabs.pk}-{name}"' + (f' value="{value}"' if value else "") in answer.text
    assert ladder(crabs) == [(2, 4990), (3, 4500)]


def test_how_people_write_it_is_entered_with_the_offer_and_kept_by_the_product(signed_in, operator, crabs):
    change(signed_in(operator), crabs, aliases="螃蟹，毛蟹、螃蟹")

    crabs.product.refresh_from_db()
    assert crabs.product.aliases == ["螃蟹", "毛蟹"]


def test_a_word_longer_than_the_catalogue_keeps_is_refused_beside_its_field(signed_in, operator, crabs):
    answer = change(signed_in(operator), crabs, aliases="蟹" * 41)

    assert answer.status_code == 422
    assert "A word has at most 40 characters." in answer.text


def test_while_orders_come_in_only_groups_that_have_a_stock_of_their_own_are_asked_about(
    signed_in, operator, draft, campaign, crabs, group, other_group
):
    crabs.group_stocks.create(group=group, stock=9)
    planned = make.make_offer(draft)
    browser = signed_in(operator)

    asked = {
        offer: browser.get(reverse("orders:offer_change", args=[offer.pk]), headers=HTMX).text
        for offer in (crabs, planned)
    }

    fields = [(offer, one) for offer in asked for one in (group, other_group) if f"share_{one.pk}" in asked[offer]]
    assert fields == [(crabs, group), (planned, group), (planned, other_group)]


def test_an_offer_is_taken_out_by_htmx_or_the_card_says_why_not(signed_in, operator, campaign, crabs, group):
    other, browser = make.make_offer(campaign, "苹果"), signed_in(operator)
    join(crabs, group)

    refused = browser.post(reverse("orders:offer_remove", args=[crabs.pk]), headers=HTMX)
    gone = browser.post(reverse("orders:offer_remove", args=[other.pk]), headers=HTMX)

    assert (refused.status_code, gone.status_code) == (422, 200)
    assert "has already been ordered and stays." in refused.text
    assert list(Offer.objects.values_list("name", flat=True)) == ["大闸蟹"]


def test_after_the_cut_off_the_form_is_not_offered(signed_in, operator, campaign, crabs):
    campaign.state = "cut_off"
    campaign.save(update_fields=["state"])

    page = signed_in(operator).get(reverse("orders:offer_change", args=[crabs.pk])).text

    assert "<form" in page  # of the next step
    assert f"offer-{crabs.pk}-price_fen" not in page


class TestTold:
    """Everybody reads the terms and how far they have come, each in the words of their page."""

    def test_members_on_the_public_page(self, client, campaign, crabs, group):
        join(crabs, group)
        join(crabs, group, quantity=3)

        page = client.get(f"/c/{campaign.code}/", headers={"Accept-Language": "en"}).text

        assert "¥49.90 once 2 join · ¥45.00 once 3 join · goes ahead from 20 只" in page
        assert "16 只 to go · 2 joined: ¥49.90, 1 more: ¥45.00" in page

    def test_nobody_is_counted_before_somebody_ordered(self, client, campaign, crabs):
        page = client.get(f"/c/{campaign.code}/", headers={"Accept-Language": "en"}).text

        assert "goes ahead from 20 只" in page
        assert "to go" not in page

    def test_the_group_in_the_text_it_gets(self, campaign, crabs, group):
        crabs.limit_each = Decimal(5)
        crabs.save(update_fields=["limit_each"])
        join(crabs, group)

        line = announcement(campaign, standings(campaign.offers.all())).splitlines()[1]

        assert line == (
            "大闸蟹 ¥59.90/只（每户限 5 只 · 满 2 人 ¥49.90 · 满 3 人 ¥45.00 · 起订 20 只才成团 · "
            "还差 19 只成团 · 已有 1 人，再来 1 人 ¥49.90）"
        )

    def test_the_leader_today(self, signed_in, leader, crabs, group):
        for _member in range(3):
            join(crabs, group, quantity=7)

        page = signed_in(leader.user).get("/leader/").text

        assert "goes ahead · 3 joined: ¥45.00" in page

    def test_what_is_weighed_says_so(self, client, campaign):
        make.make_offer(campaign, "草鱼", weighed=True)

        assert "charged by what it weighs" in client.get(f"/c/{campaign.code}/", headers={"Accept-Language": "en"}).text


def test_a_text_with_ladders_and_minimums_is_read_as_a_menu_and_its_prices_as_no_orders(campaign, crabs, group):
    join(crabs, group)
    text = announcement(campaign, standings(campaign.offers.all()))

    read = jielong.parse(f"{text}\n1. {sample_line(crabs)}", rule_offers([crabs], group), rule_options(campaign))

    (row,) = read.rows
    assert [(line.offer, line.quantity) for line in row.lines] == [("大闸蟹", Decimal(2))]
    assert not row.flags
