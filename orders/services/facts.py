"""Appending what happened to lines, and bringing the lines' current figures along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from core.models import User
from orders.enums import FactKind
from orders.models import OrderLine, SaleFact
from orders.services.states import settle_states

FIGURES = {
    FactKind.SHORT: ("short_quantity", "short_fen", -1),
    FactKind.DELIVERED: ("delivered_quantity", "delivered_fen", 1),
    FactKind.REFUNDED: ("refunded_quantity", "refunded_fen", -1),
}
"""Which figures of a line a kind of fact moves; short and refunded facts are negative, the figures positive."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be recorded of one locked line: a signed quantity and amount in fen, as the fact has them."""

    line: OrderLine
    kind: FactKind
    quantity: Decimal
    amount_fen: int
    leader_id: int | None = None


def record(outcomes: Sequence[Outcome], *, by: User | None, now: datetime, reason: str = "") -> list[SaleFact]:
    """Append the facts and move the lines' figures; the lines are locked by the caller, with their order loaded."""
    if not outcomes:
        return []
    day = timezone.localdate(now)
    for outcome in outcomes:
        quantity_field, fen_field, sign = FIGURES[outcome.kind]
        line = outcome.line
        setattr(line, quantity_field, getattr(line, quantity_field) + sign * outcome.quantity)
        setattr(line, fen_field, getattr(line, fen_field) + sign * outcome.amount_fen)
    moved = {name for outcome in outcomes for name in FIGURES[outcome.kind][:2]}
    OrderLine.objects.bulk_update([outcome.line for outcome in outcomes], sorted(moved))
    facts = SaleFact.objects.bulk_create(
        SaleFact(
            line=outcome.line,
            order=outcome.line.order,
            campaign_id=outcome.line.order.campaign_id,
            group_id=outcome.line.order.group_id,
            member_id=outcome.line.order.member_id,
            kind=outcome.kind,
            quantity=outcome.quantity,
            amount_fen=outcome.amount_fen,
            order_day=outcome.line.order.order_day,
            business_date=day,
            at=now,
            by=by,
            leader_id=outcome.leader_id,
            reason=reason,
        )
        for outcome in outcomes
    )
    settle_states({outcome.line.order_id for outcome in outcomes})
    return facts
