"""What the ledger is told about payouts.

| what happens | debit | credit |
|---|---|---|
| a payout is approved | commission_payable (earner) | payout_clearing, and what is withheld: tax_payable |
| the bank paid | payout_clearing | house_money |
| the bank returned it | payout_clearing, tax_payable | commission_payable (earner) |
| it came back after it was paid | house_money, tax_payable | commission_payable (earner) |
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from core.models import User
from ledger.enums import Nature
from ledger.memos import Memo
from ledger.services import Transfer as Booking
from ledger.services import account, accounts_of, booking_day, post_transfers
from orders.services.payments import HOUSE
from referrals.enums import TransferState
from referrals.models import Transfer
from referrals.services.bookings import PAYABLE

TAX, CLEARING = "tax_payable", "payout_clearing"
SENT, WITHHELD, PAID_OUT, RETURNED, TAX_RETURNED = (
    "payout_sent",
    "payout_withheld",
    "payout_paid",
    "payout_returned",
    "payout_tax_returned",
)
"""What the entries are about; each says which statement."""


def sent(items: Sequence[Transfer]) -> Iterator[Booking]:
    """The earners are owed it no more, the clearing account and the tax office are."""
    payable = _payable(items)
    clearing, tax = account(CLEARING, None, Nature.LIABILITY), account(TAX, None, Nature.LIABILITY)
    for one in items:
        yield Booking(f"payout:{one.pk}", _memo(SENT, one), payable[one.pk], clearing.pk, one.net_fen)
        if one.withheld_fen:
            yield Booking(f"withheld:{one.pk}", _memo(WITHHELD, one), payable[one.pk], tax.pk, one.withheld_fen)


def answered(items: Sequence[Transfer]) -> Iterator[Booking]:
    """Paid leaves the house; returned is owed again, with the tax."""
    payable = _payable(items)
    clearing, house = account(CLEARING, None, Nature.LIABILITY), account(HOUSE, None, Nature.ASSET)
    for one in items:
        if one.state == TransferState.PAID:
            yield Booking(f"paid:{one.pk}", _memo(PAID_OUT, one), clearing.pk, house.pk, one.net_fen)
        elif one.state == TransferState.FAILED:
            yield Booking(f"returned:{one.pk}", _memo(RETURNED, one), clearing.pk, payable[one.pk], one.net_fen)
            yield from _tax_returned(one, payable[one.pk])


def came_back(item: Transfer) -> Iterator[Booking]:
    """What had left the house is in it again, and owed."""
    payable = _payable([item])[item.pk]
    house = account(HOUSE, None, Nature.ASSET)
    yield Booking(f"cameback:{item.pk}", _memo(RETURNED, item), house.pk, payable, item.net_fen)
    yield from _tax_returned(item, payable)


def _tax_returned(item: Transfer, payable: int) -> Iterator[Booking]:
    if item.withheld_fen:
        tax = account(TAX, None, Nature.LIABILITY)
        yield Booking(f"taxreturned:{item.pk}", _memo(TAX_RETURNED, item), tax.pk, payable, item.withheld_fen)


def _payable(items: Sequence[Transfer]) -> dict[int, int]:
    """The account each transfer is owed from, by the transfer's id."""
    accounts = accounts_of({one.statement.earner_id for one in items}, purpose=PAYABLE, nature=Nature.LIABILITY)
    return {one.pk: accounts[one.statement.earner_id] for one in items}


def _memo(code: str, item: Transfer) -> Memo:
    return Memo(code, {"number": item.statement.number})


def book(bookings: Iterator[Booking], *, by: User, now: datetime) -> None:
    """On the day of `now`, or where its period is closed in the open one of that day."""
    told = list(bookings)
    if told:
        period, day = booking_day(timezone.localdate(now), by=by, now=now)
        post_transfers(told, period=period, booked_on=day, by=by)
