"""What may be asked about payouts: what can be paid, what one holds, what an earner was paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Sum

from core.models import User
from referrals.enums import LIVE, StatementState, TransferState
from referrals.models import PayeeAccount, PayoutBatch, Statement, Transfer
from referrals.models.statement import EarnersQuerySet
from referrals.rules.payout_files import Line


def statements_to_pay(user: User) -> EarnersQuerySet:
    """Approved statements with something to be paid that are in no payout under way, the earliest first."""
    live = Transfer.objects.filter(statement=OuterRef("pk"), state__in=LIVE)
    approved = Statement.objects.visible_to(user).filter(state=StatementState.APPROVED, payable_fen__gt=0)
    return approved.filter(~Exists(live)).select_related("earner__payee_account", "period").order_by("pk")


def lines_of_file(batch: PayoutBatch) -> Sequence[Line]:
    """The transfers of a payout as its file says them; one query."""
    items = batch.items.select_related("statement__earner__payee_account", "statement__period").order_by("pk")
    return [_line(item) for item in items]


def entered_after_approval(batch: PayoutBatch, *, by: User) -> PayeeAccount | None:
    """An account of the approved payout that `by` entered since: nobody else has seen where that money goes."""
    accounts = PayeeAccount.objects.filter(earner__statements__transfers__batch=batch, set_by=by)
    return accounts.filter(set_at__gt=batch.approved_at).select_related("earner").first()


def _line(item: Transfer) -> Line:
    earner = item.statement.earner
    account = getattr(earner, "payee_account", None)
    return Line(
        number=item.statement.number,
        holder=account.holder if account else earner.name,
        bank=account.bank if account else "",
        account=account.number if account else "",
        net_fen=item.net_fen,
        gross_fen=item.gross_fen,
        withheld_fen=item.withheld_fen,
        purpose=str(item.statement.period),
    )


@dataclass(frozen=True, slots=True)
class PaidInQuarter:
    """What one earner was paid in a quarter: transfers, and fen before tax, kept back and sent."""

    name: str
    transfers: int
    gross_fen: int
    withheld_fen: int
    net_fen: int


def first_day_of_quarter(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def paid_in_quarter(first_day: date, *, user: User) -> list[PaidInQuarter]:
    """What everybody was paid on days of the quarter that begins on `first_day`, by earner; one query.

    The incomes that a platform reports within a month of the quarter's end, by 国务院令第 810 号
    《互联网平台企业涉税信息报送规定》art. 4. The house knows no identity numbers; the reporting form adds them.
    """
    after = first_day_of_quarter(first_day + timedelta(days=100))
    paid = Transfer.objects.visible_to(user).filter(
        state=TransferState.PAID, batch__pays_on__gte=first_day, batch__pays_on__lt=after
    )
    sums = paid.values_list("statement__earner__name", "statement__earner").annotate(
        transfers=Count("pk"), gross=Sum("gross_fen"), tax=Sum("withheld_fen"), net=Sum("net_fen")
    )
    return [PaidInQuarter(name, *rest) for name, _earner, *rest in sums.order_by("statement__earner")]


def paid_to(earner_id: int) -> int:
    """What was paid out for the earner's statements so far, before tax, in fen; one query."""
    paid = Transfer.objects.filter(statement__earner=earner_id, state=TransferState.PAID)
    total: int | None = paid.aggregate(fen=Sum("gross_fen"))["fen"]
    return total or 0
