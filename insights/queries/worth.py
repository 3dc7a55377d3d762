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
    """Somebody a member brought, and what of theirs is the member's social value, in fen; 0 before they ordered."""

    member_id: int
    name: str
    social_fen: int


@dataclass(frozen=True, slots=True)
class MemberWorth:
    """A member's own net delivered spend, that of those they brought, and when they ordered. In fen.

    `as_leader_fen` is of the own spend what they ordered as leaders in their group. `brought` lists the highest first,
    at most twenty; `brought_count` counts all, `buying_count` who has ordered. Somebody who ordered was brought by whom
    the first valid order names, somebody who did not yet by whom the referral names.
    """

    lifetime_fen: int
    as_leader_fen: int
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
    buying = MemberStat.objects.filter(inviter=member).annotate(counted_fen=F("lifetime_fen") - F("as_leader_fen"))
    bought = buying.order_by("-counted_fen", "member").values_list("member", "member__name", "counted_fen")
    waiting = Referral.objects.filter(referrer=member, referee__stat__first_day=None)
    bound = waiting.order_by("referee").values_list("referee", "referee__name")
    brought = [*(Brought(*row) for row in bought[:SHOWN]), *(Brought(*row, 0) for row in bound[:SHOWN])]
    return MemberWorth(
        lifetime_fen=stat.lifetime_fen,
        as_leader_fen=stat.as_leader_fen,
        social_fen=stat.social_fen,
        occasions=stat.occasions,
        first_day=stat.first_day,
        last_day=stat.last_day,
        brought=tuple(brought[:SHOWN]),
        brought_count=stat.brought + waiting.count(),
        buying_count=stat.brought,
    )
