"""Goods that a supplier sells by the pack: how many packs cover what is needed."""

from dataclasses import dataclass
from decimal import Decimal


class NoSuchPack(ValueError):
    """The pack holds nothing, or less than nothing is needed."""


@dataclass(frozen=True, slots=True)
class Packed:
    """So many whole packs, what they hold together and what of it is left over; both in the goods' unit."""

    packs: int
    bought: Decimal
    surplus: Decimal


def whole_packs(needed: Decimal, size: Decimal) -> Packed:
    """The fewest whole packs of `size` that hold what is `needed`; none when nothing is. Both in the goods' unit.

    38 斤 in packs of 10 斤 are 4 packs with 2 斤 left over. Raises NoSuchPack.
    """
    if size <= 0 or needed < 0:
        raise NoSuchPack(f"{needed} in packs of {size}")
    full, rest = divmod(needed, size)
    packs = int(full) + (rest > 0)
    bought = packs * size
    return Packed(packs, bought, bought - needed)
