"""Keeping the books: open a period, post into it, close it for ever. What the database refuses becomes a sentence."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pghistory
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.models import User
from core.sql import statement
from core.violations import refusing
from ledger.enums import Nature, PeriodState
from ledger.models import Account, Entry, Period

POST = statement(__file__, "post")


class PeriodOverlaps(DomainError):
    """Some of the days already belong to a period."""


class NoPeriod(DomainError):
    """No period covers the day."""


class PeriodClosed(DomainError):
    """The period takes nothing any more."""


class OutsidePeriod(DomainError):
    """The entry is dated on a day that is not the period's."""


class Unbalanced(DomainError):
    """The legs do not make an entry: fewer than two, one of nothing, or a sum that is not zero."""


class AlreadyBooked(DomainError):
    """An entry with this key is in the books."""


REFUSALS = {
    "closed_period_takes_no_entry": PeriodClosed(_("This period is closed and takes no more entries.")),
    "entry_is_dated_in_its_period": OutsidePeriod(_("The day of the entry lies outside the period.")),
    "entry_legs_sum_to_zero": Unbalanced(_("Debits and credits of an entry must be equal.")),
    "entry_has_two_legs_or_more": Unbalanced(_("An entry needs at least two legs.")),
    "leg_moves_something": Unbalanced(_("A leg of an entry cannot be zero.")),
    "ledger_entry_key_key": AlreadyBooked(_("This has been booked before.")),
}
"""What posting may be refused for, by the promise it would break."""


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


def account(purpose: str, party: int | None, nature: Nature) -> Account:
    """The account for a purpose and a party (None: the house), opened where there is none."""
    found, _opened = Account.objects.get_or_create(purpose=purpose, party=party, defaults={"nature": nature})
    return found


def post(
    *, period: Period, booked_on: date, key: str, memo: str, legs: Sequence[tuple[Account, int]], by: User | None
) -> Entry:
    """Book one entry: two or more legs of account and fen, debit positive and credit negative, that sum to zero.

    `key` says what it is about; it is booked once. Raises Unbalanced, PeriodClosed, OutsidePeriod, AlreadyBooked; then
    nothing is booked.
    """
    row: dict[str, Any] = {
        "period": period.pk,
        "booked_on": booked_on,
        "key": key,
        "memo": memo,
        "accounts": [account.pk for account, _amount in legs],
        "amounts": [amount_fen for _account, amount_fen in legs],
        "by": by.pk if by else None,
    }
    with refusing(REFUSALS), connection.cursor() as cursor:
        cursor.execute(POST, row)
        (entry_id,) = cursor.fetchone()
    return Entry.objects.get(pk=entry_id)


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
