"""What the cut-off decides of the offers: which go ahead, and at which price. Set-based, due − recorded."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import User
from core.sql import statement
from orders.services.states import settle_states

CALL_OFF = statement(__file__, "call_off")
CORRECT_PRICES = statement(__file__, "correct_prices")
SETTLE_LADDERS = statement(__file__, "settle_ladders")


def settle_offers(campaign_ids: Collection[int], *, by: User | None, now: datetime) -> None:
    """Call off what stays below its minimum and settle the ladders of campaigns just cut off, in their transaction.

    A ladder settles by the number of members who joined the offer, and downwards only.
    """
    call_off(campaign_ids, reason=_("fewer than the minimum joined"), by=by, now=now)
    with connection.cursor() as cursor:
        cursor.execute(SETTLE_LADDERS, {"campaigns": list(campaign_ids)})
        fallen = [offer_id for (offer_id,) in cursor.fetchall()]
    correct_prices(fallen, by=by, now=now)


def call_off(
    campaign_ids: Collection[int], *, reason: str, by: User | None, now: datetime, everything: bool = False
) -> None:
    """Cancel what was ordered of offers below their minimum, or of all of them; the goods are nobody's any more."""
    row: dict[str, Any] = {
        "campaigns": list(campaign_ids),
        "all": everything,
        "reason": reason,
        "now": now,
        "day": timezone.localdate(now),
        "by": by and by.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(CALL_OFF, row)
        touched = {order_id for (order_id,) in cursor.fetchall()}
    settle_states(touched)


def correct_prices(offer_ids: Collection[int], *, by: User | None, now: datetime) -> int:
    """Bring the lines of the offers to the price that holds; returns how many lines changed."""
    if not offer_ids:
        return 0
    row: dict[str, Any] = {"offers": list(offer_ids), "now": now, "day": timezone.localdate(now), "by": by and by.pk}
    with connection.cursor() as cursor:
        cursor.execute(CORRECT_PRICES, row)
        changed: int = cursor.rowcount
    return changed
