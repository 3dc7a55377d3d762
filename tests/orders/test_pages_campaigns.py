"""团购: planning, opening, watching, cutting off; what to buy."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.enums import CampaignState
from orders.models import Campaign, Offer
from orders.services import cut_off, record_shortage
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db

READING = ["campaign_list", "campaign_detail", "purchase_list", "purchase_xlsx"]
STEPS = ["campaign_open", "campaign_cut_off", "campaign_purchased", "campaign_arrived", "campaign_close"]


@pytest.fixture
def draft(group, selling):
    return selling(group, title="年货预订", state=CampaignState.DRAFT)


@pytest.fixture
def open_campaign(group, selling):
    return selling(group)


def url_of(name: str, campaign: Campaign) -> str:
    return reverse(f"orders:{name}", args=[] if name == "campaign_list" else [campaign.pk])


def plan(group, **changes: object) -> dict[str, object]:
    """A plan as the form sends it, in Shanghai's time."""
    now = timezone.localtime()
    return {
        "title": "周五鲜果团",
        "groups": [group.pk],
        "opens_at": f"{now:%Y-%m-%dT%H:%M}",
        "cuts_off_at": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}",
        "delivers_on": f"{now + timedelta(days=2):%Y-%m-%d}",
        "plus_one": "add",
        "default_quantity": "on",
        **changes,
    }


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize(("who", "status"), [("operator", 200), ("admin", 200), ("auditor", 404), ("leader", 404)])
def test_operators_and_admins_read_campaigns(signed_in, request, open_campaign, name, who, status):
    user = request.getfixturevalue(who)
    user = user.user if who == "leader" else user

    assert signed_in(user).get(url_of(name, open_campaign)).status_code == status


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_only_operators_move_a_campaign_on(signed_in, request, open_campaign, name, who):
    answer = signed_in(request.getfixturevalue(who)).post(url_of(name, open_campaign))

    assert answer.status_code == 404
    open_campaign.refresh_from_db()
    assert open_campaign.state == CampaignState.OPEN


def test_who_is_not_signed_in_is_sent_to_the_login(client):
    assert client.get(reverse("orders:campaign_list")).headers["Location"] == "/login/?next=/campaigns/"


def test_the_list_counts_each_state_there_is_and_adds_up_what_came_in(signed_in, operator, open_campaign, draft, group):
    offer = make.make_offer(open_campaign, price_fen=690)
    order_for(make.make_member(group=group), (offer, "2.5"), group=group, now=timezone.now())

    page = signed_in(operator).get(reverse("orders:campaign_list"))

    assert [(value, count) for _label, value, count, _current in page.context["states"]] == [
        ("", 2),
        ("draft", 1),
        ("open", 1),
    ]
    assert "¥17.25" in page.text


def test_the_list_shows_one_state(signed_in, operator, open_campaign, draft):
    page = signed_in(operator).get(reverse("orders:campaign_list") + "?state=draft")

    assert [campaign.title for campaign in page.context["page"].rows] == ["年货预订"]


def test_an_empty_list_says_what_to_do_first(signed_in, operator):
    page = signed_in(operator).get(reverse("orders:campaign_list")).text

    assert "No campaign yet" in page
    assert page.count(reverse("orders:campaign_create")) == 2  # in the head and under the sentence


@pytest.mark.parametrize("campaigns", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_campaign_as_for_three(
    signed_in, operator, group, other_group, selling, django_assert_num_queries, campaigns
):
    for _number in range(campaigns):
        campaign = selling(group, other_group)
        order_for(make.make_member(group=group), (make.make_offer(campaign), 1), group=group, now=timezone.now())
    browser = signed_in(operator)

    with django_assert_num_queries(6):  # session, user, side bar, states, campaigns, their groups
        page = browser.get(reverse("orders:campaign_list"))

    assert len(page.context["page"].rows) == campaigns


@pytest.mark.parametrize("rows", [1, 3])
def test_a_campaign_asks_the_database_as_often_for_one_offer_as_for_three(
    signed_in, operator, open_campaign, group, django_assert_num_queries, rows
):
    for _number in range(rows):
        offer = make.make_offer(open_campaign)
        order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())
        open_campaign.groups.add(make.make_group())
    browser = signed_in(operator)

    with django_assert_num_queries(
        9
    ):  # session, user, side bar, campaign twice, offers, groups and takings, unpaid; products
        browser.get(url_of("campaign_detail", open_campaign))


def test_a_plan_becomes_a_draft(signed_in, operator, group):
    answer = signed_in(operator).post(reverse("orders:campaign_create"), plan(group))

    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == f"/campaigns/{campaign.pk}/"
    assert (campaign.state, campaign.created_by, list(campaign.groups.all())) == ("draft", operator, [group])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"cuts_off_at": "2020-01-01T20:00"}, "The cut-off comes after the opening."),
        ({"delivers_on": "2020-01-02"}, "The delivery day is not before the day of the cut-off."),
        ({"groups": [999_999]}, "999999 is not one of the available choices."),
        ({"opens_at": "morgen"}, "Enter a valid date/time."),
    ],
)
def test_a_plan_that_cannot_be_keeps_what_was_typed(signed_in, operator, group, changes, sentence):
    answer = signed_in(operator).post(reverse("orders:campaign_create"), plan(group, plus_one="guest") | changes)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert '<option value="guest" selected>' in answer.text
    assert not Campaign.objects.exists()


def test_a_draft_is_planned_differently(signed_in, operator, draft, other_group):
    signed_in(operator).post(url_of("campaign_plan", draft), plan(other_group, title="年货"))

    draft.refresh_from_db()
    assert (draft.title, list(draft.groups.all())) == ("年货", [other_group])


def test_the_plan_of_an_opened_campaign_stays(signed_in, operator, open_campaign, group):
    answer = signed_in(operator).post(url_of("campaign_plan", open_campaign), plan(group, title="别的"))

    assert answer.status_code == 404
    open_campaign.refresh_from_db()
    assert open_campaign.title == "周五鲜果团"


def test_a_product_is_offered_at_the_price_of_the_catalogue(signed_in, operator, draft):
    product = make.make_product("草莓", price_fen=2990, cost_fen=2100)

    signed_in(operator).post(url_of("offer_add", draft), {"new-product": product.pk, "new-stock": "40"})

    offer = Offer.objects.get()
    assert (offer.price_fen, offer.cost_fen, offer.stock) == (2990, 2100, Decimal(40))


def test_a_product_is_offered_once(signed_in, operator, draft):
    offer = make.make_offer(draft)

    answer = signed_in(operator).post(url_of("offer_add", draft), {"new-product": offer.product_id})

    assert answer.status_code == 422
    assert Offer.objects.count() == 1


def test_stock_below_what_is_ordered_is_refused_and_kept_as_typed(signed_in, operator, open_campaign, group):
    offer = make.make_offer(open_campaign, unit="盒", stock=Decimal(10))
    order_for(make.make_member(group=group), (offer, 4), group=group, now=timezone.now())
    key = f"offer-{offer.pk}"

    answer = signed_in(operator).post(
        reverse("orders:offer_change", args=[offer.pk]), {f"{key}-price_fen": "10.00", f"{key}-stock": "3"}
    )

    assert answer.status_code == 422
    assert "4 盒 are already ordered; the stock cannot be lower." in answer.text
    assert f'name="{key}-stock" value="3"' in answer.text
    offer.refresh_from_db()
    assert offer.stock == 10


def test_an_offer_nobody_ordered_is_taken_out(signed_in, operator, draft):
    offer = make.make_offer(draft)

    signed_in(operator).post(reverse("orders:offer_remove", args=[offer.pk]))

    assert not Offer.objects.exists()


def test_an_offer_somebody_ordered_stays(signed_in, operator, open_campaign, group):
    offer = make.make_offer(open_campaign)
    order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())

    answer = signed_in(operator).post(reverse("orders:offer_remove", args=[offer.pk]))

    assert answer.status_code == 422
    assert "has already been ordered and stays." in answer.text


def test_a_campaign_without_offers_does_not_open(signed_in, operator, draft):
    answer = signed_in(operator).post(url_of("campaign_open", draft))

    assert answer.status_code == 422
    assert "Add at least one product before opening." in answer.text


def test_a_campaign_is_opened_cut_off_and_put_away(signed_in, operator, draft):
    make.make_offer(draft)
    browser = signed_in(operator)

    states = []
    for step in STEPS:
        browser.post(url_of(step, draft))
        draft.refresh_from_db()
        states.append(draft.state)

    assert states == ["open", "cut_off", "purchased", "arrived", "closed"]
    assert draft.cut_off_by == operator


def test_a_campaign_with_orders_outstanding_is_not_put_away(signed_in, operator, open_campaign, group):
    order_for(make.make_member(group=group), (make.make_offer(open_campaign), 1), group=group, now=timezone.now())
    cut_off(campaign=open_campaign, by=operator, now=timezone.now())

    answer = signed_in(operator).post(url_of("campaign_close", open_campaign))

    assert answer.status_code == 422
    assert "1 orders are still outstanding." in answer.text


def test_cutting_off_twice_says_so(signed_in, operator, open_campaign):
    browser = signed_in(operator)
    browser.post(url_of("campaign_cut_off", open_campaign))

    answer = browser.post(url_of("campaign_cut_off", open_campaign))

    assert answer.status_code == 422
    assert "Only an open campaign can be cut off." in answer.text


def test_the_text_for_the_group_speaks_the_language_of_the_installation(signed_in, operator, open_campaign):
    make.make_offer(open_campaign, "草莓", unit="盒", price_fen=2990, limit_each=Decimal(2))

    text = signed_in(operator).get(url_of("campaign_detail", open_campaign)).context["text"].splitlines()

    assert text[0] == "周五鲜果团"
    assert text[1].startswith("草莓 ¥29.90/盒")
    assert "月" in text[2]  # the operator reads English, the group does not
    assert text[-1].endswith(f"/c/{open_campaign.code}/")


def test_the_purchase_list_adds_up_what_is_wanted_less_what_is_missing(signed_in, operator, open_campaign, group):
    offer = make.make_offer(open_campaign, "脐橙", unit="斤", cost_fen=380)
    for quantity in ["2.5", "3"]:
        order = order_for(make.make_member(group=group), (offer, quantity), group=group, now=timezone.now())
    cut_off(campaign=open_campaign, by=operator, now=timezone.now())
    record_shortage(line_id=order.lines.get().pk, quantity=Decimal("0.5"), by=operator, now=timezone.now())

    page = signed_in(operator).get(url_of("purchase_list", open_campaign))

    assert "<b>5 斤</b>" in page.text
    assert page.context["cost_fen"] == 1900  # 5 × 3.80
    ((_section, text),) = page.context["sections"]
    assert "脐橙 5斤" in text


def test_before_the_cut_off_the_purchase_list_is_a_preview(signed_in, operator, open_campaign):
    page = signed_in(operator).get(url_of("purchase_list", open_campaign)).text

    assert "Preview: orders come in until" in page


def test_after_the_cut_off_the_purchase_list_is_no_preview(signed_in, operator, open_campaign):
    cut_off(campaign=open_campaign, by=operator, now=timezone.now())

    assert "Preview" not in signed_in(operator).get(url_of("purchase_list", open_campaign)).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_purchase_list_asks_as_often_for_one_offer_as_for_three(
    signed_in, operator, open_campaign, group, django_assert_num_queries, rows
):
    for number in range(rows):
        supplier = make.make_supplier(f"供应商{number}")
        offer = make.make_offer(open_campaign, supplier=supplier, pack_name="箱", pack_size=Decimal(10))
        order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())
    browser = signed_in(operator)

    # session, user, campaign, offers with their lines and suppliers; the page also its side bar
    for name, queries in (("purchase_list", 5), ("purchase_xlsx", 4)):
        with django_assert_num_queries(queries):
            browser.get(url_of(name, open_campaign))
