"""An order entered by hand, one member at a time, and taken back for half an hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from community.models import Group, Member, Membership
from community.rules.doors import tidy_door
from community.services.members import add_member
from core.errors import DomainError
from core.models import User
from core.money import amount_of
from orders.enums import OrderSource
from orders.models import UNDO_WITHIN, Campaign, Offer, Order, OrderLine, QuickEntry
from orders.rules.chain.notes import with_notes_of_entries
from orders.services.entry_changes import said_in_notes
from orders.services.pasting import as_json, quantities_of
from orders.services.placing import CampaignClosed, Placed, closed_sentence, place_order
from orders.services.room import room_for
from orders.services.undoing import TooLateToUndo


class LinesRefused(DomainError):
    """Some lines cannot be taken; `by_offer` says why, one sentence an offer. Nothing was saved."""

    def __init__(self, by_offer: Mapping[int, str]) -> None:
        super().__init__(" ".join(by_offer.values()))
        self.by_offer = dict(by_offer)


class AlreadyThere(DomainError):
    """Somebody of that name lives at that door: the newcomer is no newcomer."""


class AlreadyTakenBack(DomainError):
    """The entry has been taken back before."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody the group's register does not know yet, as the leader names them."""

    name: str
    door: str


@transaction.atomic
def enter_order(
    *,
    campaign: Campaign,
    group: Group,
    member: Member | Newcomer,
    quantities: Mapping[int, Decimal],
    note: str = "",
    by: User,
    now: datetime,
) -> QuickEntry:
    """Add what a member wants to their order, and remember it as one entry; a newcomer becomes a member first.

    All of it or nothing. Raises LinesRefused with a sentence for each line, AlreadyThere, and what place_order raises.
    """
    if not campaign.takes_orders(now):
        raise CampaignClosed(closed_sentence(campaign, now))
    known = None if isinstance(member, Newcomer) else member
    refused = refused_lines(campaign, group, known, quantities)
    if refused:
        raise LinesRefused(refused)
    person = take_in(member, group=group, by=by, now=now) if isinstance(member, Newcomer) else member
    note_before = note_of(campaign, group, person)
    placed = place_order(
        campaign=campaign,
        group=group,
        member=person,
        quantities=quantities,
        source=OrderSource.QUICK,
        by=by,
        now=now,
        note=note,
    )
    return QuickEntry.objects.create(
        order_id=placed.order_id,
        lines=as_json(dict(quantities)),
        note=note_of(campaign, group, person).removeprefix(note_before),
        amount_fen=added_fen(placed, quantities),
        entered_by=by,
        entered_at=now,
    )


def refused_lines(
    campaign: Campaign, group: Group, member: Member | None, quantities: Mapping[int, Decimal]
) -> dict[int, str]:
    """Which lines do not fit, and why. Nothing is locked: who is faster still meets place_order's own refusal."""
    who = member.pk if member else None
    asked_for = Offer.objects.filter(campaign=campaign, pk__in=quantities).order_by("position", "pk")
    offers = {offer.pk: offer for offer in asked_for}
    room = room_for(offers, group_id=group.pk, member_ids=[who] if who else [])
    refusals = {offer_id: room.admit({(who, offer_id): quantities[offer_id]}) for offer_id in offers}
    return {offer_id: why for offer_id, why in refusals.items() if why}


def take_in(newcomer: Newcomer, *, group: Group, by: User, now: datetime) -> Member:
    """Make a member of somebody new. Raises AlreadyThere."""
    name, door = newcomer.name.strip(), tidy_door(newcomer.door)
    if Membership.objects.filter(group=group, member__name=name, door=door).current().exists():
        raise AlreadyThere(
            _("%(name)s at %(door)s is already in the group. Search for them instead.") % {"name": name, "door": door}
        )
    return add_member(group=group, name=name, door=door, by=by, now=now).member


def note_of(campaign: Campaign, group: Group, member: Member) -> str:
    notes = Order.objects.filter(campaign=campaign, group=group, member=member).values_list("note", flat=True)
    return notes.first() or ""


def added_fen(placed: Placed, quantities: Mapping[int, Decimal]) -> int:
    """The fen the order grew by: a line is rounded as a whole, so 0.5 more may add a fen less than 0.5 alone costs."""
    prices = dict(OrderLine.objects.filter(order=placed.order_id).values_list("pk", "price_fen"))
    return sum(
        line.amount_fen - amount_of(line.quantity - quantities[line.offer_id], prices[line.line_id])
        for line in placed.lines
    )


@transaction.atomic
def take_back_entry(*, entry: QuickEntry, by: User, now: datetime) -> QuickEntry:
    """Take out of the order exactly what the entry put in, once, within half an hour and while orders are taken.

    A newcomer stays a member. Raises AlreadyTakenBack, TooLateToUndo, and what place_order raises.
    """
    entry = (
        QuickEntry.objects.select_for_update(of=("self",))
        .select_related("order__campaign", "order__group", "order__member")
        .get(pk=entry.pk)
    )
    order = entry.order
    if entry.undone_at is not None:
        raise AlreadyTakenBack(_("This entry has already been taken back."))
    if now - entry.entered_at > UNDO_WITHIN:
        raise TooLateToUndo(_("An entry can be taken back for 30 minutes. Tell the operator what to correct."))
    if not order.campaign.takes_orders(now):
        raise TooLateToUndo(_("The campaign is cut off, so the entry stays. Record what is missing as a shortage."))
    place_order(
        campaign=order.campaign,
        group=order.group,
        member=order.member,
        quantities={offer_id: -quantity for offer_id, quantity in quantities_of(entry.lines).items()},
        source=OrderSource.QUICK,
        by=by,
        now=now,
    )
    withdraw_note(entry)
    entry.undone_at = now
    entry.save(update_fields=["undone_at"])
    return entry


def withdraw_note(entry: QuickEntry) -> None:
    """Take the entry's note off the order again, unless something was written behind it or the chain says it, too."""
    order = Order.objects.get(pk=entry.order_id)
    if entry.note and order.note.endswith(entry.note):
        order.note = with_notes_of_entries(order.note.removesuffix(entry.note), said_in_notes([order.pk])[order.pk])
        order.save(update_fields=["note"])
