"""What an entry of a chain says in the note of its order, beside what was written there otherwise."""

from collections.abc import Collection

BETWEEN = "; "
LONGEST = 300


def in_place_of(note: str, old: str, new: str, kept: Collection[str] = ()) -> str:
    """An order's note once an entry says `new` where it said `old`: at the same place, else at the end.

    Of `old` the parts that another entry still says (`kept`) stay. The same words are there once. Where there is no
    room for all of it the new words are cut, never the others.
    """
    said = parts_of(note)
    gone = [part for part in parts_of(old) if part in said and part not in kept]
    place = min(map(said.index, gone), default=len(said))
    said = [part for part in said if part not in gone]
    words = BETWEEN.join(part for part in parts_of(new) if part not in said)
    words = words[: max(LONGEST - len(BETWEEN.join([*said, ""])), 0)]
    return BETWEEN.join([*said[:place], *([words] if words else []), *said[place:]])


def taken_back(note: str, before: str, after: str) -> str | None:
    """An order's note without what made `after` of `before`, and with what was written behind; None if it was
    written otherwise since.
    """
    said, made = parts_of(note), parts_of(after)
    if said[: len(made)] != made:
        return None
    return BETWEEN.join([*parts_of(before), *said[len(made) :]])[:LONGEST]


def with_notes_of_entries(note: str, said: Collection[str]) -> str:
    """An order's note, of which somebody took their words back, with what its entries say (`said`) all the same."""
    return in_place_of(note, "", BETWEEN.join(said))


def parts_of(note: str) -> list[str]:
    return note.split(BETWEEN) if note else []
