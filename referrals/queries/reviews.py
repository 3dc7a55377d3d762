"""What somebody who approves a run wants to see of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from community.models import Member
from core.models import User
from ledger.models import Period
from referrals.enums import Rule, RunState
from referrals.models import CommissionEntry, Run

SECOND_LEVEL = 2
COLUMNS = [(rule, 0) for rule in Rule if rule != Rule.REFERRAL] + [(Rule.REFERRAL, 1), (Rule.REFERRAL, SECOND_LEVEL)]
"""Rule and level. The second level stands by itself: everybody sees what it comes to."""


def runs_to_review(*, user: User, now: datetime) -> int:
    """How many runs this person may approve: made by somebody else. 0, unasked, for who approves none."""
    if not user.is_admin:
        return 0
    return Run.objects.visible_to(user).filter(state=RunState.REVIEW).exclude(ran_by=user).count()


@dataclass(slots=True)
class Earner:
    """What a run adds for one person by rule and level, and how their period compares with the one before; in fen."""

    member: Member
    by_rule: dict[tuple[str, int], int] = field(default_factory=dict)
    period_fen: int = 0
    before_fen: int = 0

    @property
    def total_fen(self) -> int:
        return sum(self.by_rule.values())

    @property
    def difference_fen(self) -> int:
        return self.period_fen - self.before_fen


def period_before(period: Period) -> Period | None:
    return Period.objects.filter(span__startswith__lt=period.span.lower).order_by("-span").first()


def earners_of(run: Run, *, before: Period | None) -> list[Earner]:
    """Everybody the run added something for, the largest amounts first, compared with `before`; three queries."""
    entries = CommissionEntry.objects.filter(run=run).values_list("beneficiary", "rule", "level")
    sums = list(entries.annotate(fen=Sum("amount_fen")).order_by())
    members = Member.objects.in_bulk({member_id for member_id, *_ in sums})
    earners = {member_id: Earner(members[member_id]) for member_id, *_ in sums}
    for member_id, rule, level, fen in sums:
        earners[member_id].by_rule[rule, level] = fen
    _compare(earners, run.period, before)
    return sorted(earners.values(), key=lambda earner: (-abs(earner.total_fen), earner.member.pk))


def in_columns(earners: Sequence[Earner]) -> list[tuple[Earner, list[tuple[str, int]]]]:
    """Each earner with a label and the fen for whatever anybody of them earned by, the same columns for all."""
    used = [column for column in COLUMNS if any(column in earner.by_rule for earner in earners)]
    labels = {column: str(_("Second level") if column[1] == SECOND_LEVEL else column[0].label) for column in used}
    return [(earner, [(labels[column], earner.by_rule.get(column, 0)) for column in used]) for earner in earners]


def _compare(earners: dict[int, Earner], period: Period, before: Period | None) -> None:
    """Fill in what each earned in the whole of the run's period, and in `before`."""
    periods: Iterable[Period] = [period, before] if before else [period]
    sums = CommissionEntry.objects.filter(beneficiary__in=earners, period__in=periods)
    for member_id, period_id, fen in (
        sums.values_list("beneficiary", "period").annotate(fen=Sum("amount_fen")).order_by()
    ):
        if period_id == period.pk:
            earners[member_id].period_fen = fen
        else:
            earners[member_id].before_fen = fen
