"""What-if: what a version would have paid on the sales of past periods, beside what was in force then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from community.models import Group, Member
from core.models import Job
from core.sql import statement
from ledger.models import Period
from referrals.models import PlanVersion
from referrals.queries.earnings import AS_PUBLISHED

TRIAL = statement(__file__, "trial")
LISTED = 50
"""Earners a trial lists one by one, those with the largest difference; the others are counted and summed."""
CHARTED = 12


def paid_on(periods: Sequence[Period], *, trial: PlanVersion | None = None) -> dict[int, int]:
    """Fen by member id for everything delivered in the periods, less refunds up to today; nothing is written.

    By the published versions, or as if `trial` had been in force on all these days instead. The same statement as a
    run's: what it says is what a run would have recorded.
    """
    days = "{" + ",".join(f"[{period.span.lower},{period.span.upper})" for period in periods) + "}"
    trying = dict(AS_PUBLISHED)
    if trial:
        trying |= {"trial": trial.pk, "trial_days": days}
    groups = list(Group.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            TRIAL, {"groups": groups, "before": timezone.localdate() + timedelta(days=1), "days": days, **trying}
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Compared:
    """One earner: in fen, what was in force and what the version would have paid."""

    member: Member
    today_fen: int
    trial_fen: int

    @property
    def difference_fen(self) -> int:
        return self.trial_fen - self.today_fen


@dataclass(frozen=True, slots=True)
class Trial:
    """A finished comparison: in total, how many win, lose and stay, and who the most."""

    periods: list[Period]
    earners: list[Compared]
    today_fen: int
    trial_fen: int
    winners: int
    losers: int
    unchanged: int

    @property
    def difference_fen(self) -> int:
        return self.trial_fen - self.today_fen

    @property
    def not_listed(self) -> int:
        return self.winners + self.losers + self.unchanged - len(self.earners)

    @property
    def bars(self) -> list["Bar"]:
        """The largest differences as bars to the right (more) and to the left (less) of a middle line."""
        charted = [earner for earner in self.earners[:CHARTED] if earner.difference_fen]
        widest = max((abs(earner.difference_fen) for earner in charted), default=1)
        return [Bar(earner, 50 * abs(earner.difference_fen) / widest) for earner in charted]


@dataclass(frozen=True, slots=True)
class Bar:
    """A difference drawn in a box 100 wide, from its middle."""

    earner: Compared
    width: float

    @property
    def left(self) -> float:
        return 50 if self.earner.difference_fen > 0 else 50 - self.width


def compare(periods: Sequence[Period], version: PlanVersion) -> dict[str, Any]:
    """What a trial's job keeps: totals, how many gain and lose, and the earners with the largest differences."""
    today, trial = paid_on(periods), paid_on(periods, trial=version)
    differences = {member: trial.get(member, 0) - today.get(member, 0) for member in today.keys() | trial.keys()}
    listed = sorted(differences, key=lambda member: (-abs(differences[member]), member))[:LISTED]
    return {
        "today_fen": sum(today.values()),
        "trial_fen": sum(trial.values()),
        "winners": sum(fen > 0 for fen in differences.values()),
        "losers": sum(fen < 0 for fen in differences.values()),
        "unchanged": sum(fen == 0 for fen in differences.values()),
        "earners": [[member, today.get(member, 0), trial.get(member, 0)] for member in listed],
    }


def trial_of(job: Job) -> Trial:
    """The comparison a finished job has kept; two queries."""
    result: Mapping[str, Any] = job.result
    members = Member.objects.in_bulk([member for member, _today, _trial in result["earners"]])
    return Trial(
        periods=list(Period.objects.filter(pk__in=job.arguments["periods"]).order_by("span")),
        earners=[Compared(members[member], today, trial) for member, today, trial in result["earners"]],
        today_fen=result["today_fen"],
        trial_fen=result["trial_fen"],
        winners=result["winners"],
        losers=result["losers"],
        unchanged=result["unchanged"],
    )
