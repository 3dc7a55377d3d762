"""Which member a name in a chain means. Unknown is a question, never a guess."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from orders.rules.jielong.text import same_name_key


class Doubt(StrEnum):
    """Why a name is not simply somebody."""

    NO_NAME = "no_name"
    SEVERAL = "several"
    OTHER_DOOR = "other_door"
    DOOR_OF_OTHERS = "door_of_others"
    NEW_WITHOUT_DOOR = "new_without_door"


ASKS = frozenset({Doubt.NO_NAME, Doubt.SEVERAL, Doubt.OTHER_DOOR, Doubt.DOOR_OF_OTHERS})
"""Doubts that need an answer before the row counts; the others only deserve a look."""


@dataclass(frozen=True, slots=True)
class Person:
    """A current member of the group."""

    member_id: int
    name: str
    door: str


@dataclass(frozen=True, slots=True)
class Match:
    """Who a row is: a member, or nobody yet (then a new one unless `doubt` asks), with whom it might be."""

    person: Person | None = None
    doubt: Doubt | None = None
    candidates: tuple[Person, ...] = ()

    @property
    def asks(self) -> bool:
        return self.doubt in ASKS


def alias_key(name: str, door: str) -> str:
    """How a signature is remembered: the folded name, with the door when the chain gives one."""
    return f"{same_name_key(name)}@{door}" if door else same_name_key(name)


class Directory:
    """The people of one group, by name and door, and the signatures that were settled before."""

    def __init__(self, people: Iterable[Person], aliases: Mapping[str, int]) -> None:
        self.by_id: dict[int, Person] = {}
        self.by_name: dict[str, list[Person]] = defaultdict(list)
        self.by_door: dict[str, list[Person]] = defaultdict(list)
        for person in people:
            self.by_id[person.member_id] = person
            self.by_name[same_name_key(person.name)].append(person)
            if person.door:
                self.by_door[person.door].append(person)
        self.aliases = aliases

    def match(self, name: str | None, door: str) -> Match:
        """Who signs as `name` at `door` (normalised, empty when the row gives none)."""
        if not name:
            return Match(doubt=Doubt.NO_NAME, candidates=tuple(self.by_door.get(door, ())))
        learned = self.by_id.get(self.aliases.get(alias_key(name, door), 0))
        if learned:
            return Match(learned)
        namesakes = self.by_name.get(same_name_key(name), [])
        if door:
            return self._at_door(namesakes, door)
        return self._without_door(namesakes)

    def _at_door(self, namesakes: list[Person], door: str) -> Match:
        here = [person for person in namesakes if person.door == door]
        if len(here) == 1:
            return Match(here[0])
        if len(here) > 1:
            return Match(doubt=Doubt.SEVERAL, candidates=tuple(here))
        homeless = [person for person in namesakes if not person.door]
        if len(namesakes) == 1 and homeless:
            return Match(homeless[0])
        if namesakes:
            return Match(doubt=Doubt.OTHER_DOOR, candidates=tuple(namesakes))
        if self.by_door.get(door):
            return Match(doubt=Doubt.DOOR_OF_OTHERS, candidates=tuple(self.by_door[door]))
        return Match()

    def _without_door(self, namesakes: list[Person]) -> Match:
        if len(namesakes) == 1:
            return Match(namesakes[0])
        if namesakes:
            return Match(doubt=Doubt.SEVERAL, candidates=tuple(namesakes))
        return Match(doubt=Doubt.NEW_WITHOUT_DOOR)
