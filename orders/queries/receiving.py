"""What has come of what was bought, and whether it is enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from community.models import Group
from orders.enums import FactKind
from orders.models import Arrival, Campaign, Offer, OrderLine, SaleFact, Supplier
from orders.queries.campaigns import PurchaseLine, purchase_line

ASKED_FOR = (FactKind.PLACED, FactKind.CHANGED, FactKind.CANCELLED)
TO_DELIVER = F("quantity") + F("corrected_quantity") - F("short_quantity")
"""What of a line is to reach the door in all, in the offer's unit; `OrderLine.to_deliver` in SQL."""


@dataclass(frozen=True, slots=True)
class Received:
    """How much of one offer was to come, what was counted of it, and what its lines still want; in its unit."""

    offer: Offer
    ordered: PurchaseLine
    """As the purchase list said when the first of it was counted: shares and late orders since do not move it."""
    needed: Decimal
    counts: tuple[Arrival, ...]

    @property
    def counted(self) -> bool:
        return bool(self.counts)

    @property
    def arrived(self) -> Decimal:
        return sum((count.quantity for count in self.counts), Decimal())

    @property
    def difference(self) -> Decimal:
        """What came beyond what was bought; negative is what the supplier still owes."""
        return self.arrived - self.ordered.bought

    @property
    def missing(self) -> Decimal:
        """What the lines want beyond what was counted; nothing before the first count."""
        return max(self.needed - self.arrived, Decimal()) if self.counted else Decimal()


@dataclass(frozen=True, slots=True)
class ReceivingSection:
    """What is to come from one supplier; None is what no supplier is known for."""

    supplier: Supplier | None
    goods: tuple[Received, ...]


def receiving(campaign: Campaign) -> list[ReceivingSection]:
    """Everything that somebody ordered in the campaign, in the order of its purchase list; two queries."""
    by_supplier = groupby(receive(campaign.offers.all()), key=lambda one: one.offer.supplier)
    return [ReceivingSection(supplier, tuple(goods)) for supplier, goods in by_supplier]


def receive(offers: QuerySet[Offer]) -> list[Received]:
    """What has come of those of the offers that somebody ordered, supplier by supplier; two queries."""
    began = Arrival.objects.filter(offer=OuterRef("pk")).order_by("pk").values("at")[:1]
    not_begun = F("at") + timedelta(days=1)
    facts = SaleFact.objects.filter(line__offer=OuterRef("pk"), at__lt=Coalesce(OuterRef("counting_began"), not_begun))
    total = facts.order_by().values("line__offer").annotate(n=Sum("quantity")).values("n")
    ordered = (
        offers.filter(lines__quantity__gt=0)
        .select_related("supplier")
        .annotate(
            orders=Count("lines"),
            needed=Sum(F("lines__quantity") + F("lines__corrected_quantity") - F("lines__short_quantity")),
            counting_began=Subquery(began),
        )
        .annotate(
            wanted=Coalesce(Subquery(total.filter(kind__in=ASKED_FOR)), Decimal()),
            short=-Coalesce(Subquery(total.filter(kind=FactKind.SHORT)), Decimal()),
        )
        .prefetch_related(Prefetch("arrivals", Arrival.objects.select_related("by"), to_attr="counts"))
        .order_by(F("supplier__pinyin").asc(nulls_last=True), "supplier", "position", "pk")
    )
    return [Received(offer, purchase_line(offer), offer.needed, tuple(offer.counts)) for offer in ordered]


def not_shared(campaign: Campaign) -> list[Offer]:
    """Offers of which less was counted than their lines still want: who sorts by the lines runs out; two queries."""
    return [one.offer for one in receive(campaign.offers.all()) if one.missing]


@dataclass(frozen=True, slots=True)
class Expected:
    """How much of one offer some groups still get and how much of it fell short there; is it here, is it enough?"""

    offer: Offer
    quantity: Decimal
    short: Decimal
    counted: bool
    enough: bool


def expected(campaign: Campaign, groups: Iterable[Group]) -> list[Expected]:
    """What the groups wait for, offer by offer in the campaign's order; one query.

    How much came for the whole campaign is not said: a leader knows the own groups.
    """
    counted = Arrival.objects.filter(offer=OuterRef("pk")).order_by().values("offer")
    needed = OrderLine.objects.filter(offer=OuterRef("pk")).order_by().values("offer")
    own = Q(lines__order__group__in=groups)
    offers = (
        campaign.offers.filter(own, lines__quantity__gt=0)
        .annotate(
            own=Sum(F("lines__quantity") + F("lines__corrected_quantity") - F("lines__short_quantity")),
            own_short=Sum("lines__short_quantity"),
            arrived=Subquery(counted.annotate(n=Sum("quantity")).values("n")),
            needed=Subquery(needed.annotate(n=Sum(TO_DELIVER)).values("n")),
        )
        .order_by("position", "pk")
    )
    return [expect(offer) for offer in offers]


def expect(offer: Any) -> Expected:
    """What is said of an offer with `own`, `own_short`, `arrived` (None: not counted) and `needed`."""
    counted = offer.arrived is not None
    return Expected(offer, offer.own, offer.own_short, counted, enough=counted and offer.arrived >= offer.needed)
