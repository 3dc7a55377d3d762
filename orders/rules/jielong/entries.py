"""The lines of a paste once sorted: entries with the lines they own, and lines set aside with a reason."""

from dataclasses import dataclass, field

from orders.rules.jielong.changes import ChangeDraft, read_changes
from orders.rules.jielong.draft import Draft
from orders.rules.jielong.entry import EntryReader
from orders.rules.jielong.flags import Flag, SkipReason
from orders.rules.jielong.numbering import Marker
from orders.rules.jielong.senders import Sender
from orders.rules.jielong.text import PastedLine, Span


@dataclass(slots=True)
class Entry:
    """Lines that are read as one: an entry of the chain, or a line of chat.

    `split`: one of several on a line, which is never a change. `doubt`: where it begins or ends is a guess.
    """

    number: int | None
    text: Span
    lines: list[PastedLine]
    sender: Sender | None = None
    split: bool = False
    doubt: bool = False
    _draft: Draft | None = None
    _changes: list[ChangeDraft] | None = None

    def take(self, line: PastedLine) -> None:
        """The line belongs to this entry."""
        self.lines.append(line)
        self.text = Span(f"{self.text.shown}\n{line.span.shown}", f"{self.text.folded}\n{line.span.folded}")
        self._draft = self._changes = None

    def draft(self, reader: EntryReader) -> Draft:
        """The entry read as an order; read once."""
        if self._draft is None:
            self._draft = reader.read(self.text)
        return self._draft

    def changes(self, reader: EntryReader) -> list[ChangeDraft]:
        """The changes it makes; none if it is an order. Read once."""
        if self._changes is None:
            self._changes = [] if self.split else read_changes(self.text, reader)
        return self._changes


@dataclass(slots=True)
class Sorted:
    """Every line in one place: an entry's, or skipped with a reason."""

    entries: list[Entry] = field(default_factory=list)
    skipped: list[tuple[PastedLine, SkipReason]] = field(default_factory=list)
    header: list[PastedLine] = field(default_factory=list)
    menu: list[tuple[PastedLine, Marker | None]] = field(default_factory=list)

    def skip(self, line: PastedLine, reason: SkipReason) -> None:
        self.skipped.append((line, reason))


def is_order(draft: Draft) -> bool:
    """Whether a line without a number orders something: a quantity, or a name with a known product."""
    if any(item.amount or item.implied_one for item in draft.items) or draft.same_as is not None:
        return True
    return draft.name is not None and any(item.text and item.meaning and not item.flags for item in draft.items)


def has_known_goods(draft: Draft) -> bool:
    """A product of the campaign and its quantity."""
    return any(item.meaning and item.amount for item in draft.items)


def is_of_somebody(draft: Draft, *, priced_per_unit: bool) -> bool:
    """Whether an entry with a price is somebody's: a name before a product of the campaign, and a quantity.

    Without a quantity the name must stand apart and no unit be priced: 海南 香蕉 6元/斤 is goods on offer.
    """
    if draft.name is None or not any(item.text and item.meaning for item in draft.items):
        return False
    if any(item.text and item.meaning and item.amount for item in draft.items):
        return True
    return not priced_per_unit and Flag.AMBIGUOUS not in draft.flags
