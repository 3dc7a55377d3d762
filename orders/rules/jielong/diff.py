"""Two pastes of one chain compared: what was added, changed, has vanished. Numbers do not count, identities do."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Comparable(Protocol):
    """What a comparison needs of an entry; an `OrderRow` has it, and so has a stored entry."""

    @property
    def identity(self) -> str: ...

    @property
    def content(self) -> str: ...


Old = TypeVar("Old", bound=Comparable)
New = TypeVar("New", bound=Comparable)


@dataclass(frozen=True, slots=True)
class Difference(Generic[Old, New]):
    """`vanished` is proposed for cancellation and never cancelled silently, least of all when the paste is `shorter`.

    `forked`: entries vanished and others came, so the two texts may be branches of one chain.
    """

    added: tuple[New, ...]
    changed: tuple[tuple[Old, New], ...]
    vanished: tuple[Old, ...]
    unchanged: tuple[tuple[Old, New], ...]
    shorter: bool

    @property
    def forked(self) -> bool:
        return bool(self.vanished and self.added)


def diff(before: Sequence[Old], after: Sequence[New]) -> Difference[Old, New]:
    """Pairs entries of equal identity: equal contents first, then in the order of the text.

    What is left pairs by name if one of the two has no door and the name stands alone on both sides.
    """
    pairs: dict[int, int] = {}
    _pair(before, after, pairs, lambda entry: (entry.identity, entry.content))
    _pair(before, after, pairs, lambda entry: (entry.identity,))
    _pair_by_name(before, after, pairs)
    taken = set(pairs.values())
    together = [(before[i], after[j]) for i, j in sorted(pairs.items(), key=lambda pair: pair[1])]
    return Difference(
        added=tuple(entry for j, entry in enumerate(after) if j not in taken),
        changed=tuple(
            (old, new) for old, new in together if old.content != new.content or old.identity != new.identity
        ),
        vanished=tuple(entry for i, entry in enumerate(before) if i not in pairs),
        unchanged=tuple(
            (old, new) for old, new in together if old.content == new.content and old.identity == new.identity
        ),
        shorter=len(after) < len(before),
    )


def _pair(
    before: Sequence[Old], after: Sequence[New], pairs: dict[int, int], key: Callable[[Comparable], Hashable]
) -> None:
    """Pairs what has the same key and is still alone, first with first."""
    taken = set(pairs.values())
    alone: dict[Hashable, list[int]] = defaultdict(list)
    for j in reversed(range(len(after))):
        if j not in taken:
            alone[key(after[j])].append(j)
    for i, entry in enumerate(before):
        if i not in pairs and alone[key(entry)]:
            pairs[i] = alone[key(entry)].pop()


def _pair_by_name(before: Sequence[Old], after: Sequence[New], pairs: dict[int, int]) -> None:
    taken = set(pairs.values())
    old = _by_name([(i, entry) for i, entry in enumerate(before) if i not in pairs])
    new = _by_name([(j, entry) for j, entry in enumerate(after) if j not in taken])
    for name, positions in old.items():
        there = new.get(name, [])
        if name and len(positions) == len(there) == 1:
            doors = _door(before[positions[0]]), _door(after[there[0]])
            if not all(doors):
                pairs[positions[0]] = there[0]


def _by_name(entries: Sequence[tuple[int, Comparable]]) -> dict[str, list[int]]:
    """Positions by the name in the identity; an author's identity has no name to pair by."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, entry in entries:
        if not entry.identity.startswith("@"):
            found[entry.identity.rpartition("|")[0]].append(position)
    return found


def _door(entry: Comparable) -> str:
    return entry.identity.rpartition("|")[2]
