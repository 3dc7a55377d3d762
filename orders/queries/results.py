"""What the cut-off came to: offers called off and whom that concerns, ladders settled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db import connection
from django.db.models import F

from community.models import Group
from core.sql import statement
from orders.enums import FactKind
from orders.models import Campaign, Offer, Order, SaleFact
from orders.queries.offers import Standing

JOINED_AT = statement(__file__, "joined_at")


@dataclass(frozen=True, slots=True)
class Lost:
    """An order that lost what it had of an offer, with how much."""

    order: Order
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class CalledOff:
    """An offer that does not go ahead, and who had ordered it, why."""

    offer: Offer
    lost: tuple[Lost, ...]
    reason: str = ""

    @property
    def quantity(self) -> Decimal:
        """How much had been ordered, in its unit."""
        return sum((one.quantity for one in self.lost), Decimal())

    def in_group(self, group: Group) -> "CalledOff":
        """Only whom it concerns there."""
        return CalledOff(self.offer, tuple(one for one in self.lost if one.order.group_id == group.pk), self.reason)


@dataclass(frozen=True, slots=True)
class Settled:
    """An offer whose ladder brought its price down, and how many members had joined it at the cut-off."""

    offer: Offer
    joined: int


@dataclass(frozen=True, slots=True)
class Results:
    """What a campaign's cut-off, or its calling off, decided."""

    called_off: tuple[CalledOff, ...] = ()
    settled: tuple[Settled, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.called_off or self.settled)


def results_of(campaign: Campaign, goods: Iterable[Standing]) -> Results:
    """What became of these goods of the campaign; at most two queries, none as long as nothing is decided."""
    offers = [one.offer for one in goods]
    settled = [offer for offer in offers if offer.settled_price_fen is not None and not offer.called_off_at]
    joined = joined_by_cut_off(campaign, settled)
    return Results(
        called_off([offer for offer in offers if offer.called_off_at]),
        tuple(Settled(offer, joined.get(offer.pk, 0)) for offer in settled),
    )


def called_off(offers: Sequence[Offer]) -> tuple[CalledOff, ...]:
    """Those called off, each with the orders that had something of it, group by group, door by door."""
    if not offers:
        return ()
    facts = (
        SaleFact.objects.filter(
            line__offer__in=offers, kind=FactKind.CANCELLED, at=F("line__offer__called_off_at"), quantity__lt=0
        )
        .select_related("order__member", "line")
        .order_by("line__offer", "group__pinyin", "group", "order__door", "pk")
    )
    by_offer = {pk: tuple(same) for pk, same in groupby(facts, key=lambda fact: fact.line.offer_id)}
    return tuple(
        CalledOff(
            offer,
            tuple(Lost(fact.order, -fact.quantity) for fact in by_offer.get(offer.pk, ())),
            next((fact.reason for fact in by_offer.get(offer.pk, ())), ""),
        )
        for offer in offers
    )


def joined_by_cut_off(campaign: Campaign, offers: Sequence[Offer]) -> dict[int, int]:
    """By offer: how many members had joined it when the campaign was cut off."""
    if not offers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(JOINED_AT, {"offers": [offer.pk for offer in offers], "at": campaign.cut_off_at})
        return dict(cursor.fetchall())
