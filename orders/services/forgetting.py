"""What people wrote is kept as long as somebody may have to look it up, and no longer."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from core.sql import statement

FORGET_PASTES = statement(__file__, "forget_pastes")


def forget_pastes(*, now: datetime) -> int:
    """Forget the texts of chains pasted more than PASTES_KEPT_DAYS ago, once their campaign takes no orders.

    What came of them stays: orders, facts, who confirmed when and how many; of an entry its order, member, quantities
    and place in the list. Returns how many pastes.
    """
    with connection.cursor() as cursor:
        cursor.execute(FORGET_PASTES, {"before": now - timedelta(days=settings.PASTES_KEPT_DAYS)})
        forgotten: int = cursor.fetchone()[0]
    return forgotten
