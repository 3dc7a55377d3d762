"""From a pasted text to rows, changes and skipped lines."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from orders.rules.jielong import header
from orders.rules.jielong.catalogue import Catalogue
from orders.rules.jielong.chain import Chain
from orders.rules.jielong.chat import Chat
from orders.rules.jielong.entries import Entry, Sorted
from orders.rules.jielong.entry import EntryReader
from orders.rules.jielong.flags import SkipReason
from orders.rules.jielong.given import Offer, Options
from orders.rules.jielong.message import APART, Author, Message, read_message
from orders.rules.jielong.numbering import read_markers
from orders.rules.jielong.parsed import Parsed, Skipped, Source
from orders.rules.jielong.sequence import Sequence as EntrySequence
from orders.rules.jielong.text import PastedLine, read_lines, show, split_lines
from orders.rules.jielong.tokens import products

_DEFAULTS = Options()


def parse(text: str, offers: Iterable[Offer], options: Options = _DEFAULTS) -> Parsed:
    """Reads a chain. Every line that is not blank is in exactly one of rows, changes and skipped.

    What was pasted beside a message is read as lines below it, which go on with none of its entries.
    A row without a flag says what its text says; what is unclear is flagged and left open. Quantities are in the unit
    of the line. Raises TextTooLong beyond 500 lines or 50 000 characters, MessageUnreadable where a
    message is none.
    """
    message = read_message(text)
    beside = message.beside if message else ()
    lines = read_lines("\n".join([message.text, *beside]) if message else text)
    apart = len(split_lines(message.text)) + 1 if message and beside else _line_apart(lines)
    reader = EntryReader.of(tuple(offers), options)
    markers = read_markers(lines)
    found = Chain(lines, markers, reader, apart).sort() if any(markers) else Chat(lines, reader).sort()
    authors = _authors(found.entries, message.authors if message else ())
    sequence = EntrySequence(reader, hint=_only_priced(found, reader.catalogue))
    for entry, author in zip(found.entries, authors, strict=True):
        sequence.take(entry, author)
    sequence.settle()
    return Parsed(
        title=_title(found),
        rows=sequence.order_rows(),
        changes=tuple(sequence.changes),
        skipped=_skipped(found.skipped, sequence.skipped) + _others(message, below=lines[-1].number if lines else 0),
        menu=header.read_menu(found.menu),
        limit=header.limit_of([line for line, reason in found.skipped if reason is SkipReason.HEADER]),
    )


def _line_apart(lines: Sequence[PastedLine]) -> int | None:
    """Where a text that was shown with what stands beside its chain is apart, as it was before."""
    return next((line.number for line in lines if line.raw.strip() == APART), None)


def _only_priced(found: Sorted, catalogue: Catalogue) -> int | None:
    """The one offer the header names with a price; None if it names none or several."""
    named: set[int] = set()
    for line, _ in found.menu:
        for product in products(line.span.folded, catalogue):
            named |= set(catalogue.meaning(product).offers)
    return named.pop() if len(named) == 1 and catalogue.only is None else None


def _authors(entries: Sequence[Entry], authors: Sequence[Author]) -> list[Author | None]:
    """The author of each numbered entry: who wrote this text, the first of equal ones first.

    Where the message does not say who wrote which text, they are taken in order if there are as many of them.
    """
    found: list[Author | None] = [None] * len(entries)
    if not authors:
        return found
    numbered = [place for place, entry in enumerate(entries) if entry.number is not None]
    by_text: dict[str, list[Author]] = defaultdict(list)
    for author in reversed(authors):
        if author.text:
            by_text[_bare(show(author.text))].append(author)
    for place in numbered:
        same = by_text.get(_bare(entries[place].text.shown))
        if same:
            found[place] = same.pop()
    if not by_text and len(numbered) == len(authors):
        for place, author in zip(numbered, authors, strict=True):
            found[place] = author
    return found


def _bare(text: str) -> str:
    return "".join(text.split())


def _title(found: Sorted) -> str:
    """What stands beside the mark, else the first line of the header that is no mark; else a menu's first line."""
    for line in found.header:
        text = header.beside_mark(line.span) if header.is_mark(line.span.folded) else line.span.shown.strip()
        if text:
            return text
    return found.menu[0][0].span.shown.strip() if found.menu and found.menu[0][1] is None else ""


def _others(message: Message | None, *, below: int) -> tuple[Skipped, ...]:
    """Lines of an export without the chain, counted on from the last line that was read."""
    numbered = enumerate(message.others if message else (), start=below + 1)
    return tuple(Skipped(line, SkipReason.OTHER_MESSAGE, Source(number, number, line)) for number, line in numbered)


def _skipped(lines: Iterable[tuple[PastedLine, SkipReason]], entries: Iterable[Skipped]) -> tuple[Skipped, ...]:
    single = [Skipped(line.raw, reason, Source(line.number, line.number, line.raw)) for line, reason in lines]
    return tuple(sorted([*single, *entries], key=lambda skipped: skipped.source.start))
