"""What a reading is given beside the text: the offers of the campaign and how it wants +1 and missing numbers read."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class PlusOne(StrEnum):
    """What `+1` means in a campaign: one more, item number 1, or one guest beside oneself."""

    ADD = "add"
    ITEM = "item"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Offer:
    """Something the campaign sells. `counted` goods have whole quantities; `code` is a letter or number to order by."""

    name: str
    unit: str = ""
    aliases: tuple[str, ...] = ()
    counted: bool = False
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a campaign reads. Quantities above `large_*` are flagged, from `implausible` on they are not believed."""

    plus_one: PlusOne = PlusOne.ADD
    default_quantity: bool = True
    places: tuple[str, ...] = field(default=())
    large_pieces: Decimal = Decimal(10)
    large_weight: Decimal = Decimal(20)
    implausible: Decimal = Decimal(1000)
