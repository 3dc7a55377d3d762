"""Money as it is collected: recorded once, on the ledger at once; a mistake is taken back by its opposite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Member
from core.errors import DomainError
from core.models import User
from core.money import format_yuan
from core.violations import refusing
from ledger.enums import Nature
from ledger.memos import Memo
from ledger.services import Transfer, account, accounts_of, booking_day, post_transfers
from orders.enums import ClaimKind, ClaimState, MoveKind, PayMethod
from orders.models import BalanceMove, Order, Payment, PaymentClaim
from orders.queries.payments import Due, due_of

RECEIVED, HELD, HOUSE, BALANCE = "order_money_received", "money_held_by_leaders", "house_money", "members_balance"
COUPONS = "members_coupons"
"""The purposes of the accounts: what members paid (their id), what leaders hold (their id), the house's own money, what
members paid in advance (their id), what their coupons are worth (their id)."""

PAID, GIVEN_BACK, TAKEN_BACK = "order_paid", "order_given_back", "payment_taken_back"
"""What the entries are about; all say of which order."""


class NotPayable(DomainError):
    """The money cannot be recorded like that: nothing is due, or more would be given back than was paid."""


class ChangedMeanwhile(DomainError):
    """What is due or paid is not what the person saw who recorded it."""


class NotEnoughBalance(DomainError):
    """The member's prepaid balance does not hold that much."""


class BookedBefore(DomainError):
    """The transaction of this number is booked already."""


class NotTakenBack(DomainError):
    """The payment was taken back before, is a taking back itself, or is somebody else's to take back."""


@dataclass(frozen=True, slots=True)
class Money:
    """What moved for one order, in fen, negative when given back; `holder_id` None is the house."""

    order: Order
    amount_fen: int
    method: PayMethod
    holder_id: int | None = None
    external_id: str = ""
    note: str = ""
    takes_back: Payment | None = None
    coupon_id: int | None = None

    @property
    def memo(self) -> Memo:
        code = TAKEN_BACK if self.takes_back else PAID if self.amount_fen > 0 else GIVEN_BACK
        return Memo(code, {"order": self.order.pk})


@transaction.atomic
def collect_due(*, order: Order, due_fen: int, method: PayMethod, by: User, now: datetime) -> Payment:
    """Record in one go what the person saw is due (or, negative, to be given back). Two at once book it once.

    A leader holds what they collect, what an operator records came to the house. Raises NotPayable, ChangedMeanwhile.
    """
    due = locked_due(order)
    if not due.fen:
        raise NotPayable(_("This order is paid already. Nothing was booked twice."))
    if due.fen != due_fen:
        raise changed()
    money = Money(order, due.fen, method, held_by(by))
    refuse_more_than_came(money)
    return answered(book([money], by=by, now=now)[0])


@transaction.atomic
def record_payment(*, money: Money, paid_fen: int, by: User, now: datetime) -> Payment:
    """Record any amount, in part or more than is due, or give some back; `paid_fen` is what the person saw was paid.

    Raises ChangedMeanwhile (also for the same form sent twice), NotPayable, NotEnoughBalance, BookedBefore.
    """
    due = locked_due(money.order)
    if due.paid_fen != paid_fen:
        raise changed()
    refuse_more_than_came(money)
    return answered(book([money], by=by, now=now)[0])


@transaction.atomic
def take_back_payment(*, payment: Payment, by: User, now: datetime) -> Payment:
    """Take a mistake back by an equal opposite row; a leader takes back what they hold themselves.

    Raises NotTakenBack, NotPayable.
    """
    locked_due(payment.order)
    if by.is_leader and (payment.holder_id is None or payment.holder_id != held_by(by)):
        raise NotTakenBack(_("Somebody else recorded this. Ask an operator to take it back."))
    if payment.takes_back_id:
        raise NotTakenBack(_("This takes a mistake back itself. Record the payment anew."))
    method = PayMethod(payment.method)
    back = Money(
        payment.order,
        -payment.amount_fen,
        method,
        payment.holder_id,
        takes_back=payment,
        coupon_id=payment.coupon_id,
    )
    refuse_more_than_came(back)
    return book([back], by=by, now=now)[0]


def book(moneys: Sequence[Money], *, by: User | None, now: datetime, day: date | None = None) -> list[Payment]:
    """Append the payments, each with its ledger entry, in a fixed number of statements; all or none.

    The caller has locked the orders. Raises BookedBefore, NotTakenBack, NotEnoughBalance.
    """
    if not moneys:
        return []
    day = day or timezone.localdate(now)
    period, booked_on = booking_day(day, by=by, now=now)
    ids, accounts = next_ids(len(moneys)), accounts_for(moneys)
    transfers = {
        pk: Transfer(f"payment:{pk}", money.memo, accounts.debit(money), accounts.credit(money), money.amount_fen)
        for pk, money in zip(ids, moneys, strict=True)
    }
    with refusing(refusals()):
        entries = post_transfers(list(transfers.values()), period=period, booked_on=booked_on, by=by)
        payments = Payment.objects.bulk_create(
            Payment(
                pk=pk,
                order=money.order,
                campaign_id=money.order.campaign_id,
                group_id=money.order.group_id,
                member_id=money.order.member_id,
                amount_fen=money.amount_fen,
                method=money.method,
                holder_id=money.holder_id,
                external_id=money.external_id,
                takes_back=money.takes_back,
                coupon_id=money.coupon_id,
                at=now,
                business_date=day,
                by=by,
                note=money.note,
                entry_id=entries[transfers[pk].key],
            )
            for pk, money in zip(ids, moneys, strict=True)
        )
        charge_balances([payment for payment in payments if payment.method == PayMethod.BALANCE])
    return payments


def answered(payment: Payment) -> Payment:
    """Money that came answers what the order's member said of it: that claim is confirmed by this payment."""
    if payment.amount_fen > 0:
        PaymentClaim.objects.filter(order=payment.order_id, kind=ClaimKind.SAID_PAID, state=ClaimState.OPEN).update(
            state=ClaimState.CONFIRMED, decided_at=payment.at, decided_by=payment.by, payment=payment
        )
    return payment


def charge_balances(payments: Sequence[Payment]) -> None:
    """What was paid from prepaid balances leaves them, what was given back returns to them."""
    BalanceMove.objects.bulk_create(
        BalanceMove(
            member_id=payment.member_id,
            kind=MoveKind.CHARGE,
            amount_fen=-payment.amount_fen,
            at=payment.at,
            business_date=payment.business_date,
            by=payment.by,
            payment=payment,
            entry_id=payment.entry_id,
        )
        for payment in payments
    )


@dataclass(frozen=True, slots=True)
class Accounts:
    """The ids of the accounts some payments move, by party."""

    received: Mapping[int, int]
    held: Mapping[int, int]
    balances: Mapping[int, int] = field(default_factory=dict)
    coupons: Mapping[int, int] = field(default_factory=dict)
    house: int = 0

    def debit(self, money: Money) -> int:
        if money.method == PayMethod.BALANCE:
            return self.balances[money.order.member_id]
        if money.method == PayMethod.COUPON:
            return self.coupons[money.order.member_id]
        return self.house if money.holder_id is None else self.held[money.holder_id]

    def credit(self, money: Money) -> int:
        return self.received[money.order.member_id]


def accounts_for(moneys: Sequence[Money]) -> Accounts:
    members = {money.order.member_id for money in moneys}
    charged = {money.order.member_id for money in moneys if money.method == PayMethod.BALANCE}
    couponed = {money.order.member_id for money in moneys if money.method == PayMethod.COUPON}
    holders = {money.holder_id for money in moneys if money.holder_id is not None}
    return Accounts(
        received=accounts_of(members, purpose=RECEIVED, nature=Nature.LIABILITY),
        held=accounts_of(holders, purpose=HELD, nature=Nature.ASSET) if holders else {},
        balances=accounts_of(charged, purpose=BALANCE, nature=Nature.LIABILITY) if charged else {},
        coupons=accounts_of(couponed, purpose=COUPONS, nature=Nature.LIABILITY) if couponed else {},
        house=account(HOUSE, None, Nature.ASSET).pk,
    )


def next_ids(count: int) -> list[int]:
    """Ids of payments to come: their entries are keyed by them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('orders_payment', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def locked_due(order: Order) -> Due:
    """Where the order stands; who else records money for it waits until this transaction is over."""
    Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    return due_of(order.pk)


def held_by(user: User) -> int | None:
    """Whose hands money goes into that this person records: a leader's own, or None, the house's."""
    return Member.objects.filter(user=user).values_list("pk", flat=True).first() if user.is_leader else None


def refuse_more_than_came(money: Money) -> None:
    """What came in money goes back as money or to the balance, what the balance paid to the balance, a coupon never."""
    if not money.amount_fen:
        raise NotPayable(_("An amount is more than nothing."))
    if money.amount_fen > 0 or money.method == PayMethod.COUPON:
        return
    paid = Payment.objects.filter(order=money.order).exclude(method=PayMethod.COUPON)
    all_fen: int = paid.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    hand_fen: int = paid.exclude(method=PayMethod.BALANCE).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    if money.method == PayMethod.BALANCE and all_fen + money.amount_fen < 0:
        raise NotPayable(
            _("Only ¥%(paid)s was paid for this order in money and from the balance; no more can be given back.")
            % {"paid": format_yuan(all_fen)}
        )
    if money.method != PayMethod.BALANCE and min(all_fen, hand_fen) + money.amount_fen < 0:
        raise NotPayable(
            _(
                "Only ¥%(paid)s was paid for this order in money; no more can be given back in money."
                " What the balance paid goes back to the balance, a coupon's part is not given back."
            )
            % {"paid": format_yuan(max(min(all_fen, hand_fen), 0))}
        )


def changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(_("Something was recorded for this order meanwhile. Nothing was booked; look again."))


def refusals() -> dict[str, DomainError]:
    return {
        "transaction_is_booked_once": BookedBefore(_("The transaction with this number is booked already.")),
        "orders_payment_takes_back_id_key": NotTakenBack(_("This has been taken back already.")),
        "balance_is_never_below_nothing": NotEnoughBalance(_("The member's balance does not hold that much.")),
    }
