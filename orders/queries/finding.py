"""What the palette finds: groups, campaigns, members, and what those members ordered last."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Q, QuerySet

from community.models import Group, Member, Membership
from community.queries import groups_matching, members_found
from core.models import User
from core.search import named_from, named_like, surest_first, typed
from orders.models import Campaign, Order

SHOWN = 8
"""Rows altogether; whoever sees as many types one letter more."""
PLACES = 3
"""Groups, and campaigns, at most: some rows are always left for people."""
LAST = 3
"""Behind what is found by its name."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row somebody may mean, and how sure that is (`core.search.surest_first`)."""

    kind: Literal["group", "campaign", "member", "order"]
    row: Group | Campaign | Member | Order
    rank: int


def palette_hits(user: User, text: str) -> list[Hit]:
    """What is called or lives like `text`, of what this person may see and open, up to eight rows; four queries.

    Groups, campaigns and members, the surest first, then the latest orders of those members. An auditor opens orders
    alone, and finds nobody by a phone number.
    """
    wanted = typed(text)
    if not wanted:
        return []
    memberships = Membership.objects.visible_to(user).current()
    found = members_found(Member.objects.visible_to(user), memberships, wanted, by_phone=not user.is_auditor)
    members = list(found[:SHOWN])
    orders = _latest(Order.objects.visible_to(user), members)
    if user.is_auditor:
        return orders
    places = [
        *_ranked("group", _groups(Group.objects.visible_to(user), wanted)[:PLACES]),
        *_ranked("campaign", _campaigns(Campaign.objects.visible_to(user), wanted)[:PLACES]),
    ]
    return sorted([*places, *_ranked("member", members), *orders], key=lambda hit: hit.rank)[:SHOWN]


def _ranked(kind: Literal["group", "campaign", "member"], rows: Iterable[Any]) -> list[Hit]:
    return [Hit(kind, row, row.rank) for row in rows]


def _groups(groups: QuerySet[Group], wanted: str) -> QuerySet[Group]:
    rank = surest_first(Q(name__iexact=wanted), named_from(wanted))
    return (
        groups_matching(groups, wanted).annotate(rank=rank).select_related("neighbourhood").order_by("rank", "pinyin")
    )


def _campaigns(campaigns: QuerySet[Campaign], wanted: str) -> QuerySet[Campaign]:
    rank = surest_first(Q(title__iexact=wanted), named_from(wanted, name="title"))
    return (
        campaigns.filter(named_like(wanted, name="title")).annotate(rank=rank).order_by("rank", "-cuts_off_at", "-pk")
    )


def _latest(orders: QuerySet[Order], members: list[Member]) -> list[Hit]:
    theirs = orders.filter(member__in=members).select_related("member", "campaign")
    return [Hit("order", order, LAST) for order in theirs.order_by("-placed_at", "-pk")[:SHOWN]]
