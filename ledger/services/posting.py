"""Posting into a period. What the database refuses becomes a sentence."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.models import User
from core.sql import statement
from core.violations import refusing
from ledger.enums import Nature
from ledger.memos import UNSAID, Memo
from ledger.models import Account, Entry, Period
from ledger.services.periods import PeriodClosed

POST = statement(__file__, "post")


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


def account(purpose: str, party: int | None, nature: Nature) -> Account:
    """The account for a purpose and a party (None: the house), opened where there is none."""
    found, _opened = Account.objects.get_or_create(purpose=purpose, party=party, defaults={"nature": nature})
    return found


def post(
    *,
    period: Period,
    booked_on: date,
    key: str,
    legs: Sequence[tuple[Account, int]],
    by: User | None,
    memo: Memo = UNSAID,
) -> Entry:
    """Book one entry: two or more legs of account and fen, debit positive and credit negative, that sum to zero.

    `key` says what it is about; it is booked once. Raises Unbalanced, PeriodClosed, OutsidePeriod, AlreadyBooked; then
    nothing is booked.
    """
    row: dict[str, Any] = {
        "period": period.pk,
        "booked_on": booked_on,
        "key": key,
        "memo_code": memo.code,
        "memo_values": json.dumps(dict(memo.values)),
        "accounts": [account.pk for account, _amount in legs],
        "amounts": [amount_fen for _account, amount_fen in legs],
        "by": by.pk if by else None,
    }
    with refusing(REFUSALS), connection.cursor() as cursor:
        cursor.execute(POST, row)
        (entry_id,) = cursor.fetchone()
    return Entry.objects.get(pk=entry_id)
