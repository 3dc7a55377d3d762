from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.enums import Role
from orders.models import OrderLine
from orders.services import (
    CampaignClosed,
    NotDeliverable,
    NotRefundable,
    cut_off,
    deliver,
    record_shortage,
    refund_amount,
    refund_quantity,
    undeliver,
)
from tests import factories as make
from tests.factories import NOW, TODAY, delivered, order_for
from tests.orders.facts import facts_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def leader(group):
    return make.make_leader(group)


@pytest.fixture
def operator():
    return make.make_user(Role.OPERATOR)


@pytest.fixture
def apples(group):
    return make.make_offer(make.make_campaign(group), "苹果", price_fen=599)


@pytest.fixture
def line(group, apples):
    return order_for(make.make_member(), (apples, "2.5"), group=group).lines.get()


def test_a_tick_delivers_all_that_is_outstanding_and_a_second_tick_nothing(line, leader):
    cut_off(campaign=line.order.campaign, by=None, now=NOW)

    deliver(line_ids=[line.pk], by=leader.user, now=NOW)
    again = deliver(line_ids=[line.pk], by=leader.user, now=NOW)

    line.refresh_from_db()
    assert again == []
    assert (line.delivered_quantity, line.delivered_fen) == (Decimal("2.5"), 1498)
    assert facts_of(line)[1:] == [("delivered", Decimal("2.5"), 1498)]
    assert line.order.__class__.objects.get(pk=line.order_id).state == "delivered"


def test_the_delivery_is_the_ticking_leaders_or_else_the_assigned_ones(line, group, leader, operator):
    stranger = make.make_leader(make.make_group("别的群"), name="代班")
    cut_off(campaign=line.order.campaign, by=None, now=NOW)

    by_stranger = deliver(line_ids=[line.pk], by=stranger.user, now=NOW)
    undeliver(line_ids=[line.pk], by=operator, now=NOW)
    by_operator = deliver(line_ids=[line.pk], by=operator, now=NOW)

    assert [by_stranger[0].leader_id, by_operator[0].leader_id] == [stranger.pk, leader.pk]


def test_nothing_is_delivered_before_the_cut_off(line, operator):
    with pytest.raises(NotDeliverable):
        deliver(line_ids=[line.pk], by=operator, now=NOW)


def test_what_is_short_is_not_owed_and_the_rest_is_delivered(line, operator):
    cut_off(campaign=line.order.campaign, by=None, now=NOW)

    record_shortage(line_id=line.pk, quantity=Decimal("0.7"), by=operator, now=NOW)
    deliver(line_ids=[line.pk], by=operator, now=NOW)

    # 1.8 × 599 = 1078.2 → 1078 still wanted; 1498 − 1078 = 420 fell short.
    assert facts_of(line)[1:] == [("short", Decimal("-0.7"), -420), ("delivered", Decimal("1.8"), 1078)]


@pytest.mark.parametrize("quantity", ["0", "-1", "2.6"])
def test_a_shortage_lies_within_what_is_outstanding(line, operator, quantity):
    cut_off(campaign=line.order.campaign, by=None, now=NOW)

    with pytest.raises(NotDeliverable):
        record_shortage(line_id=line.pk, quantity=Decimal(quantity), by=operator, now=NOW)

    assert len(facts_of(line)) == 1


def test_an_order_that_is_short_altogether_is_cancelled(line, operator):
    cut_off(campaign=line.order.campaign, by=None, now=NOW)

    record_shortage(line_id=line.pk, quantity=Decimal("2.5"), by=operator, now=NOW)

    line.order.refresh_from_db()
    assert line.order.state == "cancelled"


def test_refunds_by_quantity_end_at_exactly_what_was_delivered(line, operator):
    delivered(line.order, by=operator)

    fen = [
        refund_quantity(line_id=line.pk, quantity=Decimal(part), reason="坏了", by=operator, now=NOW).amount_fen
        for part in ("0.5", "0.5", "0.5", "1")
    ]

    # 0.5 × 599 = 299.5 → 300 each; the last takes what is left of 1498.
    assert fen == [-300, -300, -300, -(1498 - 900)]


def test_a_refund_is_dated_on_its_own_day_and_remembers_the_orders(line, operator):
    delivered(line.order, by=operator)

    fact = refund_amount(line_id=line.pk, amount_fen=100, reason="少给", by=operator, now=NOW + timedelta(days=3))

    assert (fact.order_day, fact.business_date) == (TODAY, TODAY + timedelta(days=3))


def test_no_more_is_refunded_than_was_delivered(line, operator):
    delivered(line.order, by=operator)
    refund_amount(line_id=line.pk, amount_fen=1400, reason="", by=operator, now=NOW)

    with pytest.raises(NotRefundable, match=r"0\.98"):
        refund_amount(line_id=line.pk, amount_fen=99, reason="", by=operator, now=NOW)
    with pytest.raises(NotRefundable):
        refund_quantity(line_id=line.pk, quantity=Decimal(3), reason="", by=operator, now=NOW)


def test_a_line_with_a_refund_stays_delivered(line, operator):
    delivered(line.order, by=operator)
    refund_amount(line_id=line.pk, amount_fen=1, reason="", by=operator, now=NOW)

    with pytest.raises(NotDeliverable):
        undeliver(line_ids=[line.pk], by=operator, now=NOW)


def test_a_tick_taken_back_leaves_both_facts(line, leader, operator):
    delivered(line.order, by=operator)

    undeliver(line_ids=[line.pk], by=operator, now=NOW)

    assert facts_of(line)[1:] == [("delivered", Decimal("2.5"), 1498), ("delivered", Decimal("-2.5"), -1498)]
    line.order.refresh_from_db()
    assert line.order.state == "placed"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"delivered_quantity": 3}, "line_delivers_no_more_than_was_ordered"),
        ({"refunded_fen": 1}, "line_refunds_no_more_than_was_delivered"),
        ({"amount_fen": -1}, "line_quantity_is_not_negative"),
        ({"short_quantity": -1}, "line_outcomes_are_not_negative"),
    ],
)
def test_the_database_refuses_a_line_that_cannot_be(line, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OrderLine.objects.filter(pk=line.pk).update(**change)


def test_what_is_delivered_cannot_be_ordered_away(line, group, apples, operator):
    delivered(line.order, by=operator)

    with pytest.raises(CampaignClosed):  # the cut-off comes first
        order_for(line.order.member, (apples, -1), group=group)
