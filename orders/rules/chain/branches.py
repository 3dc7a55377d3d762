"""Which branch of a chain a text continues. Two people who answer the same list at once make two chains of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from orders.rules.jielong.diff import Comparable, Difference, at_another_door, diff
from orders.rules.jielong.parsed import OrderRow


class Entry(Comparable, Protocol):
    """An entry that is kept: under `key` it stands in the orders, which had `ordered` of it as its content then."""

    @property
    def key(self) -> str: ...

    @property
    def ordered(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Pasted:
    """An entry of an earlier paste. `key` is that of the entry in the orders, empty if it did not become one.

    `ordered` differs from `content` while what the text says was not taken: it waited, or there was no room for it.
    """

    key: str
    signature: str
    author: str | None
    content: str
    ordered: str = ""


Branch = Sequence[Entry]
"""The entries of one earlier paste in the order of its text."""

Live = TypeVar("Live", bound=Entry)


@dataclass(slots=True)
class Continued(Generic[Live]):
    """The rows of a text beside the orders, by row key. Nobody is in two of `withdrawn`, `elsewhere` and `before`.

    `before`: the entry a row continues. `said`: what the branch said of it before, if it was in it. `rivals`: an entry
    in another branch of the same person with other goods, or of another author with no door to tell by; whether it is
    the same order, nobody can tell.
    `moved`: an entry with the same goods at another door, where only an answer tells whether that one moved; it is
    withdrawn or elsewhere until then.
    `withdrawn` were in this branch and are gone from among the entries that are still there. `elsewhere` are not known
    to this branch, or stood at its end, where another branch may have gone on: nothing says that they were withdrawn.
    """

    before: dict[str, Live] = field(default_factory=dict)
    said: dict[str, Entry] = field(default_factory=dict)
    rivals: dict[str, Live] = field(default_factory=dict)
    moved: dict[str, Live] = field(default_factory=dict)
    withdrawn: list[Live] = field(default_factory=list)
    elsewhere: list[Live] = field(default_factory=list)
    cut_short: bool = False
    """The end of the branch is missing: what differs in the rest may be older than what is in the orders."""


def continue_branch(
    rows: Sequence[OrderRow],
    live: Sequence[Live],
    branches: Sequence[Branch],
    same_person: Callable[[OrderRow, Live], bool | None],
) -> Continued[Live]:
    """Put a text beside the entries in the orders, by way of the earlier paste it continues (`branches`, newest first).

    What the text shares with that paste is compared with it; with entries of other branches only what is wholly equal
    is taken for the same. Who wrote a row is not whose it is if it is not of the `same_person` as the entry; None asks.
    """
    found: Continued[Live] = Continued()
    # Entries taken in before pastes were remembered are one branch.
    parent, difference = branch_of(rows, branches or [live])
    by_key = {entry.key: entry for entry in live}
    gone = {id(entry) for entry in difference.vanished}
    for old, row in (*difference.pairs, *at_another_door(difference.vanished, difference.added)):
        if old.key not in by_key:
            continue
        if not (same := same_person(row, by_key[old.key])):
            if same is None:
                found.moved[row.key] = by_key[old.key]
                gone.discard(id(old))
            continue
        gone.discard(id(old))
        if may_be_two(row, old):
            found.rivals[row.key] = by_key.pop(old.key)
        else:
            found.before[row.key] = by_key.pop(old.key)
            found.said[row.key] = old
    place_of = {entry.key: place for place, entry in enumerate(parent)}
    end = max((place for place, entry in enumerate(parent) if id(entry) not in gone), default=-1)
    others = [entry for entry in by_key.values() if entry.key not in place_of]
    across = diff(others, [row for row in rows if row.key not in found.before | found.rivals])
    for entry, row in across.pairs:
        if same_person(row, entry):
            found.moved.pop(row.key, None)
            same = entry.content == row.content and entry.signature == row.signature and not may_be_two(row, entry)
            (found.before if same else found.rivals)[row.key] = entry
    paired = {entry.key for entry in found.before.values()}
    for entry in live:
        if entry.key not in paired:
            inside = place_of.get(entry.key, len(parent)) < end
            (found.withdrawn if inside else found.elsewhere).append(entry)
    found.cut_short = any(place_of.get(entry.key, -1) > end for entry in found.elsewhere)
    return found


def may_be_two(row: OrderRow, entry: Comparable) -> bool:
    """Whether two people wrote what reads alike, and no door tells that it is one household's: two orders, or one."""
    return bool(row.author and entry.author and row.author != entry.author and row.signature.endswith("|"))


def branch_of(rows: Sequence[OrderRow], branches: Sequence[Branch]) -> tuple[Branch, Difference[Entry, OrderRow]]:
    """The earlier paste this text shares most with; of several the one it leaves least of, then the most alike."""
    compared: list[tuple[tuple[int, int, int], Branch, Difference[Entry, OrderRow]]] = []
    most = 0
    for branch in branches:
        if len(branch) < most:
            continue  # it cannot share more
        difference = diff(branch, rows)
        most = max(most, len(difference.pairs))
        alike = (len(difference.pairs), -len(difference.vanished), len(difference.unchanged))
        compared.append((alike, branch, difference))
    _alike, branch, difference = max(compared, key=lambda one: one[0])
    return branch, difference
