"""Appending what happened to lines, and bringing the lines' current figures along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from core.models import User
from core.sql import statement
from orders.enums import FactKind
from orders.models import OrderLine, SaleFact
from orders.services.states import settle_states

MOVE_FIGURES = statement(__file__, "move_figures")
WRITERS_WAIT_AT_MOST_MS = 3_000


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


def decided_facts() -> int:
    """The highest id of a fact below which none can appear any more.

    Ids are handed out before commit, so a row with a lower id may become visible after one with a higher id, and a
    watermark at the highest *visible* id would pass it by for ever. A SHARE lock is granted when every transaction
    that has written to the table is over; whoever writes next gets its id after the lock, hence a higher one.
    The lock is let go at once, by going back to the savepoint it was taken in: readers never wait, writers only
    while it is being had. Raises OperationalError when it is not had within three seconds.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {WRITERS_WAIT_AT_MOST_MS}")
        cursor.execute(f"LOCK TABLE {connection.ops.quote_name(SaleFact._meta.db_table)} IN SHARE MODE")
        highest: int | None = SaleFact.objects.aggregate(highest=Max("pk"))["highest"]
        transaction.set_rollback(True)
    return highest or 0
