"""What commission and the books cost, beside the least any program could do: COPY of the same rows, plain inserts."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils import timezone

from bench.measure import Measure
from community.models import Group
from core.enums import Role
from core.models import User
from ledger.models import Period
from orders.models import SaleFact
from referrals.enums import VersionState
from referrals.models import CommissionEntry, Plan, PlanVersion, Run
from referrals.services.bookings import days_of
from referrals.services.recording import append_due
from referrals.services.runs import GROUPS_A_SHARD, touched_since

ENTRIES = CommissionEntry._meta.db_table


def commission_measures() -> list[Measure]:
    """Half a year is recorded but for its last week; then that week, and once more nothing."""
    last = SaleFact.objects.filter(kind="delivered").latest("business_date").business_date
    week_begins, after = last - timedelta(days=6), last + timedelta(days=1)
    half_a_year, week = open_books(week_begins - timedelta(days=400), week_begins, after)
    groups = list(Group.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(groups), GROUPS_A_SHARD):
        with transaction.atomic():
            unhurried()
            append_due(run=half_a_year, group_ids=groups[first : first + GROUPS_A_SHARD], before=week_begins)
    known = CommissionEntry.objects.count()

    def go_on(run: Run) -> None:
        _first, before = days_of(run.period)
        for shard in touched_since(half_a_year, run.period):
            append_due(run=run, group_ids=shard["groups"], campaign_ids=shard["campaigns"], before=before)

    with undone(), connection.cursor() as cursor:
        go_on(week)
        rows = copied_out(cursor, f"run_id = {week.pk}")
        print(f"{known:,} entries until {week_begins}, {CommissionEntry.objects.count() - known:,} in the week after")
    copying = undoing(lambda: copy_in(rows))
    return [
        Measure(
            "commission: a new week beside half a year : COPY of its rows", undoing(lambda: go_on(week)), copying, 1.5
        ),
        Measure("commission: nothing new : COPY of a week's rows", undoing(lambda: go_on(half_a_year)), copying, 0.75),
    ]


def open_books(first: date, week_begins: date, after: date) -> tuple[Run, Run]:
    """Two periods with a run in each, and a plan that pays leaders and who brought the buyer."""
    admin = User.objects.create(username="books", name="财务", role=Role.ADMIN)
    PlanVersion.objects.create(
        plan=Plan.objects.create(name="标准方案"),
        number=1,
        span=DateRange(first, None, "[)"),
        leader_ppm=40_000,
        referral_1_ppm=20_000,
        delivery_fee_fen=200,
        delivery_cap_fen=60_00,
        state=VersionState.PUBLISHED,
        published_at=timezone.now(),
    )
    known = SaleFact.objects.filter(business_date__lt=week_begins).aggregate(upto=Max("pk"))["upto"]
    before, week = (
        Period.objects.create(span=DateRange(begins, ends, "[)"))
        for begins, ends in ((first, week_begins), (week_begins, after))
    )
    return (
        Run.objects.create(period=before, ran_by=admin, facts_upto=known),
        Run.objects.create(period=week, ran_by=admin),
    )


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves nothing."""
    with transaction.atomic():
        unhurried()
        yield
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
