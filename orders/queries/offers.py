"""How offers stand: who joined, what is left, what is still missing."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from orders.models import GroupStock, Offer, OrderLine, PriceStep
from orders.rules.ladders import Step, next_step, price_at


@dataclass(frozen=True, slots=True)
class Share:
    """What one group may take of an offer, and has taken."""

    group_id: int
    stock: Decimal
    taken: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """An offer with its ladder, how many members have joined it, and the groups that have a stock of their own."""

    offer: Offer
    joined: int = 0
    steps: tuple[Step, ...] = ()
    shares: tuple[Share, ...] = ()

    @property
    def left(self) -> Decimal | None:
        """What can still be ordered by all groups together; None where there is no stock to run out of."""
        return None if self.offer.stock is None else self.offer.stock - self.offer.taken

    def left_for(self, group_id: int) -> Decimal | None:
        """What members of one group can still order: of all there is, and of the group's own share where it has one."""
        shares = [share.stock - share.taken for share in self.shares if share.group_id == group_id]
        ends = [left for left in (self.left, *shares) if left is not None]
        return max(min(ends), Decimal()) if ends else None

    @property
    def missing(self) -> Decimal:
        """What is still to be ordered before the offer goes ahead."""
        missing: Decimal = (self.offer.minimum or Decimal()) - self.offer.taken
        return max(missing, Decimal())

    @property
    def price_fen(self) -> int:
        """What everybody would pay a unit if the campaign were cut off now; after the cut-off, what they pay."""
        settled = self.offer.settled_price_fen
        return price_at(self.offer.price_fen, self.steps, self.joined) if settled is None else settled

    @property
    def next_step(self) -> Step | None:
        return next_step(self.steps, self.joined)


def with_terms(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Offers with what `standing` reads: `joined` (members who want some of it now), `ladder` and `shares`."""
    lines = OrderLine.objects.filter(offer=OuterRef("pk"), quantity__gt=0).order_by().values("offer")
    joined = lines.annotate(n=Count("order__member", distinct=True)).values("n")
    steps = PriceStep.objects.filter(offer=OuterRef("pk")).order_by("joined")
    shares = GroupStock.objects.filter(offer=OuterRef("pk")).order_by("group")
    return offers.annotate(
        joined=Coalesce(Subquery(joined), 0),
        ladder=ArraySubquery(steps.values_list(JSONObject(joined="joined", price_fen="price_fen"))),
        shares=ArraySubquery(shares.values_list(JSONObject(group_id="group_id", stock="stock", taken="taken"))),
    )


def standing(offer: Any) -> Standing:
    """How an offer of `with_terms` stands."""
    steps = tuple(Step(**step) for step in offer.ladder)
    shares = tuple(
        Share(one["group_id"], Decimal(str(one["stock"])), Decimal(str(one["taken"]))) for one in offer.shares
    )
    return Standing(offer, offer.joined, steps, shares)


def standings(offers: QuerySet[Offer]) -> list[Standing]:
    """How the offers stand, in their order; one query."""
    return [standing(offer) for offer in with_terms(offers).order_by("position", "pk")]
