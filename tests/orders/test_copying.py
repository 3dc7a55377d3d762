"""A campaign planned once more, in a click."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.enums import Role
from orders.models import Offer
from orders.rules.ladders import Step
from orders.services import copy_campaign, cut_off, save_offer
from tests import factories as make
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db

CUTS_OFF_AT = NOW + timedelta(hours=10)


@pytest.fixture
def operator():
    return make.make_user(Role.OPERATOR)


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def campaign(group):
    """Opened yesterday, cut off tonight, delivered tomorrow: two goods, one with all the terms there are."""
    campaign = make.make_campaign(group, plus_one="guest", default_quantity=False)
    crabs = make.make_product("大闸蟹", unit="只", price_fen=5990, cost_fen=3000)
    save_offer(
        campaign=campaign,
        product=crabs,
        stock=Decimal(60),
        limit_each=Decimal(5),
        minimum=Decimal(20),
        steps=[Step(2, 4990), Step(3, 4500)],
        shares={group.pk: Decimal(30)},
    )
    save_offer(campaign=campaign, product=make.make_product("苹果", price_fen=1000))
    return campaign


def copy(campaign, operator, *, keep_prices=True, now=NOW):
    return copy_campaign(campaign=campaign, keep_prices=keep_prices, by=operator, now=now)


def prices(campaign):
    return [
        (offer.name, offer.price_fen, list(offer.steps.values_list("joined", "price_fen")))
        for offer in campaign.offers.order_by("position")
    ]


def test_a_copy_is_a_draft_with_the_same_groups_goods_and_terms(campaign, operator, group):
    cut_off(campaign=campaign, by=operator, now=NOW)

    draft = copy(campaign, operator).campaign

    assert (draft.state, draft.created_by, draft.title) == ("draft", operator, campaign.title)
    assert (draft.plus_one, draft.default_quantity, draft.cut_off_at) == ("guest", False, None)
    assert draft.code != campaign.code
    assert list(draft.groups.all()) == [group]
    assert prices(draft) == [("大闸蟹", 5990, [(2, 4990), (3, 4500)]), ("苹果", 1000, [])]
    crabs = draft.offers.get(name="大闸蟹")
    assert (crabs.stock, crabs.limit_each, crabs.minimum, crabs.taken) == (60, 5, 20, 0)
    assert list(crabs.group_stocks.values_list("group", "stock", "taken")) == [(group.pk, 30, 0)]
    # 60 pieces at 20 had nobody order them: the old one was called off, the new one is not.
    assert crabs.called_off_at is None


@pytest.mark.parametrize(
    ("now", "weeks"),
    [
        (NOW, 1),  # still running: next week's
        (CUTS_OFF_AT, 1),
        (CUTS_OFF_AT + timedelta(days=7) - timedelta(seconds=1), 1),
        (CUTS_OFF_AT + timedelta(days=7), 2),  # a cut-off this very moment could take no order
        (CUTS_OFF_AT + timedelta(days=30), 5),
    ],
)
def test_the_dates_move_by_whole_weeks_until_the_cut_off_is_ahead(campaign, operator, now, weeks):
    copied = copy(campaign, operator, now=now)

    later = timedelta(weeks=weeks)
    assert copied.weeks == weeks
    draft = copied.campaign
    assert (draft.opens_at, draft.cuts_off_at) == (campaign.opens_at + later, CUTS_OFF_AT + later)
    assert draft.delivers_on == TODAY + timedelta(days=1) + later
    assert draft.cuts_off_at > now


def test_todays_prices_are_the_catalogues_and_a_step_that_is_no_longer_cheaper_falls_away(campaign, operator):
    crabs = campaign.offers.get(name="大闸蟹").product
    crabs.price_fen, crabs.cost_fen = 4600, 2500
    crabs.save()

    today = copy(campaign, operator, keep_prices=False).campaign
    as_then = copy(campaign, operator).campaign

    assert prices(today)[0] == ("大闸蟹", 4600, [(3, 4500)])
    assert prices(as_then)[0] == ("大闸蟹", 5990, [(2, 4990), (3, 4500)])
    # What it costs to buy is a fact of today, whatever it is sold at.
    assert {offer.cost_fen for offer in Offer.objects.filter(campaign__in=[today, as_then], name="大闸蟹")} == {2500}


def test_what_is_not_in_the_catalogue_any_more_is_named_and_left_out(campaign, operator):
    crabs = campaign.offers.get(name="大闸蟹").product
    crabs.active = False
    crabs.save()

    copied = copy(campaign, operator)

    assert copied.left_out == ("大闸蟹",)
    assert [(offer.name, offer.position) for offer in copied.campaign.offers.all()] == [("苹果", 0)]


def test_what_is_sold_by_another_unit_today_comes_at_todays_price_without_the_old_terms(campaign, operator):
    crabs = campaign.offers.get(name="大闸蟹").product
    crabs.unit, crabs.price_fen = "箱", 38800
    crabs.save()

    draft = copy(campaign, operator).campaign

    offer = draft.offers.get(name="大闸蟹")
    assert (offer.unit, offer.price_fen, offer.stock, offer.minimum) == ("箱", 38800, None, None)
    assert not offer.steps.exists()
    assert not offer.group_stocks.exists()


@pytest.mark.parametrize("goods", [1, 3])
def test_many_goods_are_copied_by_as_many_statements_as_one(operator, group, django_assert_num_queries, goods):
    campaign = make.make_campaign(group)
    for _number in range(goods):
        save_offer(campaign=campaign, product=make.make_product(), steps=[Step(2, 900)], shares={group.pk: Decimal(3)})

    # three savepoints and their ends; groups; campaign, what groups it has, its groups; offers twice, steps, shares
    with django_assert_num_queries(14):
        copy(campaign, operator)
