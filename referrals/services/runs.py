"""The run: what is due and not recorded becomes commission entries and money owed, slice by slice of the groups."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Group
from core.errors import DomainError
from core.jobs import enqueue
from core.models import User
from core.sql import statement
from core.violations import refusing
from ledger.enums import PeriodState
from ledger.models import Period
from orders.services import decided_facts
from referrals.enums import Clock, RunState, VersionState
from referrals.models import PlanVersion, Run
from referrals.services import bookings
from referrals.services.recording import append_due

COMMISSION_RUN = "commission_run"
"""The kind of job; its handler stands in referrals/jobs.py."""
GROUPS_A_SHARD = 50
FEWEST_SHARDS = 4
"""With so many groups or more the work is split at least so often: what one worker loses, others go on with."""
DIGEST = statement(__file__, "run_digest")
TERMS_IN_FORCE = statement(__file__, "terms_in_force")
TOUCHED = statement(__file__, "touched_rounds")
TOUCHED_VOLUMES = statement(__file__, "touched_volumes")
ROOM = "SET LOCAL work_mem = '64MB'; SET LOCAL statement_timeout = '10min'"
"""A shard is one long statement over everything its groups ever sold. Holds until the end of its transaction."""


ShardArguments = dict[str, Any]
"""What a slice of a run looks at: ids of `groups`, perhaps only of some `campaigns`, perhaps only some `months`."""


class PeriodIsClosed(DomainError):
    """The books of the period take no more entries."""


class RunIsComputing(DomainError):
    """A run is still at work: of this period, or of another one whose entries would not be told apart."""


class LaterPeriodHasRun(DomainError):
    """A later period has been run: what came in late for this one is in there."""


class ApproverRanIt(DomainError):
    """Two people have to have looked: the one who ran it is not the one who approves."""


class RunIsNotInReview(DomainError):
    """Only what waits for review can be approved, and only once."""


class NoOpenPeriod(DomainError):
    """The run's period was closed meanwhile and no open one holds today."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a run added: entries, earners, the net in fen, and a hash over every entry.

    Two runs that added the same have the same hash, whoever ran them when and in however many pieces.
    """

    entries: int
    earners: int
    amount_fen: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Approved:
    """What was released to be paid: to how many earners, and the net in fen."""

    earners: int
    amount_fen: int


@transaction.atomic
def start_run(*, period: Period, by: User, now: datetime, whole: bool = False) -> Run:
    """Ask for everything due from the facts dated before the period's end; a job works it out and books it there.

    It looks where something happened since the run before. It looks everywhere when a plan or a group has changed
    since, or when it is asked to be `whole`: what that adds is what runs before have missed, and should be nothing.

    Raises PeriodIsClosed, RunIsComputing or LaterPeriodHasRun; then nothing is started.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [COMMISSION_RUN])
    period.refresh_from_db()
    if period.state != PeriodState.OPEN:
        raise PeriodIsClosed(_("The books of %(period)s are closed. Run an open period instead.") % {"period": period})
    if later := Period.objects.filter(runs__isnull=False, span__startswith__gt=period.span.lower).first():
        raise LaterPeriodHasRun(
            _("%(later)s has been run already. What came in late for %(period)s is added when you run %(later)s again.")
            % {"later": later, "period": period}
        )
    if computing := Run.objects.select_related("period").filter(state=RunState.COMPUTING).first():
        raise RunIsComputing(_("A run of %(period)s is still computing. Wait for it.") % {"period": computing.period})
    terms, upto = _terms_in_force(), decided_facts()
    last = None if whole else _run_to_go_on_from(terms)
    run = Run.objects.create(period=period, ran_by=by, facts_upto=upto, terms_sha256=terms, whole=last is None)
    run.job = enqueue(
        key=f"{COMMISSION_RUN}:{run.pk}",
        kind=COMMISSION_RUN,
        arguments={"run": run.pk, "booked_on": bookings.day_within(period, timezone.localdate(now)).isoformat()},
        shards=_everything() if last is None else touched_since(last, period),
        by=by,
    )
    run.save(update_fields=["job"])
    return run


def _terms_in_force() -> str:
    with connection.cursor() as cursor:
        cursor.execute(TERMS_IN_FORCE)
        sha256: str = cursor.fetchone()[0]
    return sha256


def _run_to_go_on_from(terms: str) -> Run | None:
    """The last finished run, if nothing but facts has changed since it began; else everything is looked at again.

    That is what a plan asks for whose clock is the payment, too: a watermark stands in the facts, not in the payments.
    """
    if PlanVersion.objects.filter(state=VersionState.PUBLISHED, plan__clock=Clock.PAID).exists():
        return None
    finished = Run.objects.filter(facts_upto__isnull=False).exclude(state=RunState.COMPUTING)
    last = finished.select_related("period").order_by("-facts_upto", "-pk").first()
    return last if last and last.terms_sha256 == terms else None


def _everything() -> list[ShardArguments]:
    return [{"groups": groups} for groups in _slices(list(Group.objects.order_by("pk").values_list("pk", flat=True)))]


def touched_since(last: Run, period: Period) -> list[ShardArguments]:
    """Shards of the groups where something happened, each with the campaigns in which it did.

    Where a plan pays by the month's volume, with all campaigns of the months that volume is of, and these months; where
    none does, with no month: a volume published before they are worked on is not reckoned from some campaigns.
    """
    (_first, known_before), (_first, before) = bookings.days_of(last.period), bookings.days_of(period)
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"after": last.facts_upto, "known_before": known_before, "before": before})
        campaigns: dict[int, list[int]] = dict(cursor.fetchall())
    shards: list[ShardArguments] = [
        {"groups": groups, "campaigns": sorted({campaign for group in groups for campaign in campaigns[group]})}
        for groups in _slices(list(campaigns))
    ]
    by_volume = PlanVersion.objects.filter(state=VersionState.PUBLISHED).exclude(volume_kind="").exists()
    return [_with_volumes(shard) if by_volume else {**shard, "months": []} for shard in shards]


def _with_volumes(shard: ShardArguments) -> ShardArguments:
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED_VOLUMES, shard)
        months, campaigns = cursor.fetchone()
    return {
        "groups": shard["groups"],
        "campaigns": sorted({*shard["campaigns"], *(campaigns or [])}),
        "months": [month.isoformat() for month in months or []],
    }


def _slices(group_ids: list[int]) -> list[list[int]]:
    """The groups in slices of nearly the same size; one empty slice when there are none."""
    count = len(group_ids)
    slices = max(ceil(count / GROUPS_A_SHARD), min(FEWEST_SHARDS, count), 1)
    return [group_ids[i * count // slices : (i + 1) * count // slices] for i in range(slices)]


@transaction.atomic
def record_shard(
    *,
    run: Run,
    number: int,
    group_ids: Sequence[int],
    campaign_ids: Sequence[int] | None = None,
    months: Sequence[date] | None = None,
    booked_on: date,
) -> int:
    """Append what these groups make due, in these campaigns or (None) in all, and book it as held, an entry an earner.

    `months` are the only ones (by their first days) whose volume is looked at, or (None) all are.

    Returns how many entries were appended. Raises PeriodIsClosed when the books were closed meanwhile.
    """
    period = run.period
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        # The closing waits for this transaction, or this one sees it.
        cursor.execute("SELECT state FROM ledger_period WHERE id = %s FOR SHARE", [period.pk])
        (state,) = cursor.fetchone()
    if state != PeriodState.OPEN:
        raise PeriodIsClosed(_("The books of %(period)s were closed while this run computed.") % {"period": period})
    _first, after = bookings.days_of(period)
    added = append_due(run=run, group_ids=group_ids, campaign_ids=campaign_ids, months=months, before=after)
    bookings.accrue(
        {one.beneficiary_id: one.amount_fen for one in added}, run=run, shard=number, period=period, booked_on=booked_on
    )
    return sum(one.entries for one in added)


def leave_the_rest(*, run: Run) -> None:
    """The books were closed before every shard was recorded: what was is reviewed, the next run finds what was not."""
    Run.objects.filter(pk=run.pk).update(facts_upto=None)


@transaction.atomic
def finish_run(*, run: Run) -> dict[str, object]:
    """Every shard is recorded: hand the run over for review. Answers its digest, as the job's result."""
    Run.objects.filter(pk=run.pk, state=RunState.COMPUTING).update(state=RunState.REVIEW)
    return asdict(digest_of(run))


def digest_of(run: Run) -> Digest:
    """What the run added, from its entries."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, {"run": run.pk})
        return Digest(*cursor.fetchone())


@transaction.atomic
def approve_run(*, run: Run, by: User, now: datetime) -> Approved:
    """Release what the run added: held becomes payable, an entry an earner, dated today or on the period's last day.

    Raises ApproverRanIt, RunIsNotInReview or NoOpenPeriod; then nothing is released.
    """
    ran_it = ApproverRanIt(_("You ran this yourself. Ask another admin to look at it and approve it."))
    with refusing({"run_is_approved_by_somebody_else": ran_it}):
        waiting = Run.objects.filter(pk=run.pk, state=RunState.REVIEW)
        if not waiting.update(state=RunState.APPROVED, approved_by=by, approved_at=now):
            raise RunIsNotInReview(_("This run does not wait for review any more. Nothing was released again."))
    period, booked_on = _open_day(run.period, timezone.localdate(now))
    earned = bookings.earned_in(run)
    bookings.release(earned, run=run, by=by, period=period, booked_on=booked_on)
    return Approved(earners=len(earned), amount_fen=sum(earned.values()))


def _open_day(period: Period, today: date) -> tuple[Period, date]:
    """Where to book today what belongs to the period: there, or if it is closed in the open one of today."""
    if period.state == PeriodState.OPEN:
        return period, bookings.day_within(period, today)
    current = Period.objects.filter(state=PeriodState.OPEN, span__contains=today).first()
    if current is None:
        raise NoOpenPeriod(
            _("The books of %(period)s are closed and no open period holds today. Open one, then approve.")
            % {"period": period}
        )
    return current, today
