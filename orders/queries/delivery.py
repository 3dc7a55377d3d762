"""Who gets what at which door, and how far handing it over has come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from community.models import Group, Neighbourhood
from orders.enums import OrderState
from orders.models import Campaign, Offer, Order, OrderLine, SaleFact
from orders.queries.campaigns import LIVE_STATES


@dataclass(frozen=True, slots=True)
class Recipient:
    """One member's order as it is carried to the door: its lines that are still wanted, with what became of them."""

    order: Order
    lines: tuple[OrderLine, ...]

    @property
    def facts(self) -> int:
        """How many facts the order has: what a page that shows it has seen."""
        return int(getattr(self.lines[0], "fact_count", 0))

    @property
    def nothing_to_carry(self) -> bool:
        """Everything fell short: nobody goes to this door."""
        return all(line.to_deliver == 0 for line in self.lines)

    @property
    def done(self) -> bool:
        return all(line.outstanding == 0 for line in self.lines)

    @property
    def delivered(self) -> bool:
        return self.done and not self.nothing_to_carry

    @property
    def amount_fen(self) -> int:
        return sum(line.net_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Unit:
    """The recipients of one staircase from the ground up; the name is empty where doors have none."""

    name: str
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Building:
    """The recipients of one building, by unit and room; the name is empty where no door is known."""

    neighbourhood: Neighbourhood
    name: str
    number: int
    """Which one on the way, counted from 1."""
    recipients: tuple[Recipient, ...]

    @property
    def units(self) -> list[Unit]:
        """Its staircases as one walks them; within one, doors stand by room, which is floor by floor."""
        by_unit = groupby(self.recipients, key=lambda one: unit_of(one.order.door))
        return [Unit(name, tuple(of_unit)) for name, of_unit in by_unit]

    @property
    def total(self) -> int:
        """How many doors there are to go to."""
        return sum(not one.nothing_to_carry for one in self.recipients)

    @property
    def done(self) -> int:
        return sum(one.delivered for one in self.recipients)


@dataclass(frozen=True, slots=True)
class Carried:
    """How much of one offer goes to the doors, or is missing there."""

    name: str
    unit: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is missing of one offer, and for whom how much."""

    missing: Carried
    orders: tuple[tuple[Order, Decimal], ...]


@dataclass(frozen=True, slots=True)
class DeliveryRun:
    """What one campaign brings to the doors of some groups: neighbourhoods, their buildings in walking order, doors."""

    buildings: tuple[Building, ...]

    @property
    def crosses_neighbourhoods(self) -> bool:
        """Whether a building's number alone does not say which one it is."""
        return len({building.neighbourhood.pk for building in self.buildings}) > 1

    @property
    def total(self) -> int:
        return sum(building.total for building in self.buildings)

    @property
    def done(self) -> int:
        return sum(building.done for building in self.buildings)

    @property
    def gaps(self) -> list[Recipient]:
        """The doors where something is neither delivered nor missing, as one walks."""
        return [one for building in self.buildings for one in building.recipients if not one.done]

    @property
    def undelivered(self) -> list[Carried]:
        """What should still lie in the car, offer by offer: all that is neither delivered nor missing."""
        outstanding = [line for line in self.lines if line.outstanding]
        return [
            Carried(offer.name, offer.unit, sum((line.outstanding for line in lines), Decimal()))
            for offer, lines in by_offer(outstanding)
        ]

    @property
    def unweighed(self) -> int:
        """How many portions of weighed goods have not been on the scale, and count as they were ordered."""
        return sum(is_unweighed(line) for line in self.lines)

    @property
    def lines(self) -> list[OrderLine]:
        return [line for building in self.buildings for one in building.recipients for line in one.lines]

    def find(self, order_id: int) -> tuple[Building, Recipient] | None:
        """An order's recipient and the building they live in."""
        everybody = ((building, one) for building in self.buildings for one in building.recipients)
        return next(((building, one) for building, one in everybody if one.order.pk == order_id), None)

    @property
    def carried(self) -> list[Carried]:
        """What goes to the doors altogether, offer by offer, shortages left out."""
        return [
            Carried(offer.name, offer.unit, sum((line.to_deliver for line in lines), Decimal()))
            for offer, lines in by_offer(self.lines)
            if any(line.to_deliver for line in lines)
        ]

    @property
    def shortages(self) -> list[Shortage]:
        short = [line for line in self.lines if line.short_quantity]
        return [
            Shortage(
                Carried(offer.name, offer.unit, sum((line.short_quantity for line in lines), Decimal())),
                tuple((line.order, line.short_quantity) for line in lines),
            )
            for offer, lines in by_offer(short)
        ]


def is_unweighed(line: Any) -> bool:
    """Whether a line (with `on_scale`) is charged as ordered although the scale should say."""
    return bool(line.offer.weighed and line.to_deliver > 0 and not line.on_scale)


def by_offer(lines: Iterable[OrderLine]) -> Iterator[tuple[Offer, list[OrderLine]]]:
    """The lines offer by offer in the campaign's order; within one offer they stay as they were."""
    in_order = sorted(lines, key=lambda line: (line.offer.position, line.offer_id))
    for _offer_id, of_offer in groupby(in_order, key=lambda line: line.offer_id):
        same = list(of_offer)
        yield same[0].offer, same


def delivery_run(campaign: Campaign, groups: Iterable[Group]) -> DeliveryRun:
    """Who gets what at which door; one query however many orders."""
    return as_one_walks(recipients_of(campaign, groups))


def delivery_sheets(campaign: Campaign, groups: Iterable[Group]) -> list[tuple[Group, DeliveryRun]]:
    """The run apart for each of the groups that gets something; one query however many groups."""
    recipients = recipients_of(campaign, groups)
    by_group = [(group, [one for one in recipients if one.order.group_id == group.pk]) for group in groups]
    return [(group, as_one_walks(theirs)) for group, theirs in by_group if theirs]


def recipients_of(campaign: Campaign, groups: Iterable[Group]) -> list[Recipient]:
    facts = SaleFact.objects.filter(order=OuterRef("order")).order_by()
    lines = (
        OrderLine.objects.filter(order__campaign=campaign, order__group__in=groups, quantity__gt=0)
        .select_related("order__member", "order__group__neighbourhood", "offer")
        .with_scale()
        .annotate(fact_count=Subquery(facts.values("order").annotate(n=Count("pk")).values("n")))
        .order_by("order", "offer__position", "pk")
    )
    by_order = [tuple(of_order) for _order_id, of_order in groupby(lines, key=lambda line: line.order_id)]
    return [Recipient(of_order[0].order, of_order) for of_order in by_order]


def as_one_walks(recipients: Iterable[Recipient]) -> DeliveryRun:
    """One neighbourhood after the other, its buildings in walking order, the doors of each by unit and room."""
    in_order = sorted(recipients, key=walking_order)
    by_building = groupby(in_order, key=lambda one: (one.order.group.neighbourhood, building_of(one.order.door)))
    return DeliveryRun(
        tuple(
            Building(neighbourhood, name, number, tuple(of_building))
            for number, ((neighbourhood, name), of_building) in enumerate(by_building, start=1)
        )
    )


def walking_order(one: Recipient) -> tuple[object, ...]:
    neighbourhood = one.order.group.neighbourhood
    return neighbourhood.pinyin, neighbourhood.pk, door_order(one.order.door), one.order.pk


def building_of(door: str) -> str:
    """The part of a door before its first dash: 3-2-301 → 3; an area (H区) is its own building."""
    return door.split("-", 1)[0]


def unit_of(door: str) -> str:
    """The staircase of a door that names one: 3-2-301 → 2; 3-301 has none."""
    parts = door.split("-")
    return parts[1] if len(parts) > 2 else ""


def door_order(door: str) -> tuple[tuple[int, str], ...]:
    """Sorts doors as one walks them: 3-201 before 11-402, numbers before areas, unknown doors last."""
    if not door:
        return ((2, ""),)
    parts = door.split("-")
    return tuple((0, part.zfill(8)) if part.isdigit() else (1, part) for part in parts)


def with_deliveries(campaigns: QuerySet[Campaign], groups: QuerySet[Group]) -> QuerySet[Campaign]:
    """Campaigns with `doors` to go to in these groups, and `doors_done` of them."""
    orders = Order.objects.filter(campaign=OuterRef("pk"), group__in=groups.values("pk")).order_by()
    each = orders.filter(state__in=LIVE_STATES).values("campaign")
    delivered = Count("pk", filter=Q(state=OrderState.DELIVERED))
    return campaigns.annotate(
        doors=Coalesce(Subquery(each.annotate(n=Count("pk")).values("n")), 0),
        doors_done=Coalesce(Subquery(each.annotate(n=delivered).values("n")), 0),
    )
