"""What a paste changes, entry by entry: carried into the orders, and remembered so that it can be taken back."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from community.rules.doors import tidy_door
from core.models import User
from orders.enums import OrderSource
from orders.models import ChainEntry, Order, Paste, PasteChange
from orders.rules.chain.notes import in_place_of, parts_of, taken_back, with_notes_of_entries
from orders.rules.chain.reading import LiveEntry, Quantities, Row
from orders.services.pasting import as_json, quantities_of
from orders.services.placing import PlacedLine, Wanted, place

Moves = dict[tuple[int, int], Decimal]
"""(member id, offer id) → quantity more (or less)."""


@dataclass(frozen=True, slots=True)
class Side:
    """What a chain entry asks for, and whose order it is part of."""

    member_id: int
    quantities: Quantities = field(default_factory=dict)
    raw: str = ""
    order_id: int | None = None
    content: str = ""
    signature: str = ""
    author: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry before and after this paste."""

    key: str
    before: Side
    after: Side
    number: int | None = None
    door: str = ""

    @property
    def moves(self) -> Moves:
        """What the orders ask for more or less because of it; an entry read as somebody else's moves altogether."""
        moves: Moves = defaultdict(Decimal)
        for side, sign in ((self.after, 1), (self.before, -1)):
            for offer_id, quantity in side.quantities.items():
                moves[side.member_id, offer_id] += sign * quantity
        return {place: quantity for place, quantity in sorted(moves.items()) if quantity}

    @property
    def renotes(self) -> list[tuple[int, str, str]]:
        """Member, what their order's note says of this entry no more, and what it says instead."""
        before, after = self.before, self.after
        if before.member_id != after.member_id:
            return [(before.member_id, before.note, ""), (after.member_id, "", after.note)]
        return [(after.member_id, before.note, after.note)] if before.note != after.note else []


def change_of(row: Row, newcomers: Mapping[str, int]) -> EntryChange:
    member_id = row.member.member_id if row.member else newcomers[row.key]
    return EntryChange(
        key=row.key,
        before=side_of(row.entry) if row.entry else Side(member_id),
        after=Side(
            member_id,
            row.quantities,
            row.raw,
            content=row.content,
            signature=row.signature,
            # Copied as text the chain does not say who wrote it; it is still the same entry.
            author=row.author or (row.entry.author if row.entry else None) or "",
            note=row.note,
        ),
        number=row.number,
        door=tidy_door(row.asked_door)[:40],
    )


def end_of(gone: LiveEntry) -> EntryChange:
    """A vanished entry the leader lets go: it asks for nothing any more."""
    return EntryChange(gone.key, side_of(gone), replace(side_of(gone), quantities={}, order_id=None))


def side_of(entry: LiveEntry) -> Side:
    return Side(
        entry.member_id,
        entry.quantities,
        entry.raw,
        entry.order_id,
        entry.content,
        entry.signature,
        entry.author or "",
        entry.note,
    )


def place_moves(
    changes: Sequence[EntryChange], *, paste: Paste, by: User, now: datetime, reason: str = ""
) -> list[PlacedLine]:
    """Sum the changes by member and place them in one statement."""
    quantities: dict[int, Quantities] = defaultdict(lambda: defaultdict(Decimal))
    doors = doors_asked(changes)
    for change in changes:
        for (member_id, offer_id), quantity in change.moves.items():
            quantities[member_id][offer_id] += quantity
    wanted = [
        Wanted(member_id, asked, doors.get(member_id, ""))
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


def doors_asked(changes: Sequence[EntryChange]) -> dict[int, str]:
    """Where the orders are to be brought, by member; of several doors the first."""
    doors: dict[int, str] = {}
    for change in changes:
        if change.door:
            doors.setdefault(change.after.member_id, change.door)
    return doors


def doors_before(changes: Sequence[EntryChange], *, paste: Paste) -> dict[int, str]:
    """The doors of the orders that may be given another one, by order id, before anything is placed."""
    standing = Order.objects.filter(campaign=paste.campaign_id, group=paste.group_id, member__in=doors_asked(changes))
    return dict(standing.values_list("pk", "door"))


def write_doors(changes: Sequence[EntryChange], before: Mapping[int, str], *, paste: Paste) -> None:
    """Let the orders say the doors the entries name, also where no goods move. `paste.doors` keeps both states."""
    if not before:
        return
    doors = doors_asked(changes)
    orders = list(Order.objects.filter(pk__in=before).select_for_update(of=("self",)).order_by("pk"))
    for order in orders:
        order.door = doors[order.member_id]
    Order.objects.bulk_update(orders, ["door"])
    paste.doors = {str(order.pk): [before[order.pk], order.door] for order in orders if order.door != before[order.pk]}


def take_back_doors(paste: Paste) -> None:
    """The doors a paste changed are what they were, unless somebody gave another one since."""
    orders = list(Order.objects.filter(pk__in=paste.doors).select_for_update(of=("self",)).order_by("pk"))
    for order in orders:
        before, after = paste.doors[str(order.pk)]
        order.door = before if order.door == after else order.door
    Order.objects.bulk_update(orders, ["door"])


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
                signature=change.after.signature,
                author=change.after.author,
                note=change.after.note,
                lines=as_json(change.after.quantities),
                member_id=change.after.member_id,
                order_id=order_of[change.after.member_id],
                live=bool(change.after.quantities),
            )
            for change in known
        ],
        update_conflicts=True,
        unique_fields=["campaign", "group", "key"],
        update_fields=["number", "raw", "content", "signature", "author", "note", "lines", "member", "order", "live"],
    )
    PasteChange.objects.bulk_create(
        PasteChange(paste=paste, entry=entry, before=remembered(change.before), after=remembered(change.after))
        for change, entry in zip(known, entries, strict=True)
    )


def write_notes(changes: Sequence[EntryChange], *, paste: Paste) -> None:
    """Let the orders' notes say what the entries note now; what others wrote stays. `paste.notes` keeps both states."""
    renotes = [one for change in changes for one in change.renotes]
    if not renotes:
        return
    standing = Order.objects.filter(
        campaign=paste.campaign_id, group=paste.group_id, member__in={member_id for member_id, _old, _new in renotes}
    )
    order_of = {order.member_id: order for order in standing.select_for_update(of=("self",)).order_by("pk")}
    before = {order.pk: order.note for order in order_of.values()}
    still_said = said_in_notes(before)
    for member_id, old, new in renotes:
        if order := order_of.get(member_id):
            order.note = in_place_of(order.note, old, new, still_said[order.pk])
    changed = [order for order in order_of.values() if order.note != before[order.pk]]
    Order.objects.bulk_update(changed, ["note"])
    paste.notes = {str(order.pk): [before[order.pk], order.note] for order in changed}


def take_back_notes(back: Sequence[EntryChange], *, paste: Paste) -> None:
    """What a paste wrote into notes goes again; what was written there since stays, by people or by other entries."""
    orders = list(Order.objects.filter(pk__in=paste.notes).select_for_update(of=("self",)).order_by("pk"))
    still_said = said_in_notes([order.pk for order in orders])
    renotes = [one for change in back for one in change.renotes]
    for order in orders:
        kept = still_said[order.pk]
        note = taken_back(order.note, *paste.notes[str(order.pk)])
        if note is None:
            note = order.note
            for member_id, old, new in renotes:
                # A note that somebody rewrote stays rewritten.
                if member_id == order.member_id and set(parts_of(old)) <= set(parts_of(note)):
                    note = in_place_of(note, old, new, kept)
        if note != order.note:
            order.note = with_notes_of_entries(note, kept)
    Order.objects.bulk_update(orders, ["note"])


def said_in_notes(orders: Collection[int]) -> dict[int, list[str]]:
    """What the entries of these orders note now, part by part."""
    said: dict[int, list[str]] = defaultdict(list)
    entries = ChainEntry.objects.filter(order__in=orders, live=True).exclude(note="").order_by("pk")
    for order_id, note in entries.values_list("order", "note"):
        said[order_id] += [part for part in parts_of(note) if part not in said[order_id]]
    return said


def remembered(side: Side) -> dict[str, object]:
    return {
        "member": side.member_id,
        "lines": as_json(side.quantities),
        "raw": side.raw,
        "order": side.order_id,
        "content": side.content,
        "signature": side.signature,
        "author": side.author,
        "note": side.note,
    }


def recalled(data: Mapping[str, Any]) -> Side:
    return Side(
        data["member"],
        quantities_of(data["lines"]),
        data["raw"],
        data["order"],
        data["content"],
        data.get("signature", ""),
        data.get("author", ""),
        data.get("note", ""),
    )
