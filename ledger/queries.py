"""What the books say. Fen; a debit counts up, a credit down."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Abs, Coalesce

from ledger.models import Account, Leg, Period


@dataclass(frozen=True, slots=True)
class Turnover:
    """What moved on the accounts of one purpose: debits and credits, both counted up from zero."""

    purpose: str
    accounts: int
    debit_fen: int
    credit_fen: int

    @property
    def balance_fen(self) -> int:
        return self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every purpose that moved, and what all of them come to: nothing, or the books are wrong."""

    lines: list[Turnover]
    debit_fen: int
    credit_fen: int

    @property
    def difference_fen(self) -> int:
        return self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class Balance:
    """An account and what its legs sum to."""

    account: Account
    balance_fen: int


def balance(account: Account) -> int:
    """What all the account's legs sum to, in fen."""
    total: int | None = Leg.objects.filter(account=account).aggregate(fen=Sum("amount_fen"))["fen"]
    return total or 0


def trial_balance(period: Period | None = None) -> TrialBalance:
    """The trial balance of one period, or of the books from the first day on, by purpose."""
    legs = Leg.objects.all() if period is None else Leg.objects.filter(entry__period=period)
    moved = legs.values_list("account__purpose").annotate(
        accounts=Count("account", distinct=True),
        debit_fen=Coalesce(Sum("amount_fen", filter=Q(amount_fen__gt=0)), 0),
        credit_fen=-Coalesce(Sum("amount_fen", filter=Q(amount_fen__lt=0)), 0),
    )
    lines = [Turnover(*row) for row in moved.order_by("account__purpose")]
    return TrialBalance(
        lines,
        debit_fen=sum(line.debit_fen for line in lines),
        credit_fen=sum(line.credit_fen for line in lines),
    )


def largest_balances(*, purpose: str = "", limit: int) -> list[Balance]:
    """The accounts that owe or are owed most, of one purpose or of all."""
    legs = Leg.objects.filter(account__purpose=purpose) if purpose else Leg.objects.all()
    sums = dict(
        legs.values_list("account").annotate(fen=Sum("amount_fen")).order_by(Abs(F("fen")).desc(), "account")[:limit]
    )
    accounts = Account.objects.in_bulk(sums)
    return [Balance(accounts[pk], fen) for pk, fen in sums.items()]
