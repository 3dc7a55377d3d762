"""Who comes back. From the roll-ups, so as of the last night."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from core.money import PPM, half_up
from core.sql import statement
from insights.enums import Counting
from insights.models import WINDOWS, CohortWeek, Watermark
from insights.rules.weeks import WEEK, monday_of

REPURCHASES = statement(__file__, "repurchases")


def rolled_up_at() -> datetime | None:
    """When the roll-ups last counted; None before the first time."""
    return Watermark.objects.filter(name=Watermark.FACTS).values_list("at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Window:
    """So many business days (Asia/Shanghai), the last of which is `as_of`."""

    days: int
    as_of: date


@dataclass(frozen=True, slots=True)
class Repurchase:
    """Of the members who ordered within a window, how many did on two days or more, or twice or more, as was asked."""

    window: Window
    buyers: int
    returned: int

    @property
    def rate_ppm(self) -> int | None:
        """Parts per million; None when nobody ordered."""
        return half_up(self.returned * PPM, self.buyers) if self.buyers else None


def repurchase(window_days: int, as_of: date, counting: Counting = Counting.OCCASIONS) -> Repurchase:
    """The repurchase rate by member over the `window_days` business days that end with `as_of`; one of WINDOWS."""
    return repurchases([Window(window_days, as_of)], counting)[0]


def repurchases(windows: Iterable[Window], counting: Counting = Counting.OCCASIONS) -> list[Repurchase]:
    """The same for many windows in one query, in their order. ValueError for a length that is not counted."""
    asked = list(windows)
    if unknown := {window.days for window in asked}.difference(WINDOWS):
        raise ValueError(f"windows of {sorted(unknown)} days are not counted, only {WINDOWS}")
    with connection.cursor() as cursor:
        cursor.execute(
            REPURCHASES, {"lengths": [window.days for window in asked], "ends": [window.as_of for window in asked]}
        )
        return [
            Repurchase(window, buyers, returned if counting == Counting.OCCASIONS else reordered)
            for window, (buyers, returned, reordered) in zip(asked, cursor.fetchall(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The members whose first occasion fell in one week, and how many of them had one so many weeks later.

    `active[k]` belongs to the week k + 1 after the first; None while that week is not over.
    """

    week: date
    size: int
    active: tuple[int | None, ...]

    @property
    def rates_ppm(self) -> tuple[int | None, ...]:
        return tuple(None if count is None else half_up(count * PPM, self.size) for count in self.active)


def cohorts(weeks: int, as_of: date) -> list[Cohort]:
    """Retention of the cohorts of the last `weeks` weeks that are over on `as_of`, oldest first.

    A week is over when its Sunday is past. A cohort nobody belongs to is left out.
    """
    this_monday = monday_of(as_of)
    first = this_monday - weeks * WEEK
    counted = CohortWeek.objects.filter(cohort__gte=first, cohort__lt=this_monday)
    members = {(row.cohort, row.age): row.members for row in counted}
    return [
        Cohort(week, members[week, 0], _active(members, week, this_monday, weeks))
        for week in (first + number * WEEK for number in range(weeks))
        if (week, 0) in members
    ]


def _active(members: dict[tuple[date, int], int], week: date, this_monday: date, weeks: int) -> tuple[int | None, ...]:
    over = (this_monday - week) // timedelta(weeks=1)
    return tuple(members.get((week, age), 0) if age < over else None for age in range(1, weeks))
