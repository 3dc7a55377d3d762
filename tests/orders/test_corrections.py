"""Corrections on top, after the cut-off: with who and why, and what the scale says."""

from decimal import Decimal

import pytest

from orders.models import OrderLine, PriceStep, SaleFact
from orders.services import (
    LimitReached,
    NotCorrectable,
    NotDeliverable,
    NothingWanted,
    OfferSoldOut,
    cancel_campaign,
    close_campaign,
    correct_order,
    cut_off,
    deliver,
    record_shortage,
    record_weights,
    refund_quantity,
    undeliver,
)
from tests import factories as make
from tests.factories import NOW, delivered, order_for
from tests.orders.facts import all_is_well, facts_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def campaign(group):
    return make.make_campaign(group)


@pytest.fixture
def carp(campaign):
    """Sold at ¥15.80 a 斤, as the scale says."""
    return make.make_offer(campaign, "草鱼", unit="斤", price_fen=1580, weighed=True)


@pytest.fixture
def fish(carp, campaign, group):
    """Three 斤 of carp, after the cut-off."""
    line = order_for(make.make_member(), (carp, 3), group=group).lines.get()
    cut_off(campaign=campaign, by=None, now=NOW)
    return line


@pytest.mark.parametrize(
    ("weight", "heavier", "fen"),
    [
        ("2.85", "-0.15", -237),  # 2.85 × 1 580 = 4 503; ordered 4 740
        ("3.2", "0.2", 316),  # 5 056
        ("2.995", "-0.005", -8),  # 4 732.1 → 4 732
    ],
)
def test_the_scale_sets_the_amount(fish, operator, weight, heavier, fen):
    record_weights(weights={fish.pk: Decimal(weight)}, by=operator, now=NOW)
    deliver(line_ids=[fish.pk], by=operator, now=NOW)

    assert facts_of(fish.order)[1:] == [
        ("weighed", Decimal(heavier), fen),
        ("delivered", Decimal(weight), 4740 + fen),
    ]
    fish.order.refresh_from_db()
    assert fish.order.state == "delivered"
    assert all_is_well()


def test_a_campaign_called_off_takes_back_what_the_ladder_and_the_scale_put_on_top(campaign, carp, group, operator):
    oranges = make.make_offer(campaign, "脐橙", price_fen=695)
    PriceStep.objects.create(offer=oranges, joined=2, price_fen=600)
    orders = [order_for(make.make_member(name), (carp, 3), (oranges, 2), group=group) for name in ("王芳", "李明")]
    cut_off(campaign=campaign, by=None, now=NOW)
    record_weights(weights={orders[0].lines.get(offer=carp).pk: Decimal("3.5")}, by=operator, now=NOW)

    cancel_campaign(campaign=campaign, reason="台风", by=operator, now=NOW)

    # 0.5 × 1 580 = 790 heavier; 2 × 695 − 2 × 600 = 190 cheaper.
    assert facts_of(orders[0])[-4:] == [
        ("cancelled", Decimal(-3), -4740),
        ("weighed", Decimal("-0.5"), -790),
        ("cancelled", Decimal(-2), -1390),
        ("repriced", Decimal(0), 190),
    ]
    assert [(line.to_deliver, line.owed_fen) for line in OrderLine.objects.all()] == [(0, 0)] * 4
    assert all_is_well()


def test_weighing_again_replaces_the_weight(fish, operator):
    record_weights(weights={fish.pk: Decimal("2.5")}, by=operator, now=NOW)
    record_weights(weights={fish.pk: Decimal("2.5")}, by=operator, now=NOW)
    record_weights(weights={fish.pk: Decimal("3.1")}, by=operator, now=NOW)

    fish.refresh_from_db()
    # 2.5 × 1 580 = 3 950, 790 less; 3.1 × 1 580 = 4 898, 948 more than that.
    assert facts_of(fish.order)[1:] == [("weighed", Decimal("-0.5"), -790), ("weighed", Decimal("0.6"), 948)]
    assert (fish.to_deliver, fish.owed_fen) == (Decimal("3.1"), 4898)


def test_what_is_weighed_after_a_shortage_is_what_is_left(fish, operator):
    record_shortage(line_id=fish.pk, quantity=Decimal(1), by=operator, now=NOW)
    record_weights(weights={fish.pk: Decimal("1.9")}, by=operator, now=NOW)

    fish.refresh_from_db()
    assert (fish.to_deliver, fish.owed_fen) == (Decimal("1.9"), 3002)
    assert all_is_well()


def test_a_refund_by_weight_ends_at_what_was_delivered(fish, operator):
    record_weights(weights={fish.pk: Decimal("2.85")}, by=operator, now=NOW)
    deliver(line_ids=[fish.pk], by=operator, now=NOW)

    refund_quantity(line_id=fish.pk, quantity=Decimal("2.85"), reason="不新鲜", by=operator, now=NOW)

    fish.refresh_from_db()
    assert (fish.refunded_fen, fish.net_fen) == (4503, 0)


def test_what_cannot_be_weighed_is_said(fish, campaign, group, operator):
    apples = make.make_offer(campaign, "苹果")
    dry = make.make_campaign(group)
    early = order_for(make.make_member(), (make.make_offer(dry, "鲈鱼", weighed=True), 1), group=group).lines.get()
    correct_order(order=fish.order, quantities={apples.pk: Decimal(1)}, reason="漏记", by=operator, now=NOW)
    plain = fish.order.lines.get(offer=apples)

    for line, weight, said in [
        (plain, "1", "not sold by weight"),
        (early, "1", "after the cut-off"),
        (fish, "0", "more"),
    ]:
        with pytest.raises(NotDeliverable, match=said):
            record_weights(weights={line.pk: Decimal(weight)}, by=operator, now=NOW)


def test_what_is_delivered_is_weighed_again_only_after_the_tick_is_taken_back(fish, operator):
    deliver(line_ids=[fish.pk], by=operator, now=NOW)
    with pytest.raises(NotDeliverable, match="tick"):
        record_weights(weights={fish.pk: Decimal(2)}, by=operator, now=NOW)

    undeliver(line_ids=[fish.pk], by=operator, now=NOW)
    record_weights(weights={fish.pk: Decimal(2)}, by=operator, now=NOW)

    fish.refresh_from_db()
    assert fish.owed_fen == 3160


def test_goods_are_not_counted_and_weighed_at_once(campaign):
    with pytest.raises(Exception, match="offer_is_counted_or_weighed"):
        make.make_offer(campaign, "鸡", counted=True, weighed=True)


def test_a_correction_after_the_cut_off_says_who_and_why(fish, carp, operator):
    correct_order(order=fish.order, quantities={carp.pk: Decimal(-1)}, reason="老人家只要两斤", by=operator, now=NOW)

    fact = SaleFact.objects.filter(order=fish.order).latest("pk")
    assert (fact.kind, fact.quantity, fact.amount_fen) == ("changed", -1, -1580)
    assert (fact.by, fact.reason) == (operator, "老人家只要两斤")
    assert all_is_well()


def test_what_is_added_late_costs_the_settled_price(campaign, group, operator):
    crabs = make.make_offer(campaign, "大闸蟹", unit="只", counted=True, price_fen=5990)
    PriceStep.objects.create(offer=crabs, joined=2, price_fen=4990)
    first, _second = [order_for(make.make_member(), (crabs, 1), group=group) for _ in range(2)]
    cut_off(campaign=campaign, by=None, now=NOW)

    correct_order(order=first, quantities={crabs.pk: Decimal(2)}, reason="群里补的", by=operator, now=NOW)

    assert facts_of(first) == [
        ("placed", 1, 5990),
        ("repriced", 0, -1000),
        ("changed", 2, 11980),
        ("repriced", 0, -2000),
    ]
    assert all_is_well()


def test_stock_and_limits_hold_for_corrections(campaign, group, operator):
    eggs = make.make_offer(campaign, "蛋", unit="板", counted=True, stock=Decimal(4), limit_each=Decimal(2))
    order, other = [order_for(make.make_member(), (eggs, quantity), group=group) for quantity in (1, 2)]
    scallions = order_for(make.make_member(), (make.make_offer(campaign, "葱"), 1), group=group)
    cut_off(campaign=campaign, by=None, now=NOW)
    why = {"reason": "多要", "by": operator, "now": NOW}

    with pytest.raises(LimitReached):
        correct_order(order=other, quantities={eggs.pk: Decimal(1)}, **why)
    correct_order(order=order, quantities={eggs.pk: Decimal(1)}, **why)
    with pytest.raises(OfferSoldOut):
        correct_order(order=scallions, quantities={eggs.pk: Decimal(1)}, **why)


def test_a_correction_needs_a_reason_a_cut_off_and_a_campaign_that_is_not_over(campaign, carp, group, operator):
    order = order_for(make.make_member(), (carp, 1), group=group)
    change = {"order": order, "quantities": {carp.pk: Decimal(1)}, "by": operator, "now": NOW}

    with pytest.raises(NotCorrectable, match="still takes orders"):
        correct_order(**change, reason="补")
    delivered(order, by=operator)
    with pytest.raises(NotCorrectable, match="Say why"):
        correct_order(**change, reason="  ")
    close_campaign(campaign=campaign)
    with pytest.raises(NotCorrectable, match="over"):
        correct_order(**change, reason="补")


@pytest.mark.parametrize("shared", [False, True])
def test_more_than_anybody_ordered_is_not_taken_away(campaign, group, operator, shared):
    """The stock's own constraints speak before the line's do."""
    eggs = make.make_offer(campaign, "蛋", unit="板", counted=True, stock=Decimal(9))
    order = order_for(make.make_member(), (eggs, 1), group=group)
    if shared:
        eggs.group_stocks.create(group=group, stock=9, taken=1)
        order_for(make.make_member(), (eggs, 3), group=make.make_group("二群"))
    cut_off(campaign=campaign, by=None, now=NOW)

    with pytest.raises(NothingWanted, match="More was taken back"):
        correct_order(order=order, quantities={eggs.pk: Decimal(-2)}, reason="减", by=operator, now=NOW)
