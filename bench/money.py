"""What commission and the books cost, beside the least any program could do: COPY of the same rows, plain inserts."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from bench.measure import Measure
from community.models import Group
from core.enums import Role
from core.models import User
from ledger.models import Period
from orders.models import SaleFact
from referrals.enums import VersionState
from referrals.models import CommissionEntry, Plan, PlanVersion, Run
from referrals.services.recording import append_due
from referrals.services.runs import GROUPS_A_SHARD

ENTRIES = CommissionEntry._meta.db_table
A_WEEK = timedelta(days=7)


def commission_measures() -> list[Measure]:
    """Half a year is recorded but for its last week; then that week, and once more nothing."""
    last = SaleFact.objects.filter(kind="delivered").latest("business_date").business_date
    before, after = last - timedelta(days=6), last + timedelta(days=1)
    run = open_books(date(last.year - 1, 1, 1), after + A_WEEK)
    groups = list(Group.objects.order_by("pk").values_list("pk", flat=True))
    slices = [groups[first : first + GROUPS_A_SHARD] for first in range(0, len(groups), GROUPS_A_SHARD)]

    def record(until: date) -> None:
        for one in slices:
            append_due(run=run, group_ids=one, before=until)

    record(before)
    with undone() as week, connection.cursor() as cursor:
        known = CommissionEntry.objects.count()
        record(after)
        week.keep(copied_out(cursor, f"clock_day >= '{before}'"))
        print(f"{known:,} entries until {before}, {CommissionEntry.objects.count() - known:,} in the week after")
    return [
        Measure(
            "commission: a new week beside half a year : COPY of its rows",
            undoing(lambda: record(after)),
            undoing(lambda: copy_in(week.rows)),
            1.5,
        ),
        Measure(
            "commission: nothing new : COPY of a week's rows",
            undoing(lambda: record(before)),
            undoing(lambda: copy_in(week.rows)),
            0.75,
        ),
    ]


def open_books(first: date, after: date) -> Run:
    """One period and a plan that pays leaders and who brought the buyer, published."""
    admin = User.objects.create(username="books", name="财务", role=Role.ADMIN)
    plan = Plan.objects.create(name="标准方案")
    PlanVersion.objects.create(
        plan=plan,
        number=1,
        span=DateRange(first, None, "[)"),
        leader_ppm=40_000,
        referral_1_ppm=20_000,
        delivery_fee_fen=200,
        delivery_cap_fen=60_00,
        state=VersionState.PUBLISHED,
        published_at=timezone.now(),
    )
    return Run.objects.create(period=Period.objects.create(span=DateRange(first, after, "[)")), ran_by=admin)


class Kept:
    """Rows as COPY writes them."""

    def __init__(self) -> None:
        self.rows = ""

    def keep(self, rows: str) -> None:
        self.rows = rows


@contextmanager
def undone() -> Iterator[Kept]:
    """What happens inside leaves nothing but what was kept."""
    with transaction.atomic():
        unhurried()
        yield Kept()
        transaction.set_rollback(True)


def undoing(work: Callable[[], object]) -> Callable[[], object]:
    """The same work, in a transaction that is rolled back: every round begins where the first did."""

    def run() -> None:
        with undone():
            work()

    return run


def unhurried() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'")


def copied_out(cursor: object, condition: str) -> str:
    text = io.StringIO()
    cursor.copy_expert(f"COPY (SELECT * FROM {ENTRIES} WHERE {condition}) TO STDOUT", text)  # type: ignore[attr-defined]
    return text.getvalue()


def copy_in(rows: str) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {ENTRIES} FROM STDIN", io.StringIO(rows))
