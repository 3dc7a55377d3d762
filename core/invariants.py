"""What must always hold of the rows, asked of the database: after every fault, every night, and on a page.

An app says what must hold in its `invariants.py`: a function that returns one SQL statement, which answers one text for
each thing that is wrong and nothing while all is well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.functional import Promise

SHOWN = 5
"""How many of the things that are wrong are named."""

Statement = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Invariant:
    """`title` is a sentence that is true while all is well."""

    name: str
    title: str | Promise
    statement: Statement


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant as it was found: how many things break it, and the first of them."""

    name: str
    count: int
    examples: list[str]

    @property
    def title(self) -> str | Promise:
        known = _invariants.get(self.name)
        return known.title if known else self.name


_invariants: dict[str, Invariant] = {}


def invariant(title: str | Promise) -> Callable[[Statement], Statement]:
    """Declare that the decorated function's statement finds what breaks the sentence `title`."""

    def declare(statement: Statement) -> Statement:
        name = f"{statement.__module__.split('.')[0]}.{statement.__name__}"
        _invariants[name] = Invariant(name, title, statement)
        return statement

    return declare


def check() -> list[Finding]:
    """Ask for every invariant, in the order of their names."""
    return find(sorted(_invariants))


def find(names: Iterable[str]) -> list[Finding]:
    """Ask for these invariants (`app.function`), in their order."""
    return [_finding(_invariants[name]) for name in names]


def _finding(invariant: Invariant) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), (array_agg(what))[:{SHOWN}] FROM ({invariant.statement()}) AS broken (what)"  # noqa: S608 -- the house's own statements
        )
        count, examples = cursor.fetchone()
    return Finding(invariant.name, count, examples or [])
