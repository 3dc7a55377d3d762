"""Two pastes of one chain compared: what was added, changed, has vanished. Numbers do not count, identities do."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Comparable(Protocol):
    """What a comparison needs of an entry; an `OrderRow` has it, and so has a stored entry.

    `signature` is the normalised name and door, `author` who wrote it by the message's own word, if it said so.
    """

    @property
    def signature(self) -> str: ...

    @property
    def author(self) -> str | None: ...

    @property
    def content(self) -> str: ...


Old = TypeVar("Old", bound=Comparable)
New = TypeVar("New", bound=Comparable)


@dataclass(frozen=True, slots=True)
class Difference(Generic[Old, New]):
    """`vanished` is proposed for cancellation and never cancelled silently, least of all when the paste is `shorter`.

    Of an unchanged pair neither the name and door nor what is ordered differ.
    """

    added: tuple[New, ...]
    changed: tuple[tuple[Old, New], ...]
    vanished: tuple[Old, ...]
    unchanged: tuple[tuple[Old, New], ...]
    shorter: bool

    @property
    def pairs(self) -> tuple[tuple[Old, New], ...]:
        return (*self.changed, *self.unchanged)


def diff(before: Sequence[Old], after: Sequence[New]) -> Difference[Old, New]:
    """Pairs entries of one author, name and door, then those of one name and door: equal contents first.

    What is left pairs by an author who wrote a single entry on either side, then by name if one of the two has no door
    and the name stands alone on both sides.
    """
    pairs: dict[int, int] = {}
    _pair(before, after, pairs, lambda entry: entry.author and (entry.author, entry.signature, entry.content))
    _pair(before, after, pairs, lambda entry: entry.author and (entry.author, entry.signature))
    _pair(before, after, pairs, lambda entry: (entry.signature, entry.content))
    _pair(before, after, pairs, lambda entry: entry.signature)
    wrote = Counter(entry.author for entry in before), Counter(entry.author for entry in after)
    _pair_single(before, after, pairs, _by_author, lambda old, _new: all(n[old.author] == 1 for n in wrote))
    _pair_single(before, after, pairs, _by_name, lambda old, new: not (_door(old) and _door(new)))
    taken = set(pairs.values())
    together = [(before[i], after[j]) for i, j in sorted(pairs.items(), key=lambda pair: pair[1])]
    same = [old.content == new.content and old.signature == new.signature for old, new in together]
    return Difference(
        added=tuple(entry for j, entry in enumerate(after) if j not in taken),
        changed=tuple(pair for pair, equal in zip(together, same, strict=True) if not equal),
        vanished=tuple(entry for i, entry in enumerate(before) if i not in pairs),
        unchanged=tuple(pair for pair, equal in zip(together, same, strict=True) if equal),
        shorter=len(after) < len(before),
    )


def at_another_door(before: Sequence[Old], after: Sequence[New]) -> list[tuple[Old, New]]:
    """Of what did not pair, entries of equal name and content, the name alone on both sides: somebody moved, or two."""
    pairs: dict[int, int] = {}
    _pair_single(before, after, pairs, _by_name, lambda old, new: old.content == new.content)
    return [(before[i], after[j]) for i, j in pairs.items()]


def _pair(
    before: Sequence[Old], after: Sequence[New], pairs: dict[int, int], key: Callable[[Comparable], Hashable]
) -> None:
    """Pairs what has the same key and is still alone, first with first; what has no key is left alone."""
    taken = set(pairs.values())
    alone: dict[Hashable, list[int]] = defaultdict(list)
    for j in reversed(range(len(after))):
        if j not in taken and (there := key(after[j])):
            alone[there].append(j)
    if not alone:
        return
    for i, entry in enumerate(before):
        if i not in pairs and (same := alone.get(key(entry))):
            pairs[i] = same.pop()


def _pair_single(
    before: Sequence[Old],
    after: Sequence[New],
    pairs: dict[int, int],
    group: Callable[[Sequence[tuple[int, Comparable]]], dict[str, list[int]]],
    fits: Callable[[Comparable, Comparable], bool],
) -> None:
    """Pairs what is the only one of its group on both sides."""
    taken = set(pairs.values())
    new = group([(j, entry) for j, entry in enumerate(after) if j not in taken])
    if not new:
        return
    old = group([(i, entry) for i, entry in enumerate(before) if i not in pairs])
    for name, positions in old.items():
        there = new.get(name, [])
        if name and len(positions) == len(there) == 1 and fits(before[positions[0]], after[there[0]]):
            pairs[positions[0]] = there[0]


def _by_author(entries: Sequence[tuple[int, Comparable]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for position, entry in entries:
        if entry.author:
            found[entry.author].append(position)
    return found


def _by_name(entries: Sequence[tuple[int, Comparable]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for position, entry in entries:
        found[entry.signature.rpartition("|")[0]].append(position)
    return found


def _door(entry: Comparable) -> str:
    return entry.signature.rpartition("|")[2]
