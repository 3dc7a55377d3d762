"""A text without numbers, line by line: orders, changes, senders, and a name above its goods."""

from collections.abc import Sequence

from orders.rules.jielong import header
from orders.rules.jielong.draft import Draft
from orders.rules.jielong.entries import Entry, Sorted, is_order
from orders.rules.jielong.entry import EntryReader
from orders.rules.jielong.flags import SkipReason
from orders.rules.jielong.preamble import Preamble
from orders.rules.jielong.senders import Sender, read_sender
from orders.rules.jielong.text import PastedLine


class Chat:
    """Sorts the lines of a paste without entry numbers. `waiting` may be a name whose goods are on the next lines."""

    def __init__(self, lines: Sequence[PastedLine], reader: EntryReader) -> None:
        self.lines = lines
        self.reader = reader
        self.found = Sorted()
        self.preamble = Preamble(self.found, reader)
        self.sender: Sender | None = None
        self.waiting: Entry | None = None
        self.current: Entry | None = None

    def sort(self) -> Sorted:
        for line in self.lines:
            if self._is_aside(line):
                self._set_aside(line)
            else:
                self._sort_line(Entry(None, line.span, [line], self.sender), line)
        self._let_go()
        return self.found

    def _is_aside(self, line: PastedLine) -> bool:
        folded = line.span.folded
        if header.is_mark(folded) or header.is_example(folded) or read_sender(line.span) is not None:
            return True
        return not self.found.entries and self.preamble.is_menu(line) and not self.preamble.is_order(line)

    def _set_aside(self, line: PastedLine) -> None:
        self._let_go()
        self.current = None
        self.preamble.take(line, None)
        self.sender = self.preamble.sender

    def _sort_line(self, entry: Entry, line: PastedLine) -> None:
        if entry.changes(self.reader):
            self._let_go()
            self.found.entries.append(entry)
            self.current = None
            return
        draft = entry.draft(self.reader)
        if self.waiting is not None and draft.name is None and is_order(draft):
            self.current, self.waiting = self.waiting, None
            self.found.entries.append(self.current)
            self.current.take(line)
        elif self.current is not None and draft.name is None and _has_product(draft):
            self.current.take(line)
        elif is_order(draft):
            self._let_go()
            self.found.entries.append(entry)
            self.current = None
        else:
            self._let_go()
            self.waiting, self.current = entry, None

    def _let_go(self) -> None:
        """A line that turned out to be no order: the header while nothing was ordered yet, else chatter."""
        if self.waiting is None:
            return
        line = self.waiting.lines[0]
        if self.found.entries or not self.preamble.marked:
            self.found.skip(line, SkipReason.CHATTER)
        else:
            self.found.skip(line, SkipReason.HEADER)
            self.found.header.append(line)
        self.waiting = None


def _has_product(draft: Draft) -> bool:
    return any(item.text and item.amount for item in draft.items)
