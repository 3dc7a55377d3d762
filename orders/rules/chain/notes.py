"""What an entry of a chain says in the note of its order, beside what was written there otherwise."""

BETWEEN = "; "
LONGEST = 300


def in_place_of(note: str, old: str, new: str) -> str:
    """An order's note once an entry says `new` where it said `old`: at the same place, else at the end."""
    said, gone = _parts(note), _parts(old)
    places = (place for place in range(len(said)) if gone and said[place : place + len(gone)] == gone)
    place = next(places, None)
    if place is None:
        place = len(said)
    else:
        del said[place : place + len(gone)]
    if new not in BETWEEN.join(said):
        said.insert(place, new)
    return BETWEEN.join(said)[:LONGEST]


def taken_back(note: str, before: str, after: str) -> str:
    """An order's note without what made `after` of `before`. What was written behind stays, as does a rewritten one."""
    said, made = _parts(note), _parts(after)
    if said[: len(made)] != made:
        return note
    return BETWEEN.join([*_parts(before), *said[len(made) :]])[:LONGEST]


def _parts(note: str) -> list[str]:
    return note.split(BETWEEN) if note else []
