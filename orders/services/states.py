"""The state an order shows follows from its lines; this is the one place that writes it."""

from collections.abc import Collection

from django.db import connection

from core.sql import statement

SETTLE_STATES = statement(__file__, "settle_states")


def settle_states(order_ids: Collection[int]) -> None:
    """Bring the orders' states in line with their lines, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE_STATES, {"orders": list(order_ids)})
