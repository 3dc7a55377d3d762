"""Confirming a paste: what differs from earlier pastes goes into the orders; undone for half an hour."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from orders.enums import CampaignState, OrderSource, PasteState
from orders.models import UNDO_WITHIN, ChainEntry, Offer, Order, OrderLine, Paste, PasteChange
from orders.rules.chain.reading import LiveEntry, Quantities, Row, RowState
from orders.services.learning import learn, take_in_newcomers
from orders.services.pasting import (
    AlreadyApplied,
    as_json,
    live_entries,
    quantities_of,
    read_paste,
    refuse_unless_draft,
)
from orders.services.placing import (
    CampaignClosed,
    PlacedLine,
    Wanted,
    closed_sentence,
    limit_sentence,
    place,
    sold_out_sentence,
)

Moves = dict[tuple[int, int], Decimal]
"""(member id, offer id) → quantity more (or less)."""


class TooLateToUndo(DomainError):
    """The half hour is over, the campaign is cut off, or a later paste built on this one."""


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


@dataclass(frozen=True, slots=True)
class Side:
    """What a chain entry asks for, and whose order it is part of."""

    member_id: int
    quantities: Quantities = field(default_factory=dict)
    raw: str = ""
    order_id: int | None = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry before and after this paste."""

    key: str
    before: Side
    after: Side
    number: int | None = None
    door: str = ""
    note: str = ""

    @property
    def moves(self) -> Moves:
        """What the orders ask for more or less because of it; an entry read as somebody else's moves altogether."""
        moves: Moves = defaultdict(Decimal)
        for side, sign in ((self.after, 1), (self.before, -1)):
            for offer_id, quantity in side.quantities.items():
                moves[side.member_id, offer_id] += sign * quantity
        return {place: quantity for place, quantity in sorted(moves.items()) if quantity}


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


def change_of(row: Row, before: LiveEntry | None, newcomers: Mapping[str, int]) -> EntryChange:
    member_id = row.member.member_id if row.member else newcomers[row.key]
    return EntryChange(
        key=row.key,
        before=side_of(before) if before else Side(member_id),
        after=Side(member_id, row.quantities, row.raw, content=row.content),
        number=row.number,
        door=row.door[:40],
        note=row.note[:300],
    )


def end_of(gone: LiveEntry) -> EntryChange:
    """A vanished entry the leader lets go: it asks for nothing any more."""
    return EntryChange(gone.key, side_of(gone), Side(gone.member_id, {}, gone.raw, content=gone.content))


def side_of(entry: LiveEntry) -> Side:
    return Side(entry.member_id, entry.quantities, entry.raw, entry.order_id, entry.content)


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


def place_moves(
    changes: Sequence[EntryChange], *, paste: Paste, by: User, now: datetime, reason: str = ""
) -> list[PlacedLine]:
    """Sum the changes by member and place them in one statement."""
    quantities: dict[int, Quantities] = defaultdict(lambda: defaultdict(Decimal))
    doors: dict[int, str] = {}
    notes: dict[int, dict[str, None]] = defaultdict(dict)
    for change in changes:
        for (member_id, offer_id), quantity in change.moves.items():
            quantities[member_id][offer_id] += quantity
        doors.setdefault(change.after.member_id, change.door)
        if change.note:
            notes[change.after.member_id][change.note] = None
    wanted = [
        Wanted(member_id, asked, doors.get(member_id, ""), "; ".join(notes[member_id])[:300])
        for member_id, one in quantities.items()
        if (asked := {offer_id: quantity for offer_id, quantity in one.items() if quantity})
    ]
    if not wanted:
        return []
    return place(
        campaign=paste.campaign,
        group=paste.group,
        wanted=wanted,
        source=OrderSource.CHAIN,
        by=by,
        now=now,
        paste=paste,
        reason=reason,
    )


def keep_entries(changes: Sequence[EntryChange], *, paste: Paste) -> None:
    """Remember what each entry asks for now, and beside the paste what it asked for before."""
    members = {change.after.member_id for change in changes}
    standing = Order.objects.filter(campaign=paste.campaign_id, group=paste.group_id, member__in=members)
    order_of = dict(standing.values_list("member_id", "pk"))
    # A withdrawn entry of somebody who never ordered leaves nothing to remember.
    known = [change for change in changes if change.after.member_id in order_of]
    entries = ChainEntry.objects.bulk_create(
        [
            ChainEntry(
                campaign=paste.campaign,
                group=paste.group,
                key=change.key,
                number=change.number,
                raw=change.after.raw,
                content=change.after.content,
                lines=as_json(change.after.quantities),
                member_id=change.after.member_id,
                order_id=order_of[change.after.member_id],
                live=bool(change.after.quantities),
            )
            for change in known
        ],
        update_conflicts=True,
        unique_fields=["campaign", "group", "key"],
        update_fields=["number", "raw", "content", "lines", "member", "order", "live"],
    )
    PasteChange.objects.bulk_create(
        PasteChange(paste=paste, entry=entry, before=remembered(change.before), after=remembered(change.after))
        for change, entry in zip(known, entries, strict=True)
    )


def remembered(side: Side) -> dict[str, object]:
    return {
        "member": side.member_id,
        "lines": as_json(side.quantities),
        "raw": side.raw,
        "order": side.order_id,
        "content": side.content,
    }


def recalled(data: Mapping[str, object]) -> Side:
    lines, member, order = data["lines"], data["member"], data["order"]
    return Side(member, quantities_of(lines), str(data["raw"]), order, str(data["content"]))  # type: ignore[arg-type]


def amount_of_moves(changes: Sequence[EntryChange], offers: Mapping[int, Offer]) -> int:
    """The fen these changes come to at the offers' prices."""
    moved = (
        quantity * offers[offer_id].price_fen
        for change in changes
        for (_member_id, offer_id), quantity in change.moves.items()
    )
    return int(sum(moved, Decimal()).to_integral_value())


@transaction.atomic
def undo_paste(*, paste: Paste, by: User, now: datetime) -> None:
    """Take a whole batch back within half an hour, as long as orders are still taken and nothing was built on it."""
    paste = Paste.objects.select_for_update(of=("self",)).select_related("campaign", "group").get(pk=paste.pk)
    if paste.state != PasteState.APPLIED or paste.applied_at is None:
        raise AlreadyApplied(_("There is nothing to undo: this paste is not applied."))
    if now - paste.applied_at > UNDO_WITHIN:
        raise TooLateToUndo(_("A batch can be undone for 30 minutes. Correct the orders one by one instead."))
    if paste.campaign.state != CampaignState.OPEN or not paste.campaign.takes_orders(now):
        raise TooLateToUndo(_("The campaign is cut off, so the batch stays. Record what is missing as a shortage."))
    kept = list(paste.changes.select_related("entry").order_by("entry__key"))
    later = PasteChange.objects.filter(entry__in=[change.entry_id for change in kept], paste__pk__gt=paste.pk)
    if later.exclude(paste__state=PasteState.UNDONE).exists():
        raise TooLateToUndo(_("A later paste changed the same entries. Undo that one first."))
    back = [EntryChange(one.entry.key, before=recalled(one.after), after=recalled(one.before)) for one in kept]
    place_moves(back, paste=paste, by=by, now=now, reason=_("batch undone"))
    restore_entries(kept, back)
    paste.state, paste.undone_at = PasteState.UNDONE, now
    paste.save(update_fields=["state", "undone_at"])


def restore_entries(kept: Sequence[PasteChange], back: Sequence[EntryChange]) -> None:
    for one, change in zip(kept, back, strict=True):
        entry, side = one.entry, change.after
        entry.lines, entry.live = as_json(side.quantities), bool(side.quantities)
        entry.member_id, entry.order_id = side.member_id, side.order_id or entry.order_id
        entry.raw, entry.content = side.raw, side.content
    fields = ["lines", "live", "member", "order", "raw", "content"]
    ChainEntry.objects.bulk_update([one.entry for one in kept], fields)
