"""What a reading answers: rows, changes and skipped lines; every pasted line is in exactly one of them.

Named tuples, since a chain makes thousands of them and they are built three times as fast as frozen dataclasses.
"""

from decimal import Decimal
from typing import NamedTuple

from orders.rules.jielong.flags import ChangeKind, SkipReason


class Source(NamedTuple):
    """Where something stands in the paste: first and last line (from 1, both included) and the text as pasted."""

    start: int
    end: int
    text: str


class Line(NamedTuple):
    """One product of a row. `offer` is its name, or None with `candidates` (offers' names, best first) to choose from.

    `quantity` is in `unit`: the offer's, or as written (with a flag) where that cannot be turned into it.
    """

    offer: str | None
    text: str
    quantity: Decimal | None
    unit: str
    note: str = ""
    flags: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


class OrderRow(NamedTuple):
    """One entry of the chain.

    `flags` are those of the row and of its lines. `identity` is the author if a message told it, else the signature:
    the normalised name and door. `key` adds which occurrence of it this is. `content` is what was ordered, for
    comparing two pastes.
    `phone` is private and never part of `note`. `door_readings` are the places an unclear place may mean.
    """

    number: int | None
    name: str | None
    door: str
    lines: tuple[Line, ...]
    note: str
    flags: tuple[str, ...]
    source: Source
    identity: str
    key: str
    content: str
    signature: str = ""
    phone: str = ""
    on_behalf: bool = False
    author: str | None = None
    sent_at: str = ""
    sent_unix: int | None = None
    door_readings: tuple[str, ...] = ()


class Change(NamedTuple):
    """A change to an order somebody already has. Without an offer: the whole order (cancel), or an open question."""

    kind: ChangeKind
    name: str | None
    door: str
    offer: str | None
    quantity: Decimal | None
    flags: tuple[str, ...]
    source: Source
    unit: str = ""
    text: str = ""
    candidates: tuple[str, ...] = ()


class Skipped(NamedTuple):
    """A line that is neither, and why. `text` is the line as pasted."""

    text: str
    reason: SkipReason
    source: Source


class Price(NamedTuple):
    """`quantity` of `unit` for `fen`, as a header advertises it. It never becomes the price of an order."""

    quantity: Decimal
    unit: str
    fen: int


class MenuItem(NamedTuple):
    """A line of goods in the header: the text before its prices, and the prices."""

    number: int | None
    text: str
    prices: tuple[Price, ...]


class Parsed(NamedTuple):
    """A chain, read. `rows`, `changes` and `skipped` are each in the order of the text. `limit` is 限量 per item."""

    title: str
    rows: tuple[OrderRow, ...] = ()
    changes: tuple[Change, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    limit: int | None = None
