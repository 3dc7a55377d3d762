"""What the books say. Fen; a debit counts up, a credit down."""

from dataclasses import dataclass

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from ledger.models import Account, Leg, Period


@dataclass(frozen=True, slots=True)
class Turnover:
    """What moved on one account: debits and credits, both counted up from zero."""

    account: Account
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        return self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account that moved, and what all of them come to: nothing, or the books are wrong."""

    lines: list[Turnover]
    debit_fen: int
    credit_fen: int

    @property
    def difference_fen(self) -> int:
        return self.debit_fen - self.credit_fen


def balance(account: Account) -> int:
    """What all the account's legs sum to, in fen."""
    total: int | None = Leg.objects.filter(account=account).aggregate(fen=Sum("amount_fen"))["fen"]
    return total or 0


def trial_balance(period: Period | None = None) -> TrialBalance:
    """The trial balance of one period, or of the books from the first day on."""
    moves = Q(legs__isnull=False) if period is None else Q(legs__entry__period=period)
    moved = Account.objects.filter(moves).annotate(
        debit_fen=Coalesce(Sum("legs__amount_fen", filter=moves & Q(legs__amount_fen__gt=0)), 0),
        credit_fen=-Coalesce(Sum("legs__amount_fen", filter=moves & Q(legs__amount_fen__lt=0)), 0),
    )
    lines = [
        Turnover(account, account.debit_fen, account.credit_fen) for account in moved.order_by("purpose", "party", "pk")
    ]
    return TrialBalance(
        lines,
        debit_fen=sum(line.debit_fen for line in lines),
        credit_fen=sum(line.credit_fen for line in lines),
    )
