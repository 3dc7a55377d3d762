"""The pasted lines sorted: header, menu, example, senders, and entries with the lines that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orders.rules.jielong import header, words
from orders.rules.jielong.changes import read_changes
from orders.rules.jielong.draft import Draft
from orders.rules.jielong.entry import EntryReader
from orders.rules.jielong.flags import Flag, SkipReason
from orders.rules.jielong.numbering import Marker, read_markers, runs, split_inline
from orders.rules.jielong.senders import Sender, read_sender
from orders.rules.jielong.text import PastedLine, Span
from orders.rules.jielong.tokens import Kind, scan


@dataclass(slots=True)
class Entry:
    """Lines that are read as one: an entry of the chain, or a line of chat. `doubt` asks for a look at its limits."""

    number: int | None
    text: Span
    lines: list[PastedLine]
    sender: Sender | None = None
    split: bool = False
    doubt: bool = False

    def take(self, line: PastedLine) -> None:
        """The line belongs to this entry."""
        self.lines.append(line)
        self.text = Span(f"{self.text.shown}\n{line.span.shown}", f"{self.text.folded}\n{line.span.folded}")


@dataclass(slots=True)
class Sorted:
    """Every line in one place: an entry's, or skipped with a reason."""

    entries: list[Entry] = field(default_factory=list)
    skipped: list[tuple[PastedLine, SkipReason]] = field(default_factory=list)
    header: list[PastedLine] = field(default_factory=list)
    menu: list[tuple[PastedLine, Marker | None]] = field(default_factory=list)


class Sorter:
    """Sorts the lines of one paste."""

    def __init__(self, lines: Sequence[PastedLine], reader: EntryReader) -> None:
        self.lines = lines
        self.reader = reader
        self.markers = read_markers(lines)
        self.sorted = Sorted()
        self.sender: Sender | None = None
        self.current: Entry | None = None
        self.marked = False

    def sort(self) -> Sorted:
        blocks = self._order_runs()
        first = blocks[0][0] if blocks else len(self.lines)
        if not blocks and not any(self.markers):
            self._sort_unnumbered()
            return self.sorted
        numbered = {position for block in blocks for position in block}
        self._sort_header(range(first))
        for position in range(first, len(self.lines)):
            self._sort_line(position, numbered)
        return self.sorted

    # ---- which runs of numbers are orders

    def _order_runs(self) -> list[list[int]]:
        """The last run is the chain unless it lists goods; an earlier run is a menu unless it plainly holds orders."""
        found = runs(self.markers)
        if not found:
            return []
        campaign = any(header.is_campaign_mark(line.span.folded) for line in self.lines[:20])
        earlier = [run for run in found[:-1] if self._holds_orders(run)]
        last = [] if self._lists_goods(found[-1], campaign=campaign) else [found[-1]]
        return earlier + last

    def _holds_orders(self, run: list[int]) -> bool:
        """Half of its entries have a name, a known product (or the only one) and a quantity, and no price."""
        drafts = [self.reader.read(self._text(position)) for position in run]
        good = sum(
            draft.name is not None
            and Flag.PRICE_IN_LINE not in draft.flags
            and any(item.meaning and item.amount for item in draft.items)
            for draft in drafts
        )
        example_follows = any(header.is_example(line.span.folded) for line in self.lines[run[-1] + 1 : run[-1] + 4])
        return 2 * good >= len(run) and not example_follows

    def _lists_goods(self, run: list[int], *, campaign: bool) -> bool:
        """Goods on offer, not orders: every entry (after #开团, half of them) has a price and none a quantity."""
        if not campaign:
            return all(self._offers_goods(position, campaign=False) for position in run)
        return 2 * sum(self._offers_goods(position, campaign=True) for position in run) >= len(run)

    def _offers_goods(self, position: int, *, campaign: bool) -> bool:
        """An entry with a price (perhaps on the line below) and without name and quantity, or priced per unit."""
        text = self._text(position)
        if position + 1 < len(self.lines) and self.markers[position + 1] is None:
            below = self.lines[position + 1].span
            text = Span(f"{text.shown}\n{below.shown}", f"{text.folded}\n{below.folded}")
        draft = self.reader.read(text)
        if Flag.PRICE_IN_LINE not in draft.flags:
            return False
        quantity = any(item.amount for item in draft.items)
        return campaign or (not quantity and (draft.name is None or "/" in text.folded))

    def _text(self, position: int) -> Span:
        marker = self.markers[position]
        return self.lines[position].span.part(marker.end if marker else 0)

    # ---- above the entries

    def _sort_header(self, positions: Sequence[int]) -> None:
        example_ended = -1
        for position in positions:
            line = self.lines[position]
            reason = self._header_reason(line, position, continues_example=line.number == example_ended + 1)
            if reason is SkipReason.EXAMPLE:
                example_ended = line.number
            if reason is SkipReason.HEADER and self._is_order_of_its_own(line):
                self._begin(None, line.span, line, doubt=True)
                self.current = None
                continue
            self._skip(line, reason)
            if reason is SkipReason.MENU:
                self.sorted.menu.append((line, self.markers[position]))
            elif reason is SkipReason.HEADER:
                self.sorted.header.append(line)

    def _header_reason(self, line: PastedLine, position: int, *, continues_example: bool) -> SkipReason:
        folded = line.span.folded
        if header.is_mark(folded):
            self.marked = True
            return SkipReason.HEADER
        sender = read_sender(line.span)
        if sender is not None:
            self.sender = sender
            return SkipReason.SENDER
        if header.is_example(folded) or continues_example:
            return SkipReason.EXAMPLE
        if self.markers[position] is not None:
            return SkipReason.MENU
        if header.is_menu(folded, names_product=self._names_product(folded)):
            return SkipReason.MENU
        follows_menu = bool(self.sorted.menu) and self.sorted.menu[-1][0].number == line.number - 1
        return SkipReason.MENU if follows_menu and header.is_price_alone(folded) else SkipReason.HEADER

    def _names_product(self, folded: str) -> bool:
        return any(token.kind == Kind.PRODUCT for token in scan(folded, self.reader.catalogue))

    def _is_order_of_its_own(self, line: PastedLine) -> bool:
        """An unnumbered line above the entries with a door, a known product and a quantity, in a text without a title."""
        if self.marked or header.is_mark(line.span.folded):
            return False
        draft = self.reader.read(line.span)
        return bool(draft.door) and not draft.flags and any(item.meaning and item.amount for item in draft.items)

    # ---- among the entries

    def _sort_line(self, position: int, numbered: set[int]) -> None:
        line, marker = self.lines[position], self.markers[position]
        if marker is not None and position in numbered:
            self._sort_numbered(line, marker)
        elif marker is not None:
            self._skip(line, SkipReason.MENU)
        elif not self._sort_aside(line):
            self._sort_following(line)

    def _sort_numbered(self, line: PastedLine, marker: Marker) -> None:
        text = line.span.part(marker.end)
        if not text.folded.strip():
            self.current = Entry(marker.number, text, [line], self.sender)
            self.sorted.entries.append(self.current)
            return
        pieces = split_inline(text, marker.number)
        for number, piece in pieces:
            self._begin(number, piece, line, split=len(pieces) > 1)

    def _sort_aside(self, line: PastedLine) -> bool:
        """Senders, marks and examples between the entries."""
        folded = line.span.folded
        sender = read_sender(line.span)
        if sender is not None:
            self.sender, self.current = sender, None
            self._skip(line, SkipReason.SENDER)
        elif header.is_mark(folded):
            self.current = None
            self._skip(line, SkipReason.HEADER)
        elif header.is_example(folded):
            self._skip(line, SkipReason.EXAMPLE)
        else:
            return False
        return True

    def _sort_following(self, line: PastedLine) -> None:
        """A line without a number: it goes on with the entry above, or stands for itself."""
        if read_changes(line.span, self.reader):
            self._begin(None, line.span, line)
            self.current = None
            return
        draft = self.reader.read(line.span)
        if self.current is None:
            self._sort_unattached(line, draft)
        elif self._goes_on(line, draft, self.current):
            self.current.take(line)
        elif _is_order(draft):
            self._begin(None, line.span, line, doubt=True)
        else:
            self._skip(line, SkipReason.CHATTER)

    def _sort_unattached(self, line: PastedLine, draft: Draft) -> None:
        if _is_order(draft):
            self._begin(None, line.span, line)
        else:
            self._skip(line, SkipReason.CHATTER)

    def _goes_on(self, line: PastedLine, draft: Draft, entry: Entry) -> bool:
        """Goods without a name go on; so do words right below; a name with goods or a door does not."""
        adjacent = entry.lines[-1].number == line.number - 1
        if draft.name is None or words.is_wish(line.span.folded[: len(draft.name) + 1]):
            return adjacent or any(item.amount for item in draft.items)
        if not _is_order(draft):
            return adjacent
        known = any(item.meaning and item.text and item.amount for item in draft.items)
        return not known and not draft.door and not _is_order(self.reader.read(entry.text))

    # ---- texts without numbers

    def _sort_unnumbered(self) -> None:
        """Line by line: orders, changes, senders; a name alone waits for the goods on the lines below it."""
        waiting: PastedLine | None = None
        for position, line in enumerate(self.lines):
            draft = None if self._is_aside_unnumbered(line) else self.reader.read(line.span)
            if draft is None or read_changes(line.span, self.reader):
                waiting = self._let_go(waiting)
                if draft is None:
                    self._skip_unnumbered(line, position)
                else:
                    self._begin(None, line.span, line)
                    self.current = None
            elif waiting is not None and draft.name is None and _is_order(draft):
                self._begin(None, waiting.span, waiting).take(line)
                waiting = None
            elif self.current is not None and draft.name is None and _has_product(draft):
                self.current.take(line)
            elif _is_order(draft):
                waiting = self._let_go(waiting)
                self._begin(None, line.span, line)
                self.current = None
            else:
                self._let_go(waiting)
                waiting, self.current = line, None
        self._let_go(waiting)

    def _is_aside_unnumbered(self, line: PastedLine) -> bool:
        folded = line.span.folded
        if header.is_mark(folded) or header.is_example(folded) or read_sender(line.span) is not None:
            return True
        return header.is_menu(folded, names_product=self._names_product(folded)) and not self.sorted.entries

    def _skip_unnumbered(self, line: PastedLine, position: int) -> None:
        self.current = None
        if self.sorted.entries:
            self._sort_aside(line)
        else:
            self._sort_header([position])

    def _let_go(self, waiting: PastedLine | None) -> None:
        """A line that turned out to be no order: title while nothing was ordered yet, else chatter."""
        if waiting is None:
            return
        if self.sorted.entries or not self.marked:
            self._skip(waiting, SkipReason.CHATTER)
        else:
            self._skip(waiting, SkipReason.HEADER)
            self.sorted.header.append(waiting)

    # ---- keeping

    def _begin(
        self, number: int | None, text: Span, line: PastedLine, *, split: bool = False, doubt: bool = False
    ) -> Entry:
        self.current = Entry(number, text, [line], self.sender, split, doubt)
        self.sorted.entries.append(self.current)
        return self.current

    def _skip(self, line: PastedLine, reason: SkipReason) -> None:
        self.sorted.skipped.append((line, reason))


def _has_product(draft: Draft) -> bool:
    return any(item.text and item.amount for item in draft.items)


def _is_order(draft: Draft) -> bool:
    """Whether a line without a number orders something: a quantity, or a name with a known product."""
    if any(item.amount or item.implied_one for item in draft.items) or draft.same_as is not None:
        return True
    return draft.name is not None and any(item.text and item.meaning and not item.flags for item in draft.items)
