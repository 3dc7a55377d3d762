"""What can be done: every kind of job with the function that does one shard of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from core.jobs.schedule import Schedule
from core.models import Job


@dataclass(frozen=True, slots=True)
class Work:
    """One shard of a job, claimed: what a handler gets to see."""

    job_id: int
    number: int
    """Which of the job's shards, counted from 1."""
    arguments: dict[str, Any]
    """The job's own arguments."""
    shard: dict[str, Any]
    """What this shard adds to them."""
    attempt: int
    created_by_id: int | None
    now: datetime
    """The database's clock when the shard was claimed."""


Result = Mapping[str, Any] | None
Handle = Callable[[Work], Result]
Finish = Callable[[Job], Result]
When = Callable[[datetime], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job. `schedule` lets the clock ask for it, `when` only if there is something to do."""

    name: str
    title: str | Promise
    handle: Handle
    finish: Finish | None
    schedule: Schedule | None
    when: When | None


class UnknownKind(LookupError):
    """No app declares this kind of job."""


class DeclaredTwice(ValueError):
    """Two functions declare the same kind of job."""


_kinds: dict[str, Kind] = {}


def job(
    name: str,
    *,
    title: str | Promise = "",
    finish: Finish | None = None,
    schedule: Schedule | None = None,
    when: When | None = None,
) -> Callable[[Handle], Handle]:
    """Declare that the decorated function does one shard of a job of the kind `name`.

    It runs in the transaction that records the shard as done: what it writes to the database happens exactly once, or
    the shard is tried again. So it must not commit, and must not do anything outside the database that cannot be
    repeated. What the last shard returns is kept as the job's result; `finish` runs once after it, in its transaction,
    and what it returns goes before that.

    `title` is what pages call it. `schedule` (`daily`, `every`) lets the clock ask for the job, its arguments then hold
    the `period`; `when`, given the time, may say that there is nothing to ask for.
    """

    def declare(handle: Handle) -> Handle:
        known = _kinds.setdefault(name, Kind(name, title, handle, finish, schedule, when))
        if known.handle is not handle:
            raise DeclaredTwice(f"{name} is declared by {known.handle} and {handle}")
        return handle

    return declare


def kind_of(name: str) -> Kind:
    """The kind declared as `name`; UnknownKind when there is none."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"no job is declared as {name!r}") from None


def title_of(name: str) -> str | Promise:
    """What people call a kind; its name when nobody said, or nobody declares it any more."""
    kind = _kinds.get(name)
    return (kind and kind.title) or name


def scheduled_kinds() -> list[tuple[Kind, Schedule]]:
    """Every kind the clock asks for, and when."""
    return [(kind, kind.schedule) for kind in _kinds.values() if kind.schedule]
