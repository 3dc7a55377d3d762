"""Appending what happened to lines, and bringing the lines' current figures along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from core.models import User
from core.sql import statement
from orders.enums import FactKind
from orders.models import OrderLine, SaleFact
from orders.services.states import settle_states

MOVE_FIGURES = statement(__file__, "move_figures")


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
    with connection.cursor() as cursor:
        cursor.execute(MOVE_FIGURES, {"facts": [fact.pk for fact in facts]})
    settle_states({outcome.line.order_id for outcome in outcomes})
    return facts
