"""The ladder of an offer: the more members join, the less everybody pays. Prices in fen a unit."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_STEPS = 4
FEWEST = 2
"""A step that one member reaches alone would simply be the price."""


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """Once so many members have joined, everybody pays this."""

    joined: int
    price_fen: int


def price_at(price_fen: int, steps: Sequence[Step], joined: int) -> int:
    """What everybody pays when `joined` have joined; `price_fen` below the first step."""
    return min([step.price_fen for step in steps if step.joined <= joined], default=price_fen)


def next_step(steps: Sequence[Step], joined: int) -> Step | None:
    """The nearest step that is not reached yet."""
    return min((step for step in steps if step.joined > joined), default=None)


def first_without_more_members(steps: Sequence[Step]) -> int | None:
    """The index of the first step that asks for no more members than the one before it, or for fewer than two."""
    before = FEWEST - 1
    for index, step in enumerate(steps):
        if step.joined <= before:
            return index
        before = step.joined
    return None


def first_without_lower_price(price_fen: int, steps: Sequence[Step]) -> int | None:
    """The index of the first step that is not cheaper than the one before it, the first than the price itself."""
    before = price_fen
    for index, step in enumerate(steps):
        if step.price_fen >= before:
            return index
        before = step.price_fen
    return None


def is_as_good(price_fen: int, before: Sequence[Step], after: Sequence[Step]) -> bool:
    """Whether nobody pays more under `after` than under `before`, however many join."""
    return all(price_at(price_fen, after, step.joined) <= step.price_fen for step in before)
