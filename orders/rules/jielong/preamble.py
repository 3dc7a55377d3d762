"""Lines above the entries: the #接龙 mark, title, menu, example, senders."""

from orders.rules.jielong import header
from orders.rules.jielong.entries import Sorted, is_of_somebody
from orders.rules.jielong.entry import LONGEST_ENTRY, EntryReader
from orders.rules.jielong.flags import SkipReason
from orders.rules.jielong.numbering import Marker
from orders.rules.jielong.senders import Sender, read_sender
from orders.rules.jielong.text import PastedLine
from orders.rules.jielong.tokens import products


class Preamble:
    """Sorts header lines one by one. `marked`: a #接龙 was seen. `sender`: who is said to write what follows."""

    def __init__(self, found: Sorted, reader: EntryReader) -> None:
        self.found = found
        self.reader = reader
        self.marked = False
        self.sender: Sender | None = None
        self._example_ended = -1

    def take(self, line: PastedLine, marker: Marker | None) -> None:
        """Skips the line with its reason, and remembers it as header or menu."""
        reason = self._reason(line, marker)
        self.found.skip(line, reason)
        if reason is SkipReason.EXAMPLE:
            self._example_ended = line.number
        elif reason is SkipReason.MENU:
            self.found.menu.append((line, marker))
        elif reason is SkipReason.HEADER:
            self.found.header.append(line)

    def is_order(self, line: PastedLine) -> bool:
        """Whether a line with a price has a name before its product: 张三 苹果2斤 20元 is what somebody wants."""
        if len(line.span.folded) > LONGEST_ENTRY:
            return False
        return is_of_somebody(self.reader.read(line.span), priced_per_unit=header.is_priced_per_unit(line.span.folded))

    def is_menu(self, line: PastedLine) -> bool:
        """Whether the line offers a product of the campaign with its price."""
        folded = line.span.folded
        if len(folded) > LONGEST_ENTRY:
            return False
        return header.is_menu(folded, names_product=bool(products(folded, self.reader.catalogue)))

    def _reason(self, line: PastedLine, marker: Marker | None) -> SkipReason:
        folded = line.span.folded
        if header.is_mark(folded):
            self.marked = True
            return SkipReason.HEADER
        sender = read_sender(line.span)
        if sender is not None:
            self.sender = sender
            return SkipReason.SENDER
        if header.is_example(folded) or line.number == self._example_ended + 1:
            return SkipReason.EXAMPLE
        if marker is not None or self.is_menu(line) or self._prices_item_above(line):
            return SkipReason.MENU
        return SkipReason.HEADER

    def _prices_item_above(self, line: PastedLine) -> bool:
        menu = self.found.menu
        return bool(menu) and menu[-1][0].number == line.number - 1 and header.is_price_alone(line.span.folded)
