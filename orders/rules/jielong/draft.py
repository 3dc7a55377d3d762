"""An entry while it is being read: who, where, what, and what is doubtful. Mutable; `OrderRow` is the result."""

from dataclasses import dataclass, field
from decimal import Decimal

from orders.rules.jielong.catalogue import Meaning
from orders.rules.jielong.flags import Flag


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """A quantity as written. None is one that was written but cannot be believed (2-3斤, -3斤)."""

    quantity: Decimal | None
    unit: str = ""
    flags: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Item:
    """A product as written, and its amount once found. Without a meaning it is a word no offer is known by."""

    text: str
    meaning: Meaning | None
    amount: Amount | None = None
    note: str = ""
    flags: tuple[str, ...] = ()
    implied_one: bool = False
    """A bare item number (+2) says one by itself."""


@dataclass(slots=True)
class Draft:
    """What has been read of one entry. `same_as` is the number of the entry it copies, 0 for the one above."""

    name: str | None = None
    door: str = ""
    phone: str = ""
    on_behalf: bool = False
    items: list[Item] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    door_readings: tuple[str, ...] = ()
    same_as: int | None = None
    only_plus: bool = False
    """All it says of goods is +N: with an earlier row of the same person it adds to that."""
    by_item_number: bool = False
    """`+2 3` with an explicit number: sets item 2 to 3 if the same person had it before."""

    def flag(self, *flags: Flag) -> None:
        self.flags += tuple(flag for flag in flags if flag not in self.flags)

    def add_note(self, text: str, *, same_breath: bool = False) -> None:
        """Adds to the note; words of the same breath are joined by a space, others by `; `."""
        text = text.strip(" ,;:")
        if text and same_breath and self.notes:
            self.notes = (*self.notes[:-1], f"{self.notes[-1]} {text}")
        elif text:
            self.notes += (text,)
