"""Keeping the books: open a period, post into it, close it for ever."""

from ledger.services.periods import (
    NoPeriod,
    PeriodClosed,
    PeriodOverlaps,
    booking_day,
    close_period,
    open_period,
    period_for,
)
from ledger.services.posting import AlreadyBooked, OutsidePeriod, Unbalanced, account, post
from ledger.services.transfers import Transfer, accounts_of, post_transfers

__all__ = [
    "AlreadyBooked",
    "NoPeriod",
    "OutsidePeriod",
    "PeriodClosed",
    "PeriodOverlaps",
    "Transfer",
    "Unbalanced",
    "account",
    "accounts_of",
    "booking_day",
    "close_period",
    "open_period",
    "period_for",
    "post",
    "post_transfers",
]
