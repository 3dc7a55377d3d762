"""What entering orders by hand asks: who is meant, what they ordered last, what was entered today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from community.models import Group, Membership
from community.queries.members import memberships_matching
from core.models import User
from orders.models import Campaign, Offer, Order, QuickEntry
from orders.queries.campaigns import LIVE
from orders.queries.orders import with_goods

SHOWN = 8
"""Members a search shows; whoever sees as many types one letter more."""
LATEST = 10
"""Entries shown under the search."""


@dataclass(frozen=True, slots=True)
class Found:
    """A member of the group with their door, and their latest order that still wants something."""

    membership: Membership
    last: Order | None


def find_members(group: Group, text: str, orders: QuerySet[Order]) -> list[Found]:
    """The group's members at a door or of a name like `text`, the surest first, up to eight; three queries."""
    here = Membership.objects.filter(group=group).current().select_related("member")
    memberships = list(memberships_matching(here, text)[:SHOWN])
    last = last_orders(orders, [one.member_id for one in memberships])
    return [Found(one, last.get(one.member_id)) for one in memberships]


def last_orders(orders: QuerySet[Order], member_ids: Iterable[int]) -> dict[int, Order]:
    """Each member's latest live order of these, with its wanted lines; two queries however many."""
    latest = (
        orders.filter(LIVE, member__in=list(member_ids))
        .order_by("member_id", "-placed_at", "-pk")
        .distinct("member_id")
    )
    return {order.member_id: order for order in with_goods(latest)}


@dataclass(frozen=True, slots=True)
class EntryGoods:
    """One offer of an entry and how much of it was added."""

    offer: Offer
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry as it is shown again, and whether it can still be taken back."""

    entry: QuickEntry
    goods: tuple[EntryGoods, ...]
    can_be_undone: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What one person entered by hand today: the latest ten, and how many and how much (fen) altogether."""

    latest: tuple[Entered, ...]
    count: int
    amount_fen: int


def day_of_entries(campaign: Campaign, group: Group, by: User, now: datetime) -> Day:
    """What this person entered into the chain since midnight in Shanghai and did not take back; three queries."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    entries = QuickEntry.objects.filter(
        order__campaign=campaign, order__group=group, entered_by=by, entered_at__gte=midnight, undone_at=None
    )
    sums = entries.aggregate(n=Count("pk"), fen=Coalesce(Sum("amount_fen"), 0))
    offers = {str(offer.pk): offer for offer in campaign.offers.all()}
    latest = entries.select_related("order__member", "order__campaign").order_by("-pk")[:LATEST]
    shown = tuple(
        Entered(
            entry,
            tuple(EntryGoods(offers[key], Decimal(quantity)) for key, quantity in entry.lines.items()),
            entry.can_be_undone(now),
        )
        for entry in latest
    )
    return Day(shown, sums["n"], sums["fen"])
