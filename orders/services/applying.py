"""Confirming a paste: what differs from earlier pastes goes into the orders."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from core.models import User
from orders.enums import PasteState
from orders.models import Offer, Paste
from orders.rules.chain.reading import Reading, RowState
from orders.rules.jielong.flags import Flag
from orders.services.claims import claim_from_chain
from orders.services.entry_changes import (
    EntryChange,
    change_of,
    doors_before,
    end_of,
    keep_entries,
    place_moves,
    write_doors,
    write_notes,
)
from orders.services.learning import learn, take_in_newcomers
from orders.services.pasting import as_branch, read_paste, refuse_unless_draft
from orders.services.placing import CampaignClosed, closed_sentence
from orders.services.room import locked_offers, room_for


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
    offers = locked_offers(paste.campaign_id)
    # Looked at under the lock: a note alone is not placed, so nothing else would see a cut-off that has just been.
    paste.campaign.refresh_from_db()
    if not paste.campaign.takes_orders(now):
        raise CampaignClosed(closed_sentence(paste.campaign, now))
    reading = read_paste(paste)
    refused = what_does_not_fit(paste, reading, offers)
    rows = [row for row in reading.rows if row.counts and row.key not in refused]
    newcomers = take_in_newcomers(rows, group=paste.group, now=now)
    changes = [end_of(gone.entry) for gone in reading.vanished if gone.cancel]
    changes += [change_of(row, newcomers) for row in rows]
    doors = doors_before(changes, paste=paste)
    place_moves(changes, paste=paste, by=by, now=now)
    keep_entries(changes, paste=paste)
    write_notes(changes, paste=paste)
    write_doors(changes, doors, paste=paste)
    said_paid = [row.key for row in reading.rows if Flag.CLAIMS_PAID in row.flags]
    claim_from_chain(said_paid, paste=paste, by=by, now=now)
    learn(rows, {change.key: change.after.member_id for change in changes}, offers, group=paste.group)
    applied = Applied(
        taken=sum(1 for change in changes if change.after.quantities and not change.before.quantities),
        changed=sum(1 for change in changes if change.after.quantities and change.before.quantities),
        cancelled=sum(1 for change in changes if change.before.quantities and not change.after.quantities),
        new_members=len(newcomers),
        amount_fen=amount_of_moves(changes, offers),
        left_out=tuple(
            LeftOut(row.raw.strip().splitlines()[0][:60], refused[row.key])
            for row in reading.rows
            if row.key in refused
        ),
        waiting=len(reading.of(RowState.BLOCKED)) + len(reading.open_changes),
    )
    now_asked = {row.key: (row.entry.content, row.entry.quantities) for row in reading.rows if row.entry}
    now_asked |= {change.key: (change.after.content, change.after.quantities) for change in changes}
    paste.entries = as_branch(reading, {key: content for key, (content, quantities) in now_asked.items() if quantities})
    paste.state, paste.applied_at, paste.outcome = PasteState.APPLIED, now, asdict(applied)
    paste.save(update_fields=["entries", "notes", "doors", "state", "applied_at", "outcome"])
    return applied


def what_does_not_fit(paste: Paste, reading: Reading, offers: Mapping[int, Offer]) -> dict[str, str]:
    """Row key → why it stays out: first come, first served in the order of the chain, an entry whole or not at all.

    What is let go makes room first. Exact while the offers are locked; before that, what it comes to as things stand.
    """
    rows = [row for row in reading.rows if row.counts]
    signatures = dict.fromkeys((row.name, row.door) for row in rows if row.is_new)
    nobodys = {signature: -number for number, signature in enumerate(signatures, start=1)}
    newcomers = {row.key: nobodys[row.name, row.door] for row in rows if row.is_new}
    changes = [change_of(row, newcomers) for row in rows]
    room = room_for(offers, group_id=paste.group_id, member_ids={change.after.member_id for change in changes})
    for gone in reading.vanished:
        if gone.cancel:
            room.admit(end_of(gone.entry).moves)
    whys = {change.key: room.admit(change.moves) for change in changes}
    return {key: why for key, why in whys.items() if why}


def amount_of_moves(changes: Sequence[EntryChange], offers: Mapping[int, Offer]) -> int:
    """The fen these changes come to at the offers' prices."""
    moved = (
        quantity * offers[offer_id].price_fen
        for change in changes
        for (_member_id, offer_id), quantity in change.moves.items()
    )
    return int(sum(moved, Decimal()).to_integral_value())
