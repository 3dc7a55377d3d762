"""What may be asked about campaigns and orders. Money in fen, days in Asia/Shanghai."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from community.models import Group
from core.models import User
from orders.enums import OrderState
from orders.models import Campaign, Order, OrderLine

LIVE = Q(state__in=[OrderState.PLACED, OrderState.DELIVERED])
NO_QUANTITY = Value(Decimal(0), DecimalField(max_digits=12, decimal_places=3))


def with_takings(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Campaigns with `order_count` and `sales_fen` (still wanted, after shortages and refunds) of their live orders."""
    live = Order.objects.filter(campaign=OuterRef("pk")).filter(LIVE).order_by()
    count = live.values("campaign").annotate(n=Count("pk")).values("n")
    lines = OrderLine.objects.filter(order__campaign=OuterRef("pk")).order_by().values("order__campaign")
    fen = lines.annotate(n=Sum(F("amount_fen") - F("short_fen") - F("refunded_fen"))).values("n")
    return campaigns.annotate(order_count=Coalesce(Subquery(count), 0), sales_fen=Coalesce(Subquery(fen), 0))


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """How much of one offer to buy: what is wanted and not yet known to be short, its cost in fen."""

    offer_id: int
    name: str
    unit: str
    orders: int
    wanted: Decimal
    short: Decimal
    cost_fen: int

    @property
    def to_buy(self) -> Decimal:
        return self.wanted - self.short

    @property
    def total_cost_fen(self) -> int:
        return int((self.to_buy * self.cost_fen).to_integral_value())


def purchase_list(campaign: Campaign) -> list[PurchaseLine]:
    """What the whole campaign asks for, offer by offer in the campaign's order; offers nobody wants are left out."""
    rows = (
        campaign.offers.annotate(
            orders_n=Count("lines", filter=Q(lines__quantity__gt=0)),
            wanted=Coalesce(Sum("lines__quantity"), NO_QUANTITY),
            short=Coalesce(Sum("lines__short_quantity"), NO_QUANTITY),
        )
        .filter(wanted__gt=0)
        .order_by("position", "pk")
    )
    return [PurchaseLine(row.pk, row.name, row.unit, row.orders_n, row.wanted, row.short, row.cost_fen) for row in rows]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One member's order as it is carried to the door: its lines that are still wanted, with what became of them."""

    order: Order
    lines: tuple[OrderLine, ...]

    @property
    def done(self) -> bool:
        return all(line.outstanding == 0 for line in self.lines)

    @property
    def amount_fen(self) -> int:
        return sum(line.net_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Building:
    """The recipients of one building, by unit and room; the name is empty where no door is known."""

    name: str
    recipients: tuple[Recipient, ...]


def delivery_run(campaign: Campaign, groups: Iterable[Group]) -> list[Building]:
    """Who gets what at which door: buildings in walking order, doors within, two queries however many orders."""
    lines = (
        OrderLine.objects.filter(order__campaign=campaign, order__group__in=groups, quantity__gt=0)
        .select_related("order__member", "order__group", "offer")
        .order_by("order", "offer__position", "pk")
    )
    recipients = [Recipient(order, tuple(of_order)) for order, of_order in groupby(lines, key=lambda line: line.order)]
    recipients.sort(key=lambda one: (door_order(one.order.door), one.order.pk))
    by_building = groupby(recipients, key=lambda one: building_of(one.order.door))
    return [Building(name, tuple(of_building)) for name, of_building in by_building]


def building_of(door: str) -> str:
    """The part of a door before its first dash: 3-2-301 → 3; an area (H区) is its own building."""
    return door.split("-", 1)[0]


def door_order(door: str) -> tuple[tuple[int, str], ...]:
    """Sorts doors as one walks them: 3-201 before 11-402, numbers before areas, unknown doors last."""
    if not door:
        return ((2, ""),)
    parts = door.split("-")
    return tuple((0, part.zfill(8)) if part.isdigit() else (1, part) for part in parts)


def leaders_groups(campaign: Campaign, user: User) -> QuerySet[Group]:
    """The campaign's groups this person may work on."""
    return campaign.groups.filter(pk__in=Group.objects.visible_to(user).values("pk")).order_by("pinyin", "pk")
