"""What goes into which group's crates, product by product: shortages left out, as weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db.models import Sum

from community.models import Group
from orders.models import Campaign, Offer, OrderLine, Supplier
from orders.queries.receiving import TO_DELIVER


@dataclass(frozen=True, slots=True)
class Sorted:
    """How much of one offer each of the groups gets, in the order of the groups, in its unit."""

    offer: Offer
    quantities: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        return sum(self.quantities, Decimal())


@dataclass(frozen=True, slots=True)
class Sorting:
    """The groups that get something, and every product of which somebody gets some, in the campaign's order."""

    groups: tuple[Group, ...]
    goods: tuple[Sorted, ...]

    @property
    def by_supplier(self) -> list[tuple[Supplier | None, tuple[Sorted, ...]]]:
        """The goods supplier by supplier; those of nobody last."""
        in_order = sorted(self.goods, key=supplier_order)
        return [(supplier, tuple(goods)) for supplier, goods in groupby(in_order, key=lambda one: one.offer.supplier)]


def sorting(campaign: Campaign, groups: Sequence[Group]) -> Sorting:
    """Which of the groups gets how much of what; two queries."""
    lines = OrderLine.objects.filter(order__campaign=campaign, order__group__in=groups).order_by()
    sums = lines.values_list("offer", "order__group").annotate(n=Sum(TO_DELIVER))
    amounts = {(offer, group): quantity for offer, group, quantity in sums if quantity}
    served = tuple(group for group in groups if any(group.pk == other for _offer, other in amounts))
    offers = campaign.offers.filter(pk__in={offer for offer, _group in amounts}).select_related("supplier")
    return Sorting(
        served,
        tuple(
            Sorted(offer, tuple(amounts.get((offer.pk, group.pk), Decimal()) for group in served))
            for offer in offers.order_by("position", "pk")
        ),
    )


def supplier_order(one: Sorted) -> tuple[bool, str, int]:
    supplier = one.offer.supplier
    return supplier is None, supplier.pinyin if supplier else "", supplier.pk if supplier else 0
