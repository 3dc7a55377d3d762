"""Who brought whom."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F

from community.models import Member
from core.models import User
from orders.models import OrderLine
from referrals.models import Referral

REFEREES_SHOWN = 50


def referrers_of(member_ids: Collection[int]) -> dict[int, tuple[int | None, int | None]]:
    """Who brought each of these members (level 1), and who brought that one (level 2), by member id; one query."""
    nobody: dict[int, tuple[int | None, int | None]] = dict.fromkeys(member_ids, (None, None))
    return nobody | {
        referee: (level_1, level_2)
        for referee, level_1, level_2 in Referral.objects.filter(referee__in=member_ids).values_list(
            "referee", "referrer", "referrer__referred_by__referrer"
        )
    }


@dataclass(frozen=True, slots=True)
class Tree:
    """One member's place: how they came, and whom they brought, the latest first; `more` of these are not listed.

    `has_counted`: how they came stays as it is.
    """

    member: Member
    came_by: Referral | None
    has_counted: bool
    brought: list[Referral]
    more: int


def tree_of(member: Member, *, user: User) -> Tree:
    """The member's referrer and direct referees, as far as `user` may see them."""
    seen = Referral.objects.visible_to(user).select_related("referrer", "referee")
    brought = list(seen.filter(referrer=member).order_by("-bound_on", "-pk")[: REFEREES_SHOWN + 1])
    more = seen.filter(referrer=member).count() - REFEREES_SHOWN if len(brought) > REFEREES_SHOWN else 0
    came_by = seen.filter(referee=member).select_related("corrected_by").first()
    return Tree(member, came_by, came_by is not None and has_counted(came_by), brought[:REFEREES_SHOWN], more)


def has_counted(referral: Referral) -> bool:
    """Whether a valid order was placed since the binding: what `corrected_until_it_has_counted` asks, too."""
    orders = OrderLine.objects.filter(order__member=referral.referee_id, order__order_day__gte=referral.bound_on)
    return orders.filter(delivered_fen__gt=F("refunded_fen")).exists()
