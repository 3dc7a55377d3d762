"""The big data set: 2 000 groups, 400 000 members, 1 000 000 orders and 2.5 million lines over half a year."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from core.sql import statement
from insights.rules.weeks import monday_of

TOWN = statement(__file__, "town")
GROUPS, EACH, WEEKS = 2_000, 200, 26
TABLES = (
    "community_neighbourhood",
    "community_group",
    "community_member",
    "community_membership",
    "community_leaderassignment",
    "referrals_referral",
    "orders_product",
    "orders_campaign",
    "orders_campaign_groups",
    "orders_offer",
    "orders_order",
    "orders_orderline",
    "orders_salefact",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows the town has."""

    groups: int
    members: int
    orders: int
    lines: int


def build(*, scale: float = 1.0, today: date | None = None) -> Size:
    """Make the town in an empty, migrated database, with `scale` times as many groups; statistics are fresh after it.

    The same scale and day make the same town. The last campaign is open and cuts off this week.
    """
    first = monday_of(today or timezone.localdate()) - timedelta(weeks=WEEKS - 1)
    asked = {"groups": max(1, round(GROUPS * scale)), "each": EACH, "first": first}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # no page takes as long as half a year
        with unwatched():
            cursor.execute(TOWN, asked)
    with connection.cursor() as cursor:
        for reset in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(reset)
        cursor.execute("ANALYZE")
    return Size(*map(count_of, ("community_group", "community_member", "orders_order", "orders_orderline")))


@contextmanager
def unwatched() -> Iterator[None]:
    """The town was planned by nobody and leaves no history; references are checked once, all together, at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
            [list(TABLES)],
        )
        references = cursor.fetchall()
        for table, name, _definition in references:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table, name, definition in references:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def count_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        count: int = cursor.fetchone()[0]
    return count
