"""What commission and the books cost: beside the least any program could do (COPY of the same rows, one scan), and
beside what somebody would write first (a loop in the ORM). Goals that the design's table of speeds has no row for are
our own.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from typing import IO, Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max, Sum
from django.utils import timezone

from bench.measure import Measure
from bench.rivals import loop_over_orders, prefetched_orders, statements_one_by_one
from community.models import Group
from core.append_only import emptying
from core.enums import Role
from core.models import User
from ledger.enums import Nature
from ledger.memos import UNSAID
from ledger.models import Entry, Leg, Period
from ledger.services import Transfer, account, accounts_of, post_transfers
from orders.models import SaleFact
from referrals.enums import VersionState
from referrals.models import CommissionEntry, Plan, PlanVersion, Run
from referrals.queries import open_ends, paid_on, proof
from referrals.services import approve_run, issue_statements
from referrals.services.bookings import days_of
from referrals.services.recording import append_due
from referrals.services.runs import GROUPS_A_SHARD, finish_run, record_shard, touched_since

ENTRIES = CommissionEntry._meta.db_table
SAMPLE = 300
"""Orders the loop in the ORM is timed on."""
POSTED = 2_000
FEW = 5
"""Rounds of what takes long; as few as the design allows."""


def commission_measures() -> list[Measure]:
    """Half a year is recorded and approved but for its last week; then that week, all of it, and once more nothing."""
    last = SaleFact.objects.filter(kind="delivered").latest("business_date").business_date
    week_begins, after = last - timedelta(days=6), last + timedelta(days=1)
    half_a_year, week = books(week_begins - timedelta(days=400), week_begins, after)
    known = CommissionEntry.objects.count()

    def go_on(run: Run) -> None:
        _first, before = days_of(run.period)
        for shard in touched_since(half_a_year, run.period):
            append_due(run=run, group_ids=shard["groups"], campaign_ids=shard["campaigns"], before=before)

    def everything() -> None:
        emptied()
        for groups in shards():
            append_due(run=week, group_ids=groups, before=after)

    with undone():
        go_on(week)
        rows = copied_out(f"run_id = {week.pk}")
        print(f"{known:,} entries until {week_begins}, {CommissionEntry.objects.count() - known:,} in the week after")
    with undone():
        everything()
        all_rows = copied_out("true")
    copying = undoing(lambda: copy_in(rows))
    orders = orders_of(half_a_year, week)
    rivals = {"a loop in the ORM": (loop_over_orders, 1 / 400), "prefetch and bulk_create": (prefetched_orders, 1 / 13)}
    return [
        Measure(
            "commission: a new week beside half a year : COPY of its rows", undoing(lambda: go_on(week)), copying, 1.5
        ),
        Measure("commission: nothing new : COPY of a week's rows", undoing(lambda: go_on(half_a_year)), copying, 0.75),
        Measure(
            "commission: all orders : COPY of its rows",
            undoing(everything),
            undoing(lambda: (emptied(), copy_in(all_rows))),
            1.0,
            rounds=FEW,
        ),
        *(
            Measure(
                f"commission: a new week : {name}",
                undoing(lambda: go_on(week)),
                undoing(partial(rival, week, orders[:SAMPLE])),
                goal,
                rival_part=min(1.0, SAMPLE / len(orders)),
                rounds=FEW,
            )
            for name, (rival, goal) in rivals.items()
        ),
        Measure(
            "what-if: half a year by a draft : the same recorded",
            undoing(lambda: paid_on([half_a_year.period, week.period], trial=draft())),
            undoing(everything),
            1.0,
            rounds=FEW,
        ),
        *statement_measures(half_a_year),
        *ledger_measures(),
    ]


def statement_measures(run: Run) -> list[Measure]:
    """Everybody's statement of half a year; and what the page asks before the books of a month are closed."""
    earners = CommissionEntry.objects.order_by().values("beneficiary").distinct().count()
    issued = undoing(lambda: issue_statements(period=run.period, by=run.ran_by, now=timezone.now()))
    sums = CommissionEntry.objects.filter(run=run).values("beneficiary").annotate(Sum("amount_fen")).order_by()
    some = list(sums.values_list("beneficiary", flat=True)[:SAMPLE])
    return [
        Measure(f"statements: of {earners:,} earners : the sums of their entries", issued, lambda: list(sums.all()), 5),
        Measure(
            f"statements: of {earners:,} earners : one by one in the ORM",
            issued,
            undoing(partial(statements_one_by_one, run, some)),
            1 / 13,
            rival_part=min(1.0, SAMPLE / earners),
            rounds=FEW,
        ),
        Measure("closing: what is open and whether all agrees : the sums of entries and legs", closing(run), summed, 8),
    ]


def closing(run: Run) -> Callable[[], object]:
    def look() -> None:
        open_ends(run.period)
        if wrong := [finding for finding in proof() if finding.count]:
            raise RuntimeError(f"the books are wrong: {wrong}")

    return undoing(look)


def summed() -> None:
    """The least a check of everything has to read."""
    with undone():
        CommissionEntry.objects.aggregate(Sum("amount_fen"))
        Leg.objects.aggregate(Sum("amount_fen"))


def ledger_measures() -> list[Measure]:
    """Entries of two legs: that they balance is looked at once a statement."""
    period, admin = Period.objects.order_by("-span")[0], User.objects.get(username="books")
    parties = accounts_of(range(POSTED), purpose="bench", nature=Nature.LIABILITY)
    house = account("bench", None, Nature.ASSET)
    transfers = [Transfer(f"bench:{party}", UNSAID, house.pk, pk, 100 + party) for party, pk in parties.items()]
    first, _after = days_of(period)
    post = partial(post_transfers, transfers, period=period, booked_on=first, by=admin)

    def unwatched() -> None:
        with connection.cursor() as cursor:
            for model in (Entry, Leg):
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        post()

    return [Measure("ledger: entries that balance : the same unwatched", undoing(post), undoing(unwatched), 1.2)]


def books(first: date, week_begins: date, after: date) -> tuple[Run, Run]:
    """Two periods with a run in each, and a plan that pays leaders and who brought the buyer. The first is recorded,
    booked and approved."""
    admin, second = (User.objects.create(username=name, name="财务", role=Role.ADMIN) for name in ("books", "second"))
    plan = Plan.objects.create(name="标准方案")
    version = PlanVersion.objects.create(plan=plan, number=1, span=DateRange(first, None, "[)"), **TERMS)
    version.state, version.published_at = VersionState.PUBLISHED, timezone.now()
    version.save()
    PlanVersion.objects.create(plan=plan, number=2, span=DateRange(first, None, "[)"), **TERMS | {"leader_ppm": 50_000})
    known = SaleFact.objects.filter(business_date__lt=week_begins).aggregate(upto=Max("pk"))["upto"]
    before, week = (
        Period.objects.create(span=DateRange(begins, ends, "[)"))
        for begins, ends in ((first, week_begins), (week_begins, after))
    )
    recorded = Run.objects.create(period=before, ran_by=admin, facts_upto=known)
    for number, groups in enumerate(shards()):
        record_shard(run=recorded, number=number, group_ids=groups, booked_on=week_begins - timedelta(days=1))
    finish_run(run=recorded)
    with transaction.atomic():
        unhurried()
        approve_run(run=recorded, by=second, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return recorded, Run.objects.create(period=week, ran_by=admin)


TERMS = {"leader_ppm": 40_000, "referral_1_ppm": 20_000, "delivery_fee_fen": 200, "delivery_cap_fen": 60_00}


def draft() -> PlanVersion:
    return PlanVersion.objects.get(state=VersionState.DRAFT)


def shards() -> Iterable[list[int]]:
    groups = list(Group.objects.order_by("pk").values_list("pk", flat=True))
    return (groups[first : first + GROUPS_A_SHARD] for first in range(0, len(groups), GROUPS_A_SHARD))


def orders_of(half_a_year: Run, week: Run) -> list[int]:
    """The ids of the orders of which something was delivered in the week."""
    first, after = days_of(week.period)
    told = SaleFact.objects.filter(kind="delivered", business_date__gte=first, business_date__lt=after)
    return list(told.filter(pk__gt=half_a_year.facts_upto).order_by("order").values_list("order", flat=True).distinct())


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


def emptied() -> None:
    """No entry has been recorded."""
    with emptying(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {ENTRIES}")


def copied_out(condition: str) -> IO[Any]:
    rows = tempfile.TemporaryFile()  # noqa: SIM115 -- read in every round; all rows are too many for memory
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT * FROM {ENTRIES} WHERE {condition}) TO STDOUT", rows)
    return rows


def copy_in(rows: IO[Any]) -> None:
    rows.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {ENTRIES} FROM STDIN", rows)
