"""Confirming a paste: what differs from earlier pastes goes into the orders."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from core.fields import MOST, TOO_MUCH
from core.models import User
from orders.enums import PasteState
from orders.models import Offer, OrderLine, Paste
from orders.rules.chain.reading import RowState
from orders.rules.jielong.flags import Flag
from orders.services.claims import claim_from_chain
from orders.services.entry_changes import EntryChange, Moves, change_of, end_of, keep_entries, place_moves
from orders.services.learning import learn, take_in_newcomers
from orders.services.pasting import live_entries, read_paste, refuse_unless_draft
from orders.services.placing import CampaignClosed, closed_sentence, limit_sentence, sold_out_sentence


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was ready and could not be taken, and the sentence why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What confirming a paste did. `waiting` rows were not settled and not taken; the amount is in fen."""

    taken: int
    changed: int
    cancelled: int
    new_members: int
    amount_fen: int
    left_out: tuple[LeftOut, ...]
    waiting: int


@transaction.atomic
def apply_paste(*, paste: Paste, by: User, now: datetime) -> Applied:
    """Carry what differs between the chain and earlier pastes into the orders, in a fixed number of statements.

    Rows that do not fit into the stock or a limit are left out with their sentence, the others are taken.
    Raises AlreadyApplied, CampaignClosed; then nothing was saved.
    """
    paste = Paste.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=paste.pk)
    refuse_unless_draft(paste)
    if not paste.campaign.takes_orders(now):
        raise CampaignClosed(closed_sentence(paste.campaign, now))
    # Locked in id order: what fits now still fits when it is placed.
    offers = {o.pk: o for o in Offer.objects.filter(campaign=paste.campaign).select_for_update().order_by("pk")}
    reading = read_paste(paste)
    rows = [row for row in reading.rows if row.counts]
    live = {entry.key: entry for entry in live_entries(paste.campaign, paste.group)}
    newcomers = take_in_newcomers(rows, group=paste.group, now=now)
    wanted = [change_of(row, live.get(row.key), newcomers) for row in rows]
    wanted += [end_of(gone.entry) for gone in reading.vanished if gone.cancel]
    changes, left_out = keep_what_fits(wanted, offers, paste)
    place_moves(changes, paste=paste, by=by, now=now)
    keep_entries(changes, paste=paste)
    said_paid = [row.key for row in reading.rows if Flag.CLAIMS_PAID in row.flags]
    claim_from_chain(said_paid, paste=paste, by=by, now=now)
    learn(rows, {change.key: change.after.member_id for change in changes}, offers, group=paste.group)
    applied = Applied(
        taken=sum(1 for change in changes if change.after.quantities and not change.before.quantities),
        changed=sum(1 for change in changes if change.after.quantities and change.before.quantities),
        cancelled=sum(1 for change in changes if change.before.quantities and not change.after.quantities),
        new_members=len(newcomers),
        amount_fen=amount_of_moves(changes, offers),
        left_out=tuple(left_out),
        waiting=len(reading.of(RowState.BLOCKED)) + len(reading.open_changes),
    )
    paste.state, paste.applied_at, paste.outcome = PasteState.APPLIED, now, asdict(applied)
    paste.save(update_fields=["state", "applied_at", "outcome"])
    return applied


def keep_what_fits(
    wanted: Sequence[EntryChange], offers: Mapping[int, Offer], paste: Paste
) -> tuple[list[EntryChange], list[LeftOut]]:
    """First come, first served, in the order of the chain: who asks for more than is left stays out altogether."""
    have = held_quantities({change.after.member_id for change in wanted}, paste)
    kept, left_out = [], []
    for change in wanted:
        why = next((why for place, q in change.moves.items() if (why := refusal(offers[place[1]], have[place], q))), "")
        if why:
            left_out.append(LeftOut(change.after.raw.strip().splitlines()[0][:60], why))
            continue
        for (member_id, offer_id), quantity in change.moves.items():
            offers[offer_id].taken += quantity
            have[member_id, offer_id] += quantity
        kept.append(change)
    return kept, left_out


def refusal(offer: Offer, has: Decimal, more: Decimal) -> str:
    """Why a member who has so much of an offer cannot have so much more; empty when they can."""
    if more > 0 and has + more > MOST:
        return str(TOO_MUCH)
    if more > 0 and offer.stock is not None and offer.taken + more > offer.stock:
        return sold_out_sentence(offer)
    if more > 0 and offer.limit_each is not None and has + more > offer.limit_each:
        return limit_sentence(offer)
    return ""


def held_quantities(member_ids: set[int], paste: Paste) -> Moves:
    """What these members' orders of the campaign already ask for."""
    lines = OrderLine.objects.filter(
        order__campaign=paste.campaign_id, order__group=paste.group_id, order__member__in=member_ids
    )
    have: Moves = defaultdict(Decimal)
    have.update({(member, offer): q for member, offer, q in lines.values_list("order__member", "offer", "quantity")})
    return have


def amount_of_moves(changes: Sequence[EntryChange], offers: Mapping[int, Offer]) -> int:
    """The fen these changes come to at the offers' prices."""
    moved = (
        quantity * offers[offer_id].price_fen
        for change in changes
        for (_member_id, offer_id), quantity in change.moves.items()
    )
    return int(sum(moved, Decimal()).to_integral_value())
