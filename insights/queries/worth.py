"""What one member is worth. From the roll-ups, so as of the last night."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from community.models import Member
from insights.models import MemberStat
from referrals.models import Referral

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Brought:
    """Somebody a member brought, and what they have received themselves, in fen; their first day None before it."""

    member_id: int
    name: str
    lifetime_fen: int
    first_day: date | None


@dataclass(frozen=True, slots=True)
class MemberWorth:
    """A member's own net delivered spend, that of those they brought, and when they ordered. In fen.

    `brought` lists the highest first, at most twenty; `brought_count` counts all, `buying_count` who has ordered.
    """

    lifetime_fen: int
    social_fen: int
    occasions: int
    first_day: date | None
    last_day: date | None
    brought: tuple[Brought, ...]
    brought_count: int
    buying_count: int


def member_worth(member: Member) -> MemberWorth:
    """Lifetime value and direct social value of a member. Somebody who never ordered is worth 0 so far."""
    stat = MemberStat.objects.filter(member=member).first() or MemberStat(member=member)
    referrals = Referral.objects.filter(referrer=member)
    rows = referrals.order_by(F("referee__stat__lifetime_fen").desc(nulls_last=True), "referee").values_list(
        "referee", "referee__name", "referee__stat__lifetime_fen", "referee__stat__first_day"
    )
    return MemberWorth(
        lifetime_fen=stat.lifetime_fen,
        social_fen=stat.social_fen,
        occasions=stat.occasions,
        first_day=stat.first_day,
        last_day=stat.last_day,
        brought=tuple(Brought(pk, name, fen or 0, day) for pk, name, fen, day in rows[:SHOWN]),
        brought_count=referrals.count(),
        buying_count=stat.brought,
    )
