"""Taking stock and recording orders: one statement for one order or for five hundred."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Group, Member
from community.rules.doors import tidy_door
from core.errors import DomainError
from core.models import User
from core.sql import statement
from core.violations import refusing
from orders.attribution import Intake, attribute
from orders.enums import OrderSource
from orders.models import Campaign, GroupStock, Offer, Paste
from orders.services.states import settle_states

PLACE_ORDERS = statement(__file__, "place_orders")


class NothingWanted(DomainError):
    """An order asks for at least one thing."""


class CampaignClosed(DomainError):
    """The campaign takes no orders: not open yet, cut off, or of other groups."""


class OfferSoldOut(DomainError):
    """The offer has less left than was asked for."""


class LimitReached(DomainError):
    """One member asks for more of an offer than one member may have."""


class FractionOfAPiece(DomainError):
    """Something counted in pieces was asked for in a fraction."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one member wants more of (or less, negative), by offer id; the door (where they live, if empty) and link."""

    member_id: int
    quantities: Mapping[int, Decimal]
    door: str = ""
    note: str = ""
    link_code: str = ""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line as it stands after placing: quantity in the offer's unit, amount in fen."""

    order_id: int
    member_id: int
    line_id: int
    offer_id: int
    quantity: Decimal
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One member's order after placing; `amount_fen` is of the lines that changed."""

    order_id: int
    lines: tuple[PlacedLine, ...] = field(default=())

    @property
    def amount_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def place_order(
    *,
    campaign: Campaign,
    group: Group,
    member: Member,
    quantities: Mapping[int, Decimal],
    source: OrderSource,
    by: User | None,
    now: datetime,
    door: str = "",
    note: str = "",
    link_code: str = "",
) -> Placed:
    """Take stock and record one member's order and its facts. Asking for more than is left places nothing."""
    wanted = Wanted(member.pk, quantities, door, note, link_code)
    lines = place(campaign=campaign, group=group, wanted=[wanted], source=source, by=by, now=now)
    return Placed(lines[0].order_id, tuple(lines))


def place(
    *,
    campaign: Campaign,
    group: Group,
    wanted: Sequence[Wanted],
    source: OrderSource,
    by: User | None,
    now: datetime,
    paste: Paste | None = None,
    reason: str = "",
    late: bool = False,
) -> list[PlacedLine]:
    """Add what is wanted to the members' orders in this campaign: all of it or nothing.

    Every member appears once. `late` lets a correction through after the cut-off. Raises NothingWanted,
    FractionOfAPiece, CampaignClosed, OfferSoldOut, LimitReached; then nothing was taken.
    """
    refuse_senseless(campaign, wanted)
    known = attribute(
        Intake(
            campaign_id=campaign.pk,
            group_id=group.pk,
            member_ids=[one.member_id for one in wanted],
            codes={one.member_id: one.link_code for one in wanted if one.link_code},
            at=now,
        )
    )
    orders = [
        {
            "member_id": one.member_id,
            "door": tidy_door(one.door),  # Two spellings would be two households, each with its delivery fee.
            "note": one.note,
            "referrer_1": known[one.member_id].referrer_1,
            "referrer_2": known[one.member_id].referrer_2,
            "link_code": known[one.member_id].link_code,
            "link_basis": known[one.member_id].link_basis,
            "seed": known[one.member_id].seed,
        }
        for one in wanted
    ]
    lines = [
        {"member_id": one.member_id, "offer_id": offer_id, "quantity": str(quantity)}
        for one in wanted
        for offer_id, quantity in one.quantities.items()
    ]
    beyond = NothingWanted(_("More was taken back than is outstanding. Nothing was saved."))
    refusals = {
        "line_keeps_to_the_limit_a_member": LimitReached(
            _("That is more than one member may order. Nothing was saved.")
        ),
        "line_quantity_is_not_negative": beyond,
        # More than is left is not asked for (`taken`, `share_taken`), so that these mean less than nothing.
        "offer_is_never_oversold": beyond,
        "group_takes_no_more_than_its_stock": beyond,
        "line_delivers_no_more_than_was_ordered": beyond,
    }
    with refusing(refusals), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            PLACE_ORDERS,
            {
                "orders": json.dumps(orders),
                "lines": json.dumps(lines),
                "campaign": campaign.pk,
                "group": group.pk,
                "source": source,
                "now": now,
                "day": timezone.localdate(now),
                "by": by.pk if by else None,
                "paste": paste.pk if paste else None,
                "reason": reason,
                "late": late,
            },
        )
        placed = [PlacedLine(*row) for row in cursor.fetchall()]
        if len(placed) != len(lines):
            raise why_not(campaign, group, wanted, now=now, late=late)
        settle_states({line.order_id for line in placed})
    return placed


def refuse_senseless(campaign: Campaign, wanted: Sequence[Wanted]) -> None:
    """What the offers' own wording already rules out, before anything is locked."""
    if not wanted or not all(one.quantities for one in wanted):
        raise NothingWanted(_("Say what and how much: the order is empty."))
    offers = Offer.objects.in_bulk({offer_id for one in wanted for offer_id in one.quantities})
    for one in wanted:
        for offer_id, quantity in one.quantities.items():
            offer = offers.get(offer_id)
            if offer is None or offer.campaign_id != campaign.pk:
                raise NothingWanted(_("One of the products is not part of this campaign."))
            if not quantity:
                raise NothingWanted(_("“%(offer)s” has no quantity.") % {"offer": offer.name})
            if offer.counted and quantity != quantity.to_integral_value():
                raise FractionOfAPiece(whole_sentence(offer))


def why_not(campaign: Campaign, group: Group, wanted: Sequence[Wanted], *, now: datetime, late: bool) -> DomainError:
    """The sentence for a statement that placed nothing: campaign shut, or the first offer with too little left."""
    current = Campaign.objects.get(pk=campaign.pk)
    if not (late or current.takes_orders(now)):
        return CampaignClosed(closed_sentence(current, now))
    asked: dict[int, Decimal] = {}
    for one in wanted:
        for offer_id, quantity in one.quantities.items():
            asked[offer_id] = asked.get(offer_id, Decimal()) + quantity
    for offer in Offer.objects.filter(pk__in=asked).order_by("pk"):
        if offer.called_off_at:
            return OfferSoldOut(_("“%(offer)s” is called off.") % {"offer": offer.name})
        if offer.stock is not None and offer.taken + asked[offer.pk] > offer.stock:
            return OfferSoldOut(left_sentence(offer, offer.stock - offer.taken))
    for share in GroupStock.objects.filter(offer__in=asked, group=group).select_related("offer").order_by("offer"):
        if share.taken + asked[share.offer_id] > share.stock:
            return OfferSoldOut(left_sentence(share.offer, share.stock - share.taken))
    return OfferSoldOut(_("Somebody was faster: an offer has just sold out. Nothing was saved; try again."))


def closed_sentence(campaign: Campaign, now: datetime) -> str:
    title = {"campaign": campaign.title}
    if campaign.opens_at > now and campaign.state == "open":
        return _("“%(campaign)s” has not opened yet. Nothing was saved.") % title
    return _("“%(campaign)s” takes no more orders: it is past its cut-off. Nothing was saved.") % title


def left_sentence(offer: Offer, rest: Decimal) -> str:
    left = max(rest, Decimal()).normalize()
    words = {"offer": offer.name, "left": f"{left:f}", "unit": offer.unit}
    if not left:
        return _("“%(offer)s” is sold out.") % words
    return _("Only %(left)s %(unit)s of “%(offer)s” are left.") % words


def whole_sentence(offer: Offer) -> str:
    return _("“%(offer)s” is sold in whole %(unit)s.") % {"offer": offer.name, "unit": offer.unit}


def limit_sentence(offer: Offer, limit: Decimal) -> str:
    return _("“%(offer)s”: at most %(limit)s %(unit)s a member.") % {
        "offer": offer.name,
        "limit": f"{limit.normalize():f}",
        "unit": offer.unit,
    }
