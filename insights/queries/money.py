"""What is owed in commissions, from the ledger."""

from dataclasses import dataclass

from django.db.models import Sum

from ledger.models import Leg
from referrals.enums import RunState
from referrals.models import Run
from referrals.services.bookings import HELD, PAYABLE


@dataclass(frozen=True, slots=True)
class CommissionDue:
    """In fen: what is approved and not paid, and what was earned in runs that wait for a second person."""

    payable_fen: int
    held_fen: int
    runs_to_review: int


def commission_due() -> CommissionDue:
    """The balances of the payable and held accounts of all earners together (liabilities: credit is owed)."""
    legs = Leg.objects.filter(account__purpose__in=[HELD, PAYABLE]).order_by()
    balances = dict(legs.values_list("account__purpose").annotate(fen=-Sum("amount_fen")))
    return CommissionDue(
        payable_fen=int(balances.get(PAYABLE, 0)),
        held_fen=int(balances.get(HELD, 0)),
        runs_to_review=Run.objects.filter(state=RunState.REVIEW).count(),
    )
