"""Weeks begin on Monday (ISO 8601), also over new year. Days are business days, Asia/Shanghai."""

from datetime import date, timedelta

WEEK = timedelta(weeks=1)
YEAR = 52 * WEEK
"""As far back as the same week of a year ago, which begins on a Monday, too."""


def monday_of(day: date) -> date:
    """The Monday of the week a day belongs to."""
    return day - timedelta(days=day.weekday())


def last_mondays(weeks: int, as_of: date) -> list[date]:
    """The Mondays of so many weeks, oldest first; the last is that of `as_of`."""
    return [monday_of(as_of) - ago * WEEK for ago in reversed(range(weeks))]
