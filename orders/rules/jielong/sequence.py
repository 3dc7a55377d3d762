"""Entries in the light of those above them: repeated names, gaps in the numbers, 同上, and +1 that adds."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from orders.rules.jielong.catalogue import Meaning
from orders.rules.jielong.changes import ChangeDraft, is_struck, speaks_of_change
from orders.rules.jielong.draft import Draft
from orders.rules.jielong.entries import Entry
from orders.rules.jielong.entry import EntryReader
from orders.rules.jielong.flags import ChangeKind, Flag, SkipReason
from orders.rules.jielong.given import PlusOne
from orders.rules.jielong.message import Author
from orders.rules.jielong.numerals import plain
from orders.rules.jielong.parsed import Change, Line, OrderRow, Skipped, Source
from orders.rules.jielong.text import Span, fold, identity_part
from orders.rules.jielong.withdrawn import has_signs, may_be_withdrawn
from orders.rules.jielong.words import is_organiser


@dataclass(slots=True)
class Signed:
    """The rows under one name and door, and the offers they named."""

    rows: list["Row"]
    offers: set[str | None]


@dataclass(slots=True)
class Row:
    """An order row while later entries may still add to its flags."""

    number: int | None
    draft: Draft
    lines: tuple[Line, ...]
    source: Source
    author: Author | None
    sent_at: str
    name_key: str
    marks: tuple[str, ...] = ()

    def mark(self, flag: str) -> None:
        if flag not in self.marks:
            self.marks += (flag,)

    def offers(self) -> set[str | None]:
        return {line.offer for line in self.lines}


class Sequence:
    """Takes the entries of a chain in order and answers rows, changes and skipped lines."""

    def __init__(self, reader: EntryReader, hint: int | None = None) -> None:
        self.reader = reader
        self.hint = hint
        self.rows: list[Row] = []
        self.changes: list[Change] = []
        self.skipped: list[Skipped] = []
        self._of_name: dict[str, dict[str, Signed]] = defaultdict(dict)
        self._of_number: dict[int, Row] = {}
        self._changes: list[tuple[list[ChangeDraft], Entry, Source]] = []
        self._highest: int | None = None

    def take(self, entry: Entry, author: Author | None) -> None:
        """Reads one entry. Call `settle` after the last."""
        source = _source_of(entry)
        gap = self._count(entry.number)
        if not entry.text.folded.strip():
            self.skipped.append(Skipped(source.text, SkipReason.BLANK, source))
            return
        changes = entry.changes(self.reader)
        if changes:
            self._changes.append((changes, entry, source))
            return
        draft = entry.draft(self.reader)
        self._take_hint(draft)
        if self._is_organisers(entry, draft):
            self.skipped.append(Skipped(source.text, SkipReason.ORGANISER_ENTRY, source))
            return
        self._take_order(entry, draft, source, author, gap=gap)

    # ---- numbers

    def _count(self, number: int | None) -> bool:
        """Notes the number; whether some are missing before it."""
        if number is None:
            return False
        gap = self._highest is not None and number > self._highest + 1
        self._highest = number if self._highest is None or number == 1 else max(number, self._highest)
        return gap

    def _is_organisers(self, entry: Entry, draft: Draft) -> bool:
        """WeChat makes the starter fill in entry 1; the group's own has no goods, no door, and words of trade."""
        if entry.number != 1 or entry.split or draft.door or draft.same_as is not None:
            return False
        ordered = any(item.amount or (item.text and item.meaning) for item in draft.items)
        return not ordered and is_organiser(entry.text.folded)

    # ---- orders

    def _take_hint(self, draft: Draft) -> None:
        """The header prices one offer only: an entry without a product is likely for that; flagged all the same."""
        if self.hint is None:
            return
        for item in draft.items:
            if item.meaning is None and not item.text:
                item.meaning = Meaning((self.hint,))
                item.flags += (Flag.FUZZY_PRODUCT,)

    def _take_order(self, entry: Entry, draft: Draft, source: Source, author: Author | None, *, gap: bool) -> None:
        if draft.name is None and entry.number is None and entry.sender is not None and entry.sender.name:
            draft.name = entry.sender.name
            draft.flags = tuple(flag for flag in draft.flags if flag != Flag.NO_NAME)
        lines = self.reader.judge.lines_of(draft)
        sent_at = entry.sender.sent_at if entry.sender else ""
        row = Row(entry.number, draft, lines, source, author, sent_at, identity_part(draft.name or ""))
        earlier = self._earlier(row)
        if earlier and self._adds_or_replaces(row, earlier):
            return
        self._doubt(row, entry, gap=gap)
        self._sign(row, earlier)
        self._copy_same(row)
        self.rows.append(row)
        if row.number is not None:
            self._of_number[row.number] = row

    def _doubt(self, row: Row, entry: Entry, *, gap: bool) -> None:
        if entry.doubt or self._may_be_taken_back(row, entry.text):
            row.mark(Flag.AMBIGUOUS)
        if gap:
            row.mark(Flag.NUMBER_GAP)
        if row.draft.only_plus and self.reader.options.plus_one is not PlusOne.GUEST:
            row.mark(Flag.PLUS_ONE)

    def _may_be_taken_back(self, row: Row, text: Span) -> bool:
        """Looks closer only where a sign of it occurs: most entries have none."""
        if not has_signs(text):
            return False
        return speaks_of_change(text.folded) or may_be_withdrawn(text, map(fold, row.draft.notes))

    def _earlier(self, row: Row) -> list[Signed]:
        """Rows above of the same name, unless both have a door and the doors differ."""
        by_door = self._of_name[row.name_key]
        if not by_door:
            return []
        if not row.draft.door:
            return list(by_door.values())
        return [by_door[door] for door in (row.draft.door, "") if door in by_door]

    def _sign(self, row: Row, earlier: list[Signed]) -> None:
        """Keeps the row under its name; marks one that was there before, for the same product or for another one."""
        offers = row.offers()
        if earlier and row.draft.name is not None:
            same = any(offers & signed.offers for signed in earlier) or not offers
            row.mark(Flag.REPEAT_NAME if same else Flag.REPEAT_NAME_DIFFERENT_PRODUCT)
        by_door = self._of_name[row.name_key]
        if row.draft.door in by_door:
            by_door[row.draft.door].rows.append(row)
            by_door[row.draft.door].offers |= offers
        else:
            by_door[row.draft.door] = Signed([row], offers)

    def _copy_same(self, row: Row) -> None:
        """同上 proposes the lines of the row above, 跟3号一样 those of entry 3."""
        if row.draft.same_as is None or row.lines:
            return
        above = self._of_number.get(row.draft.same_as) if row.draft.same_as else next(reversed(self.rows), None)
        row.lines = tuple(line._replace(note="") for line in above.lines) if above else ()
        if not row.lines:
            row.mark(Flag.NEEDS_PRODUCT)

    # ---- changes

    def _adds_or_replaces(self, row: Row, signed: list[Signed]) -> bool:
        """A bare +1 of somebody on the list adds; +2 3 of somebody who had item 2 sets it to 3."""
        if not row.draft.only_plus and not row.draft.by_item_number:
            return False
        earlier = [above for each in signed for above in each.rows]
        if row.draft.only_plus and row.draft.name is not None:
            self._add_to(row, earlier)
            return True
        before = {line.offer: line for above in earlier if above.draft.items for line in above.lines}
        if not row.lines or not all(line.offer and line.offer in before for line in row.lines):
            return False
        if not all(above.draft.by_item_number for above in earlier):
            return False
        for line in row.lines:
            self._replace(row, line, before[line.offer])
        return True

    def _add_to(self, row: Row, earlier: list[Row]) -> None:
        """More of the one thing they have; of which thing is asked if they have several."""
        had = [line for above in earlier for line in above.lines]
        amount = next(item.amount for item in row.draft.items if item.amount is not None)
        quantity = amount.quantity
        if quantity is not None and self.reader.options.plus_one is PlusOne.GUEST:
            quantity -= 1  # the row itself was counted already
        offer = had[0].offer if len({line.offer for line in had}) == 1 else None
        unit = had[0].unit if offer else amount.unit
        flags = [flag for flag in row.draft.flags if flag != Flag.NO_NAME] + list(amount.flags)
        if offer is None:
            flags.append(Flag.NEEDS_PRODUCT)
        if amount.unit and amount.unit != unit:
            flags.append(Flag.CHECK)
        change = Change(
            ChangeKind.ADD,
            row.draft.name,
            row.draft.door,
            offer,
            quantity,
            tuple(dict.fromkeys(flags)),
            row.source,
            unit,
        )
        self.changes.append(change)

    def _replace(self, row: Row, line: Line, before: Line) -> None:
        old = "" if before.quantity is None else f"_{plain(before.quantity).replace('.', '_')}"
        flags = tuple(dict.fromkeys((*line.flags, f"{Flag.REPLACES}{old}")))
        change = Change(
            ChangeKind.SET, row.draft.name, row.draft.door, line.offer, line.quantity, flags, row.source, line.unit
        )
        self.changes.append(change)

    def _settle_changes(self, drafts: list[ChangeDraft], entry: Entry, source: Source) -> None:
        """Whose order it is. A line of chat that cancels for somebody who is not in a text full of others is skipped.

        An entry of the chain that does, or one that is struck out, is shown as a change of somebody unknown.
        """
        sender = entry.sender.name if entry.sender else ""
        drafts = [draft if draft.name else replace(draft, name=sender or None) for draft in drafts]
        strangers = [draft for draft in drafts if self.rows and draft.name and not self._rows_of(draft)]
        chat = entry.number is None and not is_struck(entry.text.folded)
        if chat and len(strangers) == len(drafts) and all(draft.kind is ChangeKind.CANCEL for draft in drafts):
            self.skipped.append(Skipped(source.text, SkipReason.UNKNOWN_NAME, source))
            return
        for draft in drafts:
            self.changes.append(self._change(draft, source, stranger=draft in strangers))

    def _change(self, draft: ChangeDraft, source: Source, *, stranger: bool) -> Change:
        draft = self._with_their_offer(draft)
        flags = list(draft.flags)
        if draft.name is None:
            flags.append(Flag.NO_NAME)
        if stranger:
            flags.append(Flag.CHECK)
        return Change(
            kind=draft.kind,
            name=draft.name,
            door=draft.door,
            offer=draft.offer,
            quantity=draft.quantity,
            flags=tuple(dict.fromkeys(flags)),
            source=source,
            unit=draft.unit,
            text=draft.text,
            candidates=draft.candidates,
        )

    def _with_their_offer(self, draft: ChangeDraft) -> ChangeDraft:
        """张三改成3份 means the one thing 张三 has."""
        if draft.kind is ChangeKind.CANCEL or draft.offer or draft.text:
            return draft
        had = {line.offer: line for row in self._rows_of(draft) for line in row.lines if line.offer}
        if len(had) != 1:
            return draft
        line = next(iter(had.values()))
        flags = tuple(flag for flag in draft.flags if flag != Flag.NEEDS_PRODUCT)
        if draft.unit and draft.unit != line.unit:
            flags += (Flag.CHECK,)
        return replace(draft, offer=line.offer, unit=draft.unit or line.unit, flags=flags, candidates=())

    def _rows_of(self, draft: ChangeDraft) -> list[Row]:
        by_door = self._of_name.get(identity_part(draft.name or ""), {})
        return [row for signed in by_door.values() for row in signed.rows]

    # ---- the end

    def settle(self) -> None:
        """What only the whole text can say: who has the same number, and whose order a change is of."""
        self._compare_numbers()
        for drafts, entry, source in self._changes:
            self._settle_changes(drafts, entry, source)
        self.changes.sort(key=lambda change: change.source.start)

    def _compare_numbers(self) -> None:
        """Two people may have taken one number; the same entry with the same number is the text pasted twice."""
        said: set[tuple[int | None, str, str | None, str]] = set()
        once: list[Row] = []
        for row in self.rows:
            entry = (row.number, row.name_key, row.draft.door, _content(row))
            if row.number is not None and entry in said:
                row.marks = tuple(mark for mark in row.marks if mark != Flag.REPEAT_NAME)
                row.mark(Flag.PASTED_TWICE)
            else:
                said.add(entry)
                once.append(row)
        times = Counter(row.number for row in once)
        for row in once:
            if row.number is not None and times[row.number] > 1:
                row.mark(f"{Flag.BOTH_NUMBERED}_{row.number}")

    def order_rows(self) -> tuple[OrderRow, ...]:
        """The rows with their identities: author, else name and door."""
        seen: Counter[str] = Counter()
        return tuple(_order_row(row, seen) for row in self.rows)


def _source_of(entry: Entry) -> Source:
    first, last = entry.lines[0], entry.lines[-1]
    written = first.raw if first is last else "\n".join(line.raw for line in entry.lines)
    return Source(first.number, last.number, written)


def _order_row(row: Row, seen: Counter[str]) -> OrderRow:
    draft, author = row.draft, row.author
    signature = f"{row.name_key}|{identity_part(draft.door)}"
    identity = f"@{author.id}" if author else signature
    seen[identity] += 1
    flags = [*row.marks, *draft.flags]
    for line in row.lines:
        flags += line.flags
    return OrderRow(
        number=row.number,
        name=draft.name,
        door=draft.door,
        lines=row.lines,
        note="; ".join(draft.notes),
        flags=tuple(map(str, dict.fromkeys(flags))),
        source=row.source,
        identity=identity,
        key=f"{identity}#{seen[identity]}",
        content=_content(row),
        signature=signature,
        phone=draft.phone,
        on_behalf=draft.on_behalf,
        author=author.id if author else None,
        sent_at=row.sent_at,
        sent_unix=author.unix if author else None,
        door_readings=draft.door_readings,
    )


def _content(row: Row) -> str:
    """What was ordered, in one spelling: two entries with the same content ask for the same."""
    lines = [f"{line.offer or '?' + identity_part(line.text)}={line.quantity!s}{line.unit}" for line in row.lines]
    return " ".join([*sorted(lines), *map(identity_part, row.draft.notes)])
