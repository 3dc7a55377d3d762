"""What the preview of a chain shows: rows with their state, entries that are gone from it, changes that stay open."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from community.rules.doors import tidy_door
from orders.rules.chain.decisions import Decision
from orders.rules.chain.people import Match, Person
from orders.rules.jielong.flags import ChangeKind
from orders.rules.jielong.units import PORTION

Quantities = dict[int, Decimal]
"""Offer id → quantity."""


class RowState(StrEnum):
    """What confirming does to a row: nothing until settled, or what it says; doubtful rows count but deserve a look."""

    BLOCKED = "blocked"
    DOUBTFUL = "doubtful"
    READY = "ready"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ChainOffer:
    """An offer as a reading needs it. Price in fen."""

    offer_id: int
    name: str
    unit: str
    price_fen: int
    counted: bool = False

    def is_sold_by(self, unit: str) -> bool:
        """Whether a quantity in this unit is one of this offer's: a 箱 of what is sold by 斤 is not."""
        return unit in ("", self.unit) or (self.counted and unit == PORTION)


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """An entry that earlier pastes put into the orders, as it was signed and written last."""

    entry_id: int
    key: str
    member_id: int
    member_name: str
    order_id: int
    door: str
    raw: str
    content: str
    quantities: Quantities
    signature: str = ""
    author: str | None = None
    note: str = ""

    @property
    def ordered(self) -> str:
        return self.content


@dataclass(frozen=True, slots=True)
class SettledLine:
    """A line of a row with what was settled: an offer or the question which, a quantity or the question how much."""

    index: int
    text: str
    offer: ChainOffer | None
    quantity: Decimal | None
    unit: str
    flags: tuple[str, ...]
    candidates: tuple[str, ...]
    dropped: bool = False
    asked: bool = False
    """The chain's own words left the offer open; somebody named it."""

    @property
    def open(self) -> bool:
        return not self.dropped and (self.offer is None or self.quantity is None)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the chain as the leader sees it. `entry` is what earlier pastes put into the orders for it."""

    key: str
    number: int | None
    name: str
    door: str
    written_door: str
    raw: str
    note: str
    flags: tuple[str, ...]
    match: Match
    lines: tuple[SettledLine, ...]
    state: RowState
    content: str
    member: Person | None = None
    is_new: bool = False
    entry: LiveEntry | None = None
    signature: str = ""
    author: str | None = None
    """Who wrote it and when (seconds since 1970, UTC, or as the chat says), where the paste tells."""
    sent_unix: int | None = None
    sent_at: str = ""
    rival: LiveEntry | None = None
    """An entry in another branch that is the same person's with other goods, or may be."""
    overtaken: bool = False
    """It may be older than the order: it says what it said before the order was changed, or the end is missing."""
    changes: tuple[str, ...] = ()

    @property
    def quantities(self) -> Quantities:
        """What the row asks for, by offer id; lines of one offer are added up."""
        wanted: Quantities = {}
        for line in self.lines:
            if line.offer and line.quantity and not line.dropped:
                wanted[line.offer.offer_id] = wanted.get(line.offer.offer_id, Decimal()) + line.quantity
        return wanted

    @property
    def before(self) -> Quantities:
        return self.entry.quantities if self.entry else {}

    @property
    def only_the_note(self) -> bool:
        """It asks for what the order has, and notes something else."""
        return self.asks_the_same and self.notes_another

    @property
    def asks_the_same(self) -> bool:
        """Whether nothing of an entry in the orders would be more or less."""
        settled = not any(line.open for line in self.lines)
        return self.entry is not None and settled and self.quantities == self.before and not self.is_new

    @property
    def notes_another(self) -> bool:
        """Whether an entry in the orders is noted otherwise, and not only in another spelling."""
        return self.entry is not None and self.content != self.entry.content and self.note != self.entry.note

    @property
    def changes_door(self) -> bool:
        """Whether it names another door than the entry in the orders did, and than the order has."""
        if self.entry is None or self.member is None or not self.written_door:
            return False
        doors = {one.signature.rpartition("|")[2] for one in (self, self.entry)}
        return len(doors) > 1 and tidy_door(self.written_door) != self.entry.door

    @property
    def says_another(self) -> bool:
        """Whether something beside the goods differs that the order is to say."""
        return self.notes_another or self.changes_door

    @property
    def asked_door(self) -> str:
        """The door its order is to have; empty where the order's own stays, or whoever it is has theirs."""
        if self.entry is not None:
            return self.door if self.changes_door else ""
        at_home = self.member is not None and not self.written_door and self.door == self.member.door
        return "" if at_home else self.door

    @property
    def counts(self) -> bool:
        return self.state in {RowState.READY, RowState.DOUBTFUL}


@dataclass(frozen=True, slots=True)
class Vanished:
    """An entry in the orders that is not in this text. It is cancelled only if the leader says so.

    `elsewhere`: it stands in another branch of the chain, or may; otherwise it was in this one and is gone.
    `was`: what it said when somebody chose to cancel it, if it says something else now; the choice is no more.
    """

    entry: LiveEntry
    cancel: bool
    elsewhere: bool = False
    was: str = ""

    @classmethod
    def of(cls, entry: LiveEntry, decided: Decision, *, elsewhere: bool) -> "Vanished":
        cancel = decided.cancels(entry.order_id, entry.content)
        return cls(entry, cancel, elsewhere, decided.raw if decided.cancel and not cancel else "")


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change in words whose target or product is not clear; it does nothing until somebody edits the row itself."""

    kind: ChangeKind
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the preview shows. Every pasted line is in one row, one open change or one skipped line."""

    title: str
    rows: tuple[Row, ...]
    vanished: tuple[Vanished, ...]
    open_changes: tuple[OpenChange, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def withdrawn(self) -> list[Vanished]:
        return [gone for gone in self.vanished if not gone.elsewhere]

    @property
    def elsewhere(self) -> list[Vanished]:
        return [gone for gone in self.vanished if gone.elsewhere]

    @property
    def adds(self) -> bool:
        """Whether the text says anything the orders do not have yet."""
        return any(row.state != RowState.UNCHANGED for row in self.rows)

    def of(self, *states: RowState) -> list[Row]:
        return [row for row in self.rows if row.state in states]
