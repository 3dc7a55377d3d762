"""Who brought whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, QuerySet, Sum

from community.models import Member, sees_all_groups
from core.models import User
from core.sql import statement
from orders.models import OrderLine
from referrals.models import Referral

REFEREES_SHOWN = 50
ROWS = 200
UPLINE, DOWNLINE = statement(__file__, "upline"), statement(__file__, "downline")


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


@dataclass(frozen=True, slots=True)
class Placed:
    """One person above or below a member, how many steps away, and the binding that leads there: None for somebody
    nobody brought.

    `spent_fen` is what was delivered to them less refunds, as far as the reader may know of it.
    """

    level: int
    member: Member
    binding: Referral | None
    spent_fen: int
    brought: int


def line_above(member: Member, *, user: User) -> tuple[list[Placed], int]:
    """Everybody above the member whom `user` may know, the furthest first, and how many there are that they may not."""
    with connection.cursor() as cursor:
        cursor.execute(UPLINE, {"member": member.pk})
        levels: dict[int, int] = {member_id: level for level, member_id in cursor.fetchall()}
    known = Member.objects.visible_to(user).in_bulk(levels)
    bindings = {one.referee_id: one for one in _bindings(user).filter(referee__in=known)}
    places = [(levels[pk], known[pk], bindings.get(pk)) for pk in sorted(known, key=lambda pk: -levels[pk])]
    return _placed(places, user), len(levels) - len(known)


def branch_of(member: Member, *, user: User, level: int = 1) -> tuple[list[Placed], int]:
    """Whom the member brought, the latest first, and how many more there are; four queries."""
    found = _bindings(user).filter(referrer=member)
    shown = list(found.order_by("-bound_on", "-pk")[: REFEREES_SHOWN + 1])
    more = found.count() - REFEREES_SHOWN if len(shown) > REFEREES_SHOWN else 0
    return _placed([(level, one.referee, one) for one in shown[:REFEREES_SHOWN]], user), more


def everybody_below(member: Member, *, user: User) -> tuple[list[Placed], int]:
    """Everybody below the member, level by level, up to `ROWS` of them, and how many there are in all."""
    known = None
    if not sees_all_groups(user):
        known = list(Member.objects.visible_to(user).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(DOWNLINE, {"member": member.pk, "known": known, "most": ROWS})
        rows: list[tuple[int, int, int]] = cursor.fetchall()
    bindings = _bindings(user).in_bulk([binding for _level, binding, _all in rows])
    places = [(level, bindings[binding].referee, bindings[binding]) for level, binding, _all in rows]
    return _placed(places, user), rows[0][2] if rows else 0


def _bindings(user: User) -> QuerySet[Referral]:
    return Referral.objects.visible_to(user).select_related("referrer", "referee")


def _placed(places: Sequence[tuple[int, Member, Referral | None]], user: User) -> list[Placed]:
    """With what each bought and how many they brought; two queries."""
    ids = [member.pk for _level, member, _binding in places]
    lines = OrderLine.objects.visible_to(user).filter(order__member__in=ids).order_by()
    spent = dict(lines.values_list("order__member").annotate(fen=Sum(F("delivered_fen") - F("refunded_fen"))))
    bindings = Referral.objects.visible_to(user).filter(referrer__in=ids).order_by()
    brought = dict(bindings.values_list("referrer").annotate(number=Count("pk")))
    return [
        Placed(level, member, binding, spent.get(member.pk, 0), brought.get(member.pk, 0))
        for level, member, binding in places
    ]
