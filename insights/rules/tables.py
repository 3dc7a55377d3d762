"""Reading an address: which rows, in which order, which page. What makes no sense is left out, never an error."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


def page_number(text: str) -> int:
    """A page somebody typed into the address: 1 where it is no number or out of reach."""
    return int(text) if text.isascii() and text.isdecimal() and 1 <= len(text) <= 5 and int(text) else 1


def in_order(rows: Sequence[Row], sort: str, keys: dict[str, Callable[[Row], Any]], default: str) -> list[Row]:
    """Rows by one of `keys`, downwards with a leading minus. Rows without a value come last either way."""
    wanted = sort if sort.removeprefix("-") in keys else default
    key = keys[wanted.removeprefix("-")]
    with_value = [row for row in rows if key(row) is not None]
    without = [row for row in rows if key(row) is None]
    return sorted(with_value, key=key, reverse=wanted.startswith("-")) + without


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list: the number of the first (from 1), and the pages beside it, 0 where there is none."""

    rows: Sequence[Row]
    start: int
    total: int
    previous: int
    following: int

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1


def page_of(rows: Sequence[Row], number: int, size: int) -> Page[Row]:
    """The page of that number; the last one when there are fewer."""
    last = max(1, -(-len(rows) // size))
    number = min(number, last)
    start = (number - 1) * size
    return Page(
        rows[start : start + size],
        start + 1,
        len(rows),
        previous=number - 1,
        following=number + 1 if number < last else 0,
    )
