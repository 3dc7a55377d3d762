"""What everybody earns with their own service, and what for bringing people, by level, over a period."""

from dataclasses import dataclass

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from community.models import Member
from core.models import User
from core.money import PPM, half_up
from ledger.models import Period
from referrals.enums import Rule
from referrals.models import CommissionEntry

PARTS = {
    "service_fen": ~Q(rule=Rule.REFERRAL),
    "level_1_fen": Q(rule=Rule.REFERRAL, level=1),
    "level_2_fen": Q(rule=Rule.REFERRAL, level=2),
}
"""Leading, delivering and developing are own service; the rest is for having brought the buyer, or who brought them."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What somebody earned in a period, net of what was taken back; in fen."""

    service_fen: int
    level_1_fen: int
    level_2_fen: int

    @property
    def total_fen(self) -> int:
        return self.service_fen + self.level_1_fen + self.level_2_fen

    @property
    def parts(self) -> list[tuple[int, int | None]]:
        """The three of them, each with its share of the whole in ppm: None where something of it is below nothing."""
        fens = (self.service_fen, self.level_1_fen, self.level_2_fen)
        whole = self.total_fen if min(fens) >= 0 else 0
        return [(fen, half_up(fen * PPM, whole) if whole else None) for fen in fens]


def shares_in(period: Period, *, user: User) -> list[tuple[Member, Shares]]:
    """Everybody with entries in the period, whatever became of their runs, who earned most first; two queries."""
    entries = CommissionEntry.objects.visible_to(user).filter(period=period)
    sums = {name: Coalesce(Sum("amount_fen", filter=which), 0) for name, which in PARTS.items()}
    earned = {
        member_id: Shares(*fens) for member_id, *fens in entries.values_list("beneficiary").annotate(**sums).order_by()
    }
    members = Member.objects.in_bulk(earned)
    return sorted(
        ((members[member_id], shares) for member_id, shares in earned.items()),
        key=lambda one: (-one[1].total_fen, one[0].pk),
    )


def together(shares: list[tuple[Member, Shares]]) -> Shares:
    """The sum of all rows."""
    return Shares(
        service_fen=sum(one.service_fen for _member, one in shares),
        level_1_fen=sum(one.level_1_fen for _member, one in shares),
        level_2_fen=sum(one.level_2_fen for _member, one in shares),
    )
