"""Opening a period, finding the one a day belongs to, closing it for ever."""

from datetime import date, datetime, timedelta
from typing import cast

import pghistory
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.models import User
from core.violations import refusing
from ledger.enums import PeriodState
from ledger.models import Period


class PeriodOverlaps(DomainError):
    """Some of the days already belong to a period."""


class NoPeriod(DomainError):
    """No period covers the day."""


class PeriodClosed(DomainError):
    """The period takes nothing any more."""


def open_period(*, month: date, by: User | None, now: datetime) -> Period:
    """Open the calendar month that `month` lies in, from its 1st up to the next. Raises PeriodOverlaps."""
    first = month.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    overlap = PeriodOverlaps(_("Another period already covers some of these days."))
    with pghistory.context(user=by.pk if by else None), refusing({"periods_do_not_overlap": overlap}):
        return Period.objects.create(span=DateRange(first, after))


def period_for(day: date) -> Period:
    """The period `day` (Asia/Shanghai) belongs to, open or closed. Raises NoPeriod."""
    period: Period | None = Period.objects.filter(span__contains=day).first()
    if period is None:
        raise NoPeriod(_("No period has been opened for %(day)s.") % {"day": day})
    return period


def booking_day(day: date, *, by: User | None, now: datetime) -> tuple[Period, date]:
    """Where money that moved on `day` (Asia/Shanghai) is booked, and on which day; a month nobody opened is opened.

    Money in hand is never refused for the books' sake: once the day's period is closed, it is booked on the first day
    after it.
    """
    while True:
        period = Period.objects.filter(span__contains=day).first() or opened_meanwhile(day, by=by, now=now)
        if period.state == PeriodState.OPEN:
            return period, day
        day = cast(date, period.span.upper)


def opened_meanwhile(day: date, *, by: User | None, now: datetime) -> Period:
    """Open the day's month, or find it opened by who was faster."""
    try:
        return open_period(month=day, by=by, now=now)
    except PeriodOverlaps:
        return period_for(day)


@transaction.atomic
def close_period(*, period: Period, by: User, now: datetime) -> Period:
    """Close the period for ever. Waits for entries that are being posted; later ones are refused.

    Raises PeriodClosed when it has been closed already.
    """
    locked: Period = Period.objects.select_for_update().get(pk=period.pk)
    if locked.state == PeriodState.CLOSED:
        raise PeriodClosed(_("This period has been closed already."))
    locked.state, locked.closed_at, locked.closed_by = PeriodState.CLOSED, now, by
    with pghistory.context(user=by.pk):
        locked.save(update_fields=["state", "closed_at", "closed_by"])
    return locked
