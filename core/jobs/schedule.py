"""When the clock asks for a job. A schedule names the period a moment belongs to; a period is asked for once."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol


class Schedule(Protocol):
    """When a job's turn comes."""

    @property
    def waits_its_turn(self) -> bool:
        """Whether no further one is asked for while one of the kind is still to do."""

    def period(self, now: datetime) -> str:
        """The name of the latest period whose turn has come at `now`, given in the zone the clock is read in."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day from `at` on; the period is that day. After days without a clock only the last one is made up for."""

    at: time
    waits_its_turn: bool = False

    def period(self, now: datetime) -> str:
        turn = now.date() if now.time() >= self.at else now.date() - timedelta(days=1)
        return turn.isoformat()


@dataclass(frozen=True, slots=True)
class Every:
    """Once every `minutes`, counted from the full hour; what was missed is not made up for."""

    minutes: int
    waits_its_turn: bool = True

    def period(self, now: datetime) -> str:
        start = now.replace(minute=now.minute - now.minute % self.minutes)
        return start.isoformat(timespec="minutes")


def daily(at: str) -> Daily:
    """Every day at `at`, as in `daily("03:10")`, Asia/Shanghai."""
    return Daily(time.fromisoformat(at))


def every(*, minutes: int) -> Every:
    """Every so many minutes, a divisor of 60."""
    if minutes < 1 or 60 % minutes:
        raise ValueError(f"{minutes} minutes do not divide an hour")
    return Every(minutes)
