"""What is still open of a period before its books are closed."""

from dataclasses import dataclass

from django.db import connection

from core.invariants import Finding, find
from core.sql import statement
from ledger.models import Period

OPEN = statement(__file__, "period_open_ends")
PROVED = (
    "ledger.entries_balance",
    "referrals.approved_runs_are_released",
    "referrals.statements_add_up",
    "referrals.payable_is_what_is_stated",
    "referrals.payouts_are_booked",
)
"""The invariants that say that statements and books agree."""


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """How many of each wait: runs at work or in review, earners with approved entries on no statement, statements
    not approved, disputes without an answer, transfers the bank has said nothing clear of, orders whose referral
    commission waits for a check."""

    runs: int
    unstated: int
    statements: int
    disputes: int
    transfers: int
    held: int = 0

    @property
    def none(self) -> bool:
        return not (self.runs or self.unstated or self.statements or self.disputes or self.transfers or self.held)


def open_ends(period: Period) -> OpenEnds:
    """What of the period waits; one query."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, {"period": period.pk})
        return OpenEnds(*cursor.fetchone())


def proof() -> list[Finding]:
    """What speaks against statements and books being the same; a query for each promise."""
    return find(PROVED)
