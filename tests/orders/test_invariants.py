"""The nightly check finds rows that do not say what their facts say."""

from decimal import Decimal

import pgtrigger
import pytest
from django.db.models import F

from community.models import Group
from core.invariants import check
from orders.enums import OrderState
from orders.models import GroupStock, Offer, Order, OrderLine
from orders.services import refund_quantity
from tests import factories as make
from tests.factories import NOW, delivered, order_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return make.make_group()


@pytest.fixture
def order(group: Group) -> Order:
    """Two offers ordered, delivered, and a part of the first refunded."""
    campaign = make.make_campaign(group)
    apples, pears = make.make_offer(campaign, "苹果", price_fen=599), make.make_offer(campaign, "梨", price_fen=301)
    placed = order_for(make.make_member(), (apples, 3), (pears, 2), group=group)
    order = delivered(placed, by=make.make_user())
    line = order.lines.get(offer=apples)
    refund_quantity(line_id=line.pk, quantity=Decimal(1), reason="坏果", by=make.make_user(), now=NOW)
    return order


def broken() -> dict[str, list[str]]:
    return {finding.name: finding.examples for finding in check() if finding.count}


def test_orders_made_by_the_services_break_nothing(group: Group, order: Order) -> None:
    pears = Offer.objects.get(name="梨")
    other = make.make_campaign(group)
    cancelled = order_for(make.make_member(), (make.make_offer(other, "米"), 1), group=group)
    order_for(cancelled.member, (cancelled.lines.get().offer, -1), group=group)

    assert broken() == {}
    assert pears.taken == 2


@pytest.mark.parametrize(
    "harm",
    [
        {"delivered_fen": F("delivered_fen") - 1},
        {"refunded_fen": F("refunded_fen") - 1},
        {"refunded_quantity": 0},
    ],
    ids=["delivered fen", "refunded fen", "refunded quantity"],
)
def test_a_line_that_is_not_the_sum_of_its_facts_is_found(order: Order, harm: dict[str, object]) -> None:
    line = order.lines.get(offer__name="苹果")
    OrderLine.objects.filter(pk=line.pk).update(**harm)

    assert broken() == {"orders.lines_equal_their_facts": [f"line {line.pk}"]}


def test_a_line_at_another_price_is_found(order: Order) -> None:
    line = order.lines.get(offer__name="苹果")
    with pgtrigger.ignore("orders.OrderLine:price_is_frozen"):
        OrderLine.objects.filter(pk=line.pk).update(price_fen=600)

    assert broken() == {
        "orders.lines_cost_their_price": [f"line {line.pk}"],
        "orders.lines_come_to_the_price_that_holds": [f"line {line.pk}"],
    }


def test_a_correction_without_its_fact_is_found(order: Order) -> None:
    line = order.lines.get(offer__name="苹果")
    OrderLine.objects.filter(pk=line.pk).update(corrected_fen=-100)

    assert broken() == {
        "orders.lines_equal_their_facts": [f"line {line.pk}"],
        "orders.lines_come_to_the_price_that_holds": [f"line {line.pk}"],
    }


def test_a_line_that_does_not_follow_the_settled_price_is_found(order: Order) -> None:
    Offer.objects.filter(name="梨").update(settled_price_fen=300)

    assert broken() == {"orders.lines_come_to_the_price_that_holds": [f"line {order.lines.get(offer__name='梨').pk}"]}


def test_a_group_that_took_what_nobody_ordered_is_found(group: Group, order: Order) -> None:
    pears = Offer.objects.get(name="梨")
    GroupStock.objects.create(offer=pears, group=group, stock=9, taken=3)

    assert broken() == {"orders.groups_take_what_their_lines_ask": [f"offer {pears.pk}, group {group.pk}"]}


def test_an_offer_that_gave_out_what_nobody_ordered_is_found(order: Order) -> None:
    offer = Offer.objects.get(name="梨")
    Offer.objects.filter(pk=offer.pk).update(taken=3)

    assert broken() == {"orders.offers_give_what_lines_ask": [f"offer {offer.pk}"]}


@pytest.mark.parametrize("state", [OrderState.PLACED, OrderState.CANCELLED])
def test_an_order_in_a_state_its_lines_do_not_say_is_found(order: Order, state: OrderState) -> None:
    Order.objects.filter(pk=order.pk).update(state=state)

    assert broken() == {"orders.orders_show_what_their_lines_say": [f"order {order.pk}"]}
