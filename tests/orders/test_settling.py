"""What the cut-off decides: offers below their minimum are called off, ladders settle."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from orders.models import GroupStock, Offer, Order, PriceStep, SaleFact
from orders.services import (
    CampaignNotOpen,
    CampaignNotReady,
    OfferSoldOut,
    cancel_campaign,
    cut_off,
    cut_off_due,
    record_shortage,
)
from tests import factories as make
from tests.factories import NOW, delivered, order_for
from tests.orders.facts import all_is_well, facts_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def campaign(group):
    return make.make_campaign(group)


@pytest.fixture
def crabs(campaign):
    """¥59.90 each; ¥49.90 once two have joined, ¥45.00 once three have."""
    offer = make.make_offer(campaign, "大闸蟹", unit="只", counted=True, price_fen=5990)
    PriceStep.objects.create(offer=offer, joined=2, price_fen=4990)
    PriceStep.objects.create(offer=offer, joined=3, price_fen=4500)
    return offer


def joins(offer, *quantities, group):
    return [order_for(make.make_member(), (offer, quantity), group=group) for quantity in quantities]


def test_two_who_join_pay_the_second_price_and_the_facts_say_by_how_much_it_fell(campaign, crabs, group):
    one, three = joins(crabs, 1, 3, group=group)

    cut_off(campaign=campaign, by=None, now=NOW)

    # 4 990 − 5 990 = −1 000 a piece.
    assert facts_of(one) == [("placed", 1, 5990), ("repriced", 0, -1000)]
    assert facts_of(three) == [("placed", 3, 17970), ("repriced", 0, -3000)]
    assert [order.lines.select_related("offer").get().net_fen for order in (one, three)] == [4990, 14970]
    assert all_is_well()


def test_one_who_joins_alone_pays_the_price_it_is_offered_at(campaign, crabs, group):
    (alone,) = joins(crabs, 5, group=group)

    cut_off(campaign=campaign, by=None, now=NOW)

    crabs.refresh_from_db()
    assert crabs.settled_price_fen is None
    assert facts_of(alone) == [("placed", 5, 29950)]


def test_a_member_who_orders_in_two_groups_has_joined_once(crabs, group):
    other, member = make.make_group("二群"), make.make_member()
    crabs.campaign.groups.add(other)
    order_for(member, (crabs, 1), group=group)
    order_for(member, (crabs, 1), group=other)

    cut_off(campaign=crabs.campaign, by=None, now=NOW)

    crabs.refresh_from_db()
    assert crabs.settled_price_fen is None


def test_the_clock_settles_like_the_hand(campaign, crabs, group):
    joins(crabs, 1, 1, 1, group=group)

    assert cut_off_due(now=campaign.cuts_off_at) == 1

    crabs.refresh_from_db()
    assert crabs.settled_price_fen == 4500
    assert all_is_well()


def test_what_is_delivered_costs_the_settled_price(campaign, crabs, group, operator):
    order, _other = joins(crabs, 2, 1, group=group)

    delivered(order, by=operator)

    line = order.lines.get()
    assert (line.delivered_quantity, line.delivered_fen) == (2, 9980)
    assert all_is_well()


def test_what_falls_short_is_not_owed_at_the_settled_price(campaign, crabs, group, operator):
    order, _other = joins(crabs, 2, 1, group=group)
    cut_off(campaign=campaign, by=None, now=NOW)

    record_shortage(line_id=order.lines.get().pk, quantity=Decimal(1), by=operator, now=NOW)

    assert facts_of(order)[-1] == ("short", -1, -4990)
    assert order.lines.get().owed_fen == 4990
    assert all_is_well()


def test_a_settled_price_never_rises_again(campaign, crabs, group):
    joins(crabs, 1, 1, group=group)
    cut_off(campaign=campaign, by=None, now=NOW)

    for price in (4991, None):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            Offer.objects.filter(pk=crabs.pk).update(settled_price_fen=price)
    with pytest.raises(IntegrityError, match="offer_settles_downwards"), transaction.atomic():
        Offer.objects.filter(pk=crabs.pk).update(settled_price_fen=-1)


def test_an_offer_below_its_minimum_is_called_off_and_nobody_owes_it(campaign, group):
    hams = make.make_offer(campaign, "火腿", price_fen=8800, minimum=Decimal(10), stock=Decimal(50))
    apples = make.make_offer(campaign, "苹果", price_fen=1000)
    both = order_for(make.make_member(), (hams, 9), (apples, 1), group=group)
    ham_only = order_for(make.make_member(), (hams, "0.5"), group=group)

    cut_off(campaign=campaign, by=None, now=NOW)

    both.refresh_from_db()
    ham_only.refresh_from_db()
    hams.refresh_from_db()
    assert facts_of(ham_only) == [("placed", Decimal("0.5"), 4400), ("cancelled", Decimal("-0.5"), -4400)]
    assert (both.state, ham_only.state) == ("placed", "cancelled")
    assert (hams.called_off_at, hams.taken) == (NOW, 0)
    assert all_is_well()


def test_an_offer_that_reaches_its_minimum_goes_ahead(campaign, group):
    hams = make.make_offer(campaign, "火腿", price_fen=8800, minimum=Decimal(10))
    joins(hams, 4, 6, group=group)

    cut_off(campaign=campaign, by=None, now=NOW)

    hams.refresh_from_db()
    assert (hams.called_off_at, hams.taken) == (None, 10)


def test_calling_a_campaign_off_cancels_every_order_with_the_reason(campaign, crabs, group, operator):
    orders = joins(crabs, 1, 2, group=group)

    cancel_campaign(campaign=campaign, reason="台风，船不出海", by=operator, now=NOW)

    campaign.refresh_from_db()
    assert campaign.state == "cancelled"
    assert {order.state for order in Order.objects.all()} == {"cancelled"}
    assert (
        SaleFact.objects.filter(order__in=orders, kind="cancelled", reason="台风，船不出海", by=operator).count() == 2
    )
    assert all_is_well()
    with pytest.raises(CampaignNotOpen):
        cancel_campaign(campaign=campaign, reason="再来", by=operator, now=NOW)


def test_a_campaign_that_is_partly_delivered_is_not_called_off(campaign, crabs, group, operator):
    order, _other = joins(crabs, 1, 1, group=group)
    delivered(order, by=operator)

    with pytest.raises(CampaignNotReady, match="Refund"):
        cancel_campaign(campaign=campaign, reason="迟了", by=operator, now=NOW)


def test_a_group_takes_no_more_than_its_own_stock(campaign, group):
    other = make.make_group("二群")
    campaign.groups.add(other)
    eggs = make.make_offer(campaign, "土鸡蛋", unit="板", counted=True, price_fen=2500, stock=Decimal(10))
    GroupStock.objects.create(offer=eggs, group=group, stock=3)
    order_for(make.make_member(), (eggs, 2), group=group)

    with pytest.raises(OfferSoldOut, match="1 板"):
        order_for(make.make_member(), (eggs, 2), group=group)
    order_for(make.make_member(), (eggs, 1), group=group)
    order_for(make.make_member(), (eggs, 7), group=other)

    eggs.refresh_from_db()
    assert (eggs.taken, GroupStock.objects.get().taken) == (10, 3)
    assert all_is_well()


def test_the_database_itself_holds_a_groups_stock(campaign, group):
    share = GroupStock.objects.create(offer=make.make_offer(campaign), group=group, stock=3)

    with pytest.raises(IntegrityError, match="group_takes_no_more_than_its_stock"), transaction.atomic():
        GroupStock.objects.filter(pk=share.pk).update(taken=4)
