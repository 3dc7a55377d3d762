from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from community.models import Group
from core.models import User
from core.money import amount_of
from core.search import named_like, typed
from orders.enums import OrderState
from orders.models import Campaign, Order, OrderLine, Product, Supplier
from orders.rules.packs import Packed, whole_packs

LIVE_STATES = [OrderState.PLACED, OrderState.DELIVERED]
LIVE = Q(state__in=LIVE_STATES)
NET_FEN = F("amount_fen") + F("corrected_fen") - F("short_fen") - F("refunded_fen")


def with_takings(campaigns: QuerySet[Campaign], *, groups: QuerySet[Group] | None = None) -> QuerySet[Campaign]:
    """Campaigns with `order_count` and `sales_fen` (still wanted, after shortages and refunds) of their live orders.

    With `groups` only what was ordered in these counts.
    """
    orders = Order.objects.filter(campaign=OuterRef("pk")).order_by()
    lines = OrderLine.objects.filter(order__campaign=OuterRef("pk")).order_by()
    if groups is not None:
        orders = orders.filter(group__in=groups.values("pk"))
        lines = lines.filter(order__group__in=groups.values("pk"))
    count = orders.filter(LIVE).values("campaign").annotate(n=Count("pk")).values("n")
    fen = lines.values("order__campaign").annotate(n=Sum(NET_FEN)).values("n")
    return campaigns.annotate(order_count=Coalesce(Subquery(count), 0), sales_fen=Coalesce(Subquery(fen), 0))


@dataclass(frozen=True, slots=True)
class GroupTakings:
    """What one group has ordered of a campaign: live orders, and fen after shortages and refunds."""

    group: Group
    order_count: int
    sales_fen: int


def group_takings(campaign: Campaign) -> list[GroupTakings]:
    """Each group of the campaign with its orders; one that has ordered nothing too. One query."""
    orders = Order.objects.filter(LIVE, campaign=campaign, group=OuterRef("pk")).order_by()
    lines = OrderLine.objects.filter(order__campaign=campaign, order__group=OuterRef("pk")).order_by()
    groups: Iterable[Any] = campaign.groups.order_by("pinyin", "pk").annotate(
        order_count=Coalesce(Subquery(orders.values("group").annotate(n=Count("pk")).values("n")), 0),
        sales_fen=Coalesce(Subquery(lines.values("order__group").annotate(n=Sum(NET_FEN)).values("n")), 0),
    )
    return [GroupTakings(group, group.order_count, group.sales_fen) for group in groups]


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """How much of one offer to buy: what is wanted and not yet known to be short, in its unit; its cost in fen.

    `pack_size` None is bought loose, exactly as much as is needed.
    """

    name: str
    unit: str
    orders: int
    wanted: Decimal
    short: Decimal
    cost_fen: int
    pack_size: Decimal | None = None
    pack_name: str = ""

    @property
    def to_buy(self) -> Decimal:
        return self.wanted - self.short

    @property
    def packed(self) -> Packed | None:
        """The whole packs to order; None when it is bought loose."""
        return None if self.pack_size is None else whole_packs(self.to_buy, self.pack_size)

    @property
    def bought(self) -> Decimal:
        """What is paid for and arrives: whole packs, with what is left over of them."""
        packed = self.packed
        return packed.bought if packed else self.to_buy

    @property
    def total_cost_fen(self) -> int:
        return amount_of(self.bought, self.cost_fen)


@dataclass(frozen=True, slots=True)
class PurchaseSection:
    """What to buy from one supplier; None is what no supplier is known for."""

    supplier: Supplier | None
    lines: tuple[PurchaseLine, ...]

    @property
    def total_cost_fen(self) -> int:
        return sum(line.total_cost_fen for line in self.lines)


def purchase_list(campaign: Campaign) -> list[PurchaseSection]:
    """What the whole campaign asks for, supplier by supplier, those without one last; one query.

    Inside a section the offers stand in the campaign's order; offers nobody wants are left out.
    """
    offers = (
        campaign.offers.filter(lines__quantity__gt=0)
        .select_related("supplier")
        .annotate(orders=Count("lines"), wanted=Sum("lines__quantity"), short=Sum("lines__short_quantity"))
        .order_by(F("supplier__pinyin").asc(nulls_last=True), "supplier", "position", "pk")
    )
    by_supplier = groupby(offers, key=lambda offer: offer.supplier)
    return [PurchaseSection(supplier, tuple(map(purchase_line, theirs))) for supplier, theirs in by_supplier]


def purchase_line(offer: Any) -> PurchaseLine:
    """The line of an offer with `orders`, `wanted` and `short`."""
    return PurchaseLine(
        offer.name,
        offer.unit,
        offer.orders,
        offer.wanted,
        offer.short,
        offer.cost_fen,
        offer.pack_size,
        offer.pack_name,
    )


def leaders_groups(campaign: Campaign, user: User) -> QuerySet[Group]:
    """The campaign's groups this person may work on."""
    return campaign.groups.filter(pk__in=Group.objects.visible_to(user).values("pk")).order_by("pinyin", "pk")


def states_of(campaigns: QuerySet[Campaign]) -> dict[str, int]:
    """How many of the campaigns are in each state; one query."""
    return dict(campaigns.order_by().values_list("state").annotate(n=Count("pk")))


def products_matching(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Products whose name, pinyin or initials match, or that are also written like that."""
    wanted = typed(text)
    if not wanted:
        return products
    return products.filter(named_like(wanted) | Q(aliases__icontains=wanted))


def suppliers_matching(suppliers: QuerySet[Supplier], text: str) -> QuerySet[Supplier]:
    """Suppliers whose name, pinyin or initials match, or whose contact's name is like that."""
    wanted = typed(text)
    if not wanted:
        return suppliers
    return suppliers.filter(named_like(wanted) | Q(contact__icontains=wanted))


def with_goods_count(suppliers: QuerySet[Supplier]) -> QuerySet[Supplier]:
    """Suppliers with `goods`: how many products of the catalogue come from them."""
    return suppliers.annotate(goods=Count("products", filter=Q(products__active=True)))
