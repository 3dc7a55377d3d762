"""An offer of which less came than its lines want: whose lines, as they came; and what fell short in the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery, Sum

from community.enums import SeedStatus
from community.models import Group, SeedProfile
from orders.enums import FactKind
from orders.models import Arrival, Campaign, ChainEntry, Offer, Order, OrderLine, SaleFact
from orders.queries.campaigns import NET_FEN
from orders.queries.delivery import by_offer, door_order


@dataclass(frozen=True, slots=True)
class Asked:
    """A line that still wants some of the offer: since when, a seed user's or not, its whole order's cost in fen."""

    line: OrderLine
    since: datetime
    number: int | None
    """Its number in the chain it was pasted with; None when it came another way."""
    seed: bool
    order_fen: int


@dataclass(frozen=True, slots=True)
class ShortOffer:
    """How much of an offer was counted (None: not yet), the last count, and the lines that want it as they came."""

    offer: Offer
    arrived: Decimal | None
    last_count: int | None
    asked: tuple[Asked, ...]

    @property
    def wanted(self) -> Decimal:
        return sum((one.line.to_deliver for one in self.asked), Decimal())

    @property
    def delivered(self) -> Decimal:
        return sum((one.line.delivered_quantity for one in self.asked), Decimal())

    @property
    def missing(self) -> Decimal:
        """What the lines want beyond what was counted."""
        return self.wanted - (self.arrived or Decimal())


def short_offer(offer: Offer) -> ShortOffer:
    """What came of the offer and who wants it; two queries.

    A line stands where it was ordered first: by moment, those of one pasted chain by their number in it.
    """
    counts = list(Arrival.objects.filter(offer=offer).values_list("pk", "quantity"))
    placed = SaleFact.objects.filter(line=OuterRef("pk"), kind=FactKind.PLACED).order_by("-pk")
    entries = ChainEntry.objects.filter(order=OuterRef("order"), live=True, lines__has_key=str(offer.pk))
    seeds = SeedProfile.objects.filter(member=OuterRef("order__member"), status=SeedStatus.SEED)
    lines = (
        OrderLine.objects.filter(offer=offer, quantity__gt=F("short_quantity") - F("corrected_quantity"))
        .select_related("order__member", "order__group", "offer")
        .annotate(
            since=Subquery(placed.values("at")[:1]),
            number=Subquery(entries.order_by("number").values("number")[:1]),
            seed=Exists(seeds),
            order_fen=order_fen(),
        )
        .order_by("since", F("number").asc(nulls_last=True), "order")
    )
    return ShortOffer(
        offer,
        sum((quantity for _pk, quantity in counts), Decimal()) if counts else None,
        max((pk for pk, _quantity in counts), default=None),
        tuple(map(asked, lines)),
    )


def asked(line: Any) -> Asked:
    """The line with its annotations `since`, `number`, `seed` and `order_fen`."""
    return Asked(line, line.since, line.number, line.seed, line.order_fen)


def order_fen() -> Subquery:
    """What the whole order of a line comes to, after shortages and refunds."""
    lines = OrderLine.objects.filter(order=OuterRef("order")).order_by().values("order")
    return Subquery(lines.annotate(fen=Sum(NET_FEN)).values("fen"))


@dataclass(frozen=True, slots=True)
class FellShort:
    """What an order gets less of, line by line, and what it comes to now, in fen."""

    order: Order
    lines: tuple[OrderLine, ...]
    order_fen: int


@dataclass(frozen=True, slots=True)
class GoodsShort:
    """What of one offer fell short in a group, the reason if it is one for all, and whose lines."""

    offer: Offer
    quantity: Decimal
    reason: str
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class GroupShort:
    """What fell short in one group: product by product, and order by order as their doors stand."""

    group: Group
    goods: tuple[GoodsShort, ...]
    orders: tuple[FellShort, ...]


def fell_short(campaign: Campaign, groups: Iterable[Group]) -> list[GroupShort]:
    """Who of the groups got less than they ordered, and what they owe now; one query."""
    last = SaleFact.objects.filter(line=OuterRef("pk"), kind=FactKind.SHORT).order_by("-pk")
    lines = (
        OrderLine.objects.filter(order__campaign=campaign, order__group__in=groups, short_quantity__gt=0)
        .select_related("order__member", "order__group", "offer")
        .annotate(reason=Subquery(last.values("reason")[:1]), order_fen=order_fen())
    )
    by_group = groupby(sorted(lines, key=group_and_door), key=lambda line: line.order.group)
    return [group_short(group, list(theirs)) for group, theirs in by_group]


def group_and_door(line: OrderLine) -> tuple[object, ...]:
    order, offer = line.order, line.offer
    return order.group.pinyin, order.group_id, door_order(order.door), order.pk, offer.position, line.pk


def group_short(group: Group, lines: list[Any]) -> GroupShort:
    """The lines of one group, with `reason` and `order_fen`, told twice: by product and by order."""
    goods = tuple(
        GoodsShort(
            offer,
            sum((line.short_quantity for line in of_offer), Decimal()),
            reason=shared_by_all([line.reason for line in of_offer]),  # type: ignore[attr-defined]
            lines=tuple(of_offer),
        )
        for offer, of_offer in by_offer(lines)
    )
    by_order = [tuple(theirs) for _order, theirs in groupby(lines, key=lambda line: line.order_id)]
    return GroupShort(group, goods, tuple(FellShort(some[0].order, some, some[0].order_fen) for some in by_order))


def shared_by_all(reasons: list[str]) -> str:
    """The one reason there is; empty when there are several."""
    return reasons[0] if len(set(reasons)) == 1 else ""
