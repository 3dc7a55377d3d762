"""Which columns a list shows and its file has. The choice stands in the address, so it is a part of a saved view."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model
from django.utils.functional import Promise

Row = TypeVar("Row", bound=Model)
ASKED = "columns"
"""What the address calls the choice: `columns=door,amount`, or once for every column as a form sends it."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column people may choose, and what a file has in its place: cells, each under a heading of its own."""

    key: str
    label: str | Promise
    cells: Sequence[tuple[str | Promise, Callable[[Row], object]]]
    usual: bool = True
    """Whether it is there as long as nobody chose."""


@dataclass(frozen=True, slots=True)
class Columns(Generic[Row]):
    """All columns of a list, and those one address chose."""

    every: Sequence[Column[Row]]
    chosen: frozenset[str]

    @property
    def asked(self) -> str:
        """The choice as an address carries it; empty for the usual one."""
        if self.chosen == _usual(self.every):
            return ""
        return ",".join(column.key for column in self.every if column.key in self.chosen)

    @property
    def labels(self) -> dict[str, str]:
        """What the chosen ones are called in the language of the moment, by key: translated once for all rows."""
        return {column.key: str(column.label) for column in self}

    def __iter__(self) -> Iterator[Column[Row]]:
        """Those chosen, in the order of the list."""
        return (column for column in self.every if column.key in self.chosen)


def chosen_columns(every: Sequence[Column[Row]], asked: Sequence[str]) -> Columns[Row]:
    """What the values of `columns` in an address choose; nothing that is known is the usual ones."""
    keys = frozenset(",".join(asked).split(",")) & {column.key for column in every}
    return Columns(every, keys or _usual(every))


def _usual(every: Sequence[Column[Row]]) -> frozenset[str]:
    return frozenset(column.key for column in every if column.usual)
