"""A numbered chain: which run of numbers it is, and which lines belong to which entry."""

from collections.abc import Sequence

from orders.rules.jielong import header, words
from orders.rules.jielong.draft import Draft
from orders.rules.jielong.entries import Entry, Sorted, has_known_goods, is_of_somebody, is_order
from orders.rules.jielong.entry import EntryReader
from orders.rules.jielong.flags import Flag, SkipReason
from orders.rules.jielong.numbering import Marker, runs, split_inline
from orders.rules.jielong.preamble import Preamble
from orders.rules.jielong.senders import Sender, read_sender
from orders.rules.jielong.text import PastedLine, Span

_HEADER_LINES = 20
_EXAMPLE_WITHIN = 3


class Chain:
    """Sorts the lines of a paste whose entries are numbered.

    From the line numbered `apart` on nothing goes on with an entry above it: somebody else wrote it beside the chain.
    """

    def __init__(
        self,
        lines: Sequence[PastedLine],
        markers: Sequence[Marker | None],
        reader: EntryReader,
        apart: int | None = None,
    ) -> None:
        self.lines = lines
        self.markers = markers
        self.reader = reader
        self.apart = apart
        self.found = Sorted()
        self.current: Entry | None = None
        self.sender: Sender | None = None
        self.interrupted = False
        """Somebody talked below the current entry: what follows may be somebody else's."""

    def sort(self) -> Sorted:
        """Every line: above the first entry, an entry's, or set aside among them."""
        blocks = self._order_runs()
        first = blocks[0][0] if blocks else len(self.lines)
        numbered = {position for block in blocks for position in block}
        self._sort_above(first)
        for position in range(first, len(self.lines)):
            line, marker = self.lines[position], self.markers[position]
            if self.apart and line.number >= self.apart:
                self.current = self.apart = None
            if marker is None:
                self._sort_unnumbered(line)
            elif position in numbered:
                self._sort_numbered(line, marker)
            else:
                self.found.skip(line, SkipReason.MENU)
        return self.found

    # ---- which runs of numbers are orders

    def _order_runs(self) -> list[list[int]]:
        """The last run is the chain unless it lists goods; an earlier run is a menu unless it plainly holds orders."""
        found = runs(self.markers)
        campaign = any(header.is_campaign_mark(line.span.folded) for line in self.lines[:_HEADER_LINES])
        earlier = [run for run in found[:-1] if self._holds_orders(run)]
        return earlier + [run for run in found[-1:] if not self._lists_goods(run, campaign=campaign)]

    def _holds_orders(self, run: list[int]) -> bool:
        """Half of its entries have a name, goods of the campaign and a quantity; no example follows.

        Where there is a price as well, the name must be plain.
        """
        below = self.lines[run[-1] + 1 : run[-1] + 1 + _EXAMPLE_WITHIN]
        if any(header.is_example(line.span.folded) for line in below):
            return False
        drafts = (self.reader.read(self._text(position)) for position in run)
        doubted = {Flag.PRICE_IN_LINE, Flag.AMBIGUOUS}  # 山东苹果3斤20元 is goods on offer
        orders = sum(
            draft.name is not None and not doubted <= set(draft.flags) and has_known_goods(draft) for draft in drafts
        )
        return 2 * orders >= len(run)

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
        unclear = campaign and Flag.AMBIGUOUS in draft.flags
        if not unclear and is_of_somebody(draft, priced_per_unit=False):
            return False
        quantity = any(item.amount for item in draft.items)
        return campaign or (not quantity and (draft.name is None or "/" in text.folded))

    def _text(self, position: int) -> Span:
        marker = self.markers[position]
        return self.lines[position].span.part(marker.end if marker else 0)

    # ---- above the entries

    def _sort_above(self, first: int) -> None:
        preamble = Preamble(self.found, self.reader)
        for line, marker in zip(self.lines[:first], self.markers, strict=False):
            if marker is None and self._is_order_of_its_own(line, preamble):
                self._add(Entry(None, line.span, [line], self.sender, doubt=True))
            else:
                preamble.take(line, marker)
        self.current, self.sender = None, preamble.sender

    def _is_order_of_its_own(self, line: PastedLine, preamble: Preamble) -> bool:
        """A line above the numbers with a door and goods of the campaign, in a text without a title."""
        if preamble.marked or header.is_mark(line.span.folded):
            return False
        draft = self.reader.read(line.span)
        return bool(draft.door) and not draft.flags and has_known_goods(draft)

    # ---- among the entries

    def _sort_numbered(self, line: PastedLine, marker: Marker) -> None:
        pieces = split_inline(line.span.part(marker.end), marker.number)
        for number, text in pieces:
            self._add(Entry(number, text, [line], self.sender, split=len(pieces) > 1))
        self.sender = None  # it was of the entry right below

    def _sort_unnumbered(self, line: PastedLine) -> None:
        folded = line.span.folded
        sender = read_sender(line.span)
        if sender is not None:
            self.sender = sender
            self._set_aside(line, SkipReason.SENDER)
        elif header.is_mark(folded):
            self._set_aside(line, SkipReason.HEADER)
        elif header.is_example(folded):
            self._set_aside(line, SkipReason.EXAMPLE)
        elif words.is_chatter(folded):
            self.found.skip(line, SkipReason.CHATTER)
            self.interrupted = True
        else:
            self._sort_following(line)

    def _sort_following(self, line: PastedLine) -> None:
        """A line without a number: it goes on with the entry above, or stands for itself."""
        entry = Entry(None, line.span, [line], self.sender, doubt=self.current is not None)
        if entry.changes(self.reader):
            self._add(entry)
            self.current = None
        elif self.current is not None and self._goes_on(line, entry.draft(self.reader), self.current):
            self.current.take(line)
            self.current.doubt |= self.interrupted or words.asks(line.span.folded)
        elif is_order(entry.draft(self.reader)):
            self._add(entry)
        else:
            self.found.skip(line, SkipReason.CHATTER)

    def _goes_on(self, line: PastedLine, draft: Draft, above: Entry) -> bool:
        """Goods without a name go on; so do words right below; a name with goods or a door does not."""
        adjacent = above.lines[-1].number == line.number - 1
        if draft.name is None or words.is_wish(line.span.folded[: len(draft.name) + 1]):
            return adjacent or any(item.amount for item in draft.items)
        if not is_order(draft):
            return adjacent
        named = any(item.text for item in draft.items if item.meaning and item.amount)
        return not named and not draft.door and not is_order(above.draft(self.reader))

    # ---- keeping

    def _add(self, entry: Entry) -> None:
        self.current, self.interrupted = entry, False
        self.found.entries.append(entry)

    def _set_aside(self, line: PastedLine, reason: SkipReason) -> None:
        self.current = None
        self.found.skip(line, reason)
