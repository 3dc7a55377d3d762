"""Whether what is wanted still fits: into an offer's stock, a group's share of it, and what one member may have."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from core.fields import MOST, TOO_MUCH
from orders.models import Campaign, GroupStock, Offer, OrderLine
from orders.services.placing import left_sentence, limit_sentence, whole_sentence

Moves = Mapping[tuple[Any, int], Decimal]
"""(who, offer id) → quantity more (or less). Who is known has a member's id; anybody else is told apart by anything."""


class Room:
    """What a campaign has left for one group and its members; what is admitted uses it up.

    Exact while the offers are locked (`locked_offers`): their groups' shares move under the same locks. Without them it
    is what a person is told beforehand.
    """

    def __init__(
        self, offers: Mapping[int, Offer], shares: Mapping[int, GroupStock], lines: Mapping[tuple[int, int], OrderLine]
    ) -> None:
        self._offers = offers
        self._left = {o.pk: o.stock - o.taken for o in offers.values() if o.stock is not None}
        self._shares_left = {offer_id: share.stock - share.taken for offer_id, share in shares.items()}
        self._held: dict[tuple[Any, int], Decimal] = defaultdict(Decimal)
        self._held.update({place: line.quantity for place, line in lines.items()})
        # A line keeps the limit it was ordered under.
        self._limits = {place: line.limit_each for place, line in lines.items()}

    def admit(self, moves: Moves) -> str:
        """Use up what is wanted, all of it, and answer nothing; or the sentence why not, and use up nothing."""
        more: dict[int, Decimal] = defaultdict(Decimal)
        for (_who, offer_id), quantity in moves.items():
            more[offer_id] += quantity
        refused = (self._refusal_each(*place, quantity) for place, quantity in moves.items())
        why = next(filter(None, refused), "")
        why = why or next(filter(None, (self._refusal_of_all(*asked) for asked in more.items())), "")
        if why:
            return why
        for place, quantity in moves.items():
            self._held[place] += quantity
        for offer_id, quantity in more.items():
            for left in (self._left, self._shares_left):
                if offer_id in left:
                    left[offer_id] -= quantity
        return ""

    def _refusal_each(self, who: Any, offer_id: int, quantity: Decimal) -> str:
        """Why this person cannot have so much more."""
        offer, has = self._offers[offer_id], self._held[who, offer_id]
        if offer.counted and quantity != quantity.to_integral_value():
            return whole_sentence(offer)
        if quantity > 0 and has + quantity > MOST:
            return str(TOO_MUCH)
        limit = self._limits.get((who, offer_id), offer.limit_each)
        if quantity > 0 and limit is not None and has + quantity > limit:
            return limit_sentence(offer, limit)
        return ""

    def _refusal_of_all(self, offer_id: int, quantity: Decimal) -> str:
        """Why there is not so much more for anybody: the whole stock is told before the group's part of it."""
        offer = self._offers[offer_id]
        if quantity > self._left.get(offer_id, quantity):
            return left_sentence(offer, self._left[offer_id])
        if quantity > self._shares_left.get(offer_id, quantity):
            return left_sentence(offer, self._shares_left[offer_id])
        return ""


def locked_offers(campaign_id: int | None) -> dict[int, Offer]:
    """The campaign and its offers, locked in id order: what fits now still fits when it is placed.

    The campaign comes first, as at a cut-off and where terms change; else the two would wait for each other.
    """
    list(Campaign.objects.select_for_update(no_key=True).filter(pk__in=[campaign_id]))
    return {one.pk: one for one in Offer.objects.filter(campaign=campaign_id).select_for_update().order_by("pk")}


def room_for(offers: Mapping[int, Offer], *, group_id: int | None, member_ids: Collection[int]) -> Room:
    """What is left of the offers of one campaign for a group, beside what these members have already."""
    lines = OrderLine.objects.filter(offer__in=offers, order__group=group_id, order__member__in=member_ids)
    shares = GroupStock.objects.filter(offer__in=offers, group=group_id)
    return Room(
        offers,
        {share.offer_id: share for share in shares},
        {(line.order.member_id, line.offer_id): line for line in lines.select_related("order")},
    )
