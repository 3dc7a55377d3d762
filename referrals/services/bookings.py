"""What the ledger is told: earned in a run means held, approved means payable, one entry for each earner."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import cast

from django.db.models import Sum

from core.models import User
from ledger.enums import Nature
from ledger.memos import Memo
from ledger.models import Period
from ledger.services import Transfer, account, accounts_of, post_transfers
from referrals.models import CommissionEntry, Run

EXPENSE, HELD, PAYABLE = "commission_expense", "commission_held", "commission_payable"
"""The purposes of the accounts: one expense for the house, held and payable for each earner (a member's id)."""

EARNED, APPROVED = "commission_earned", "commission_approved"
"""What the entries are about; both say of which period (2026-03) and run."""


def days_of(period: Period) -> tuple[date, date]:
    """The first day of the period, and the first after it; it has both (period_begins_and_ends)."""
    return cast(date, period.span.lower), cast(date, period.span.upper)


def day_within(period: Period, today: date) -> date:
    """The day of the period nearest to today: today itself, or its first or last day."""
    first, after = days_of(period)
    return max(first, min(today, after - timedelta(days=1)))


def earned_in(run: Run) -> dict[int, int]:
    """What the run added for each earner (a member's id), net in fen; may be negative."""
    totals = CommissionEntry.objects.filter(run=run).values("beneficiary").annotate(fen=Sum("amount_fen"))
    return dict(totals.order_by("beneficiary").values_list("beneficiary", "fen"))


def accrue(amounts_fen: Mapping[int, int], *, run: Run, shard: int, period: Period, booked_on: date) -> None:
    """Dr expense / Cr held for what one shard of the run added; taken back it is the mirror, zero books nothing."""
    expense = account(EXPENSE, None, Nature.EXPENSE)
    held = accounts_of(amounts_fen, purpose=HELD, nature=Nature.LIABILITY)
    memo = Memo(EARNED, {"period": str(period), "run": run.pk})
    transfers = [
        Transfer(f"commission:{run.pk}:{shard}:{member}", memo, expense.pk, held[member], fen)
        for member, fen in amounts_fen.items()
        if fen
    ]
    post_transfers(transfers, period=period, booked_on=booked_on, by=run.ran_by)


def release(amounts_fen: Mapping[int, int], *, run: Run, by: User, period: Period, booked_on: date) -> None:
    """Dr held / Cr payable for everything the run added."""
    held = accounts_of(amounts_fen, purpose=HELD, nature=Nature.LIABILITY)
    payable = accounts_of(amounts_fen, purpose=PAYABLE, nature=Nature.LIABILITY)
    memo = Memo(APPROVED, {"period": str(run.period), "run": run.pk})
    transfers = [
        Transfer(f"release:{run.pk}:{member}", memo, held[member], payable[member], fen)
        for member, fen in amounts_fen.items()
        if fen
    ]
    post_transfers(transfers, period=period, booked_on=booked_on, by=by)
