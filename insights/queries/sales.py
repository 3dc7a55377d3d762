"""What was sold, week by week. Live: facts the roll-ups have not counted yet are added to them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from core.money import PPM, half_up
from core.sql import statement
from insights.rules.weeks import WEEK, YEAR, last_mondays, monday_of

RECENT_SALES = statement(__file__, "recent_sales")
SALES_BY_WEEK = statement(__file__, "sales_by_week")
SALES_BY_GROUP_AND_WEEK = statement(__file__, "sales_by_group_and_week")


@dataclass(frozen=True, slots=True)
class Sales:
    """What was sold in a stretch of days: GMV in fen, valid orders, and the members they are of."""

    gmv_fen: int
    orders: int
    buyers: int

    @property
    def average_fen(self) -> int | None:
        """GMV an order, rounded half up; None without orders."""
        return half_up(self.gmv_fen, self.orders) if self.orders else None


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """This week so far beside the week before up to the same weekday, of one group or of all.

    `active` says whether there was a valid order within seven days, `active_before` within the seven before those.
    """

    this: Sales
    before: Sales
    active: bool
    active_before: bool


NOTHING = WeekFigures(Sales(0, 0, 0), Sales(0, 0, 0), active=False, active_before=False)


def change_ppm(now: int, before: int) -> int | None:
    """By how much a figure changed, in parts per million of what it was; None when there was nothing."""
    return half_up((now - before) * PPM, before) if before else None


def recent_sales(as_of: date) -> dict[int | None, WeekFigures]:
    """The week figures of every group that took orders in the last fourteen days, by its id; of all under None."""
    asked = {
        "monday": monday_of(as_of),
        "as_of": as_of,
        "since": _start_of(as_of - timedelta(days=13)),
        "until": _start_of(as_of + timedelta(days=1)),
    }
    with connection.cursor() as cursor:
        cursor.execute(RECENT_SALES, asked)
        return {row[0]: WeekFigures(Sales(*row[1:4]), Sales(*row[4:7]), *row[7:]) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class SalesWeek:
    """One week by its Monday: the GMV of the orders placed in it, and of the same days 52 weeks earlier, in fen.

    `occasions` are the days on which a member ordered in a group, as many as valid orders unless somebody ordered
    twice on one; `groups` those it happened in. What was refunded whole counts in neither.
    """

    week: date
    gmv_fen: int
    occasions: int = 0
    groups: int = 0
    year_ago_fen: int = 0


def sales_by_week(weeks: int, as_of: date) -> list[SalesWeek]:
    """The last `weeks` weeks, oldest first; the last one runs up to and including `as_of`. A week without is 0."""
    with connection.cursor() as cursor:
        cursor.execute(SALES_BY_WEEK, {"first": monday_of(as_of) - (weeks - 1) * WEEK, "as_of": as_of})
        found: dict[date, tuple[int, int, int]] = {week: figures for week, *figures in cursor.fetchall()}
    nothing = (0, 0, 0)
    return [
        SalesWeek(week, *found.get(week, nothing), year_ago_fen=found.get(week - YEAR, nothing)[0])
        for week in last_mondays(weeks, as_of)
    ]


def sales_by_group_and_week(groups: list[int], weeks: int, as_of: date) -> dict[int, list[int]]:
    """The GMV of each group (by id) in the last `weeks` weeks, oldest first, in fen."""
    asked: dict[str, Any] = {"groups": groups, "first": monday_of(as_of) - (weeks - 1) * WEEK, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute(SALES_BY_GROUP_AND_WEEK, asked)
        gmv_fen = {(group, week): fen for group, week, fen in cursor.fetchall()}
    return {group: [gmv_fen.get((group, week), 0) for week in last_mondays(weeks, as_of)] for group in groups}


def _start_of(day: date) -> datetime:
    """Midnight in Shanghai, when the day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))
