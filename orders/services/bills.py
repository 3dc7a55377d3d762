"""Money that a WeChat bill proves: what somebody chose for its rows is booked together, each transaction once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.models import User
from orders.enums import ClaimKind, ClaimState, PayMethod
from orders.models import Order, Payment, PaymentClaim
from orders.queries import booked_before, with_due
from orders.services.payments import Money, book, held_by


@dataclass(frozen=True, slots=True)
class BillRow:
    """A row of a bill with the order chosen for it; `due_fen` is what was shown as due, `claim_id` its red packet."""

    external_id: str
    amount_fen: int
    paid_at: datetime
    payer: str
    red_packet: bool
    order_id: int
    due_fen: int
    claim_id: int | None = None

    @property
    def note(self) -> str:
        """Who paid when, by WeChat's word: the payment itself has the time it was booked."""
        return f"{timezone.localtime(self.paid_at):%Y-%m-%d %H:%M} {self.payer}".strip()[:200]


@dataclass(frozen=True, slots=True)
class BookedBill:
    """What became of the chosen rows: payments, rows whose transaction was booked before, rows that do not fit now."""

    payments: tuple[Payment, ...] = ()
    before: tuple[BillRow, ...] = ()
    changed: tuple[BillRow, ...] = ()

    @property
    def fen(self) -> int:
        return sum(payment.amount_fen for payment in self.payments)


@transaction.atomic
def book_bill(*, rows: Sequence[BillRow], by: User, now: datetime) -> BookedBill:
    """Book each row for its order, all in a fixed number of statements; a transaction counts once for ever.

    A row is left out when something was recorded for its order since it was shown, or two rows are for one order: the
    earlier one counts. Answers what members said of the orders. Raises BookedBefore when the same transaction is booked
    for another order at the same moment; then nothing is booked.
    """
    orders = locked_orders({row.order_id for row in rows}, by)
    dues = dict(with_due(Order.objects.filter(pk__in=orders)).values_list("pk", "due_fen"))
    claims = locked_claims(orders, now)
    known = booked_before({row.external_id for row in rows})
    fitting: dict[int, BillRow] = {}
    before, changed = [], []
    for row in sorted(rows, key=lambda one: (one.paid_at, one.external_id)):
        if row.external_id in known:
            before.append(row)
        elif row.order_id in fitting or dues.get(row.order_id) != row.due_fen:
            changed.append(row)
        else:
            fitting[row.order_id] = row
            known.add(row.external_id)
    holder_id = held_by(by)
    moneys = [money_of(row, orders[row.order_id], holder_id) for row in fitting.values()]
    payments = book(moneys, by=by, now=now)
    answer_claims(payments, fitting, claims)
    return BookedBill(tuple(payments), tuple(before), tuple(changed))


def money_of(row: BillRow, order: Order, holder_id: int | None) -> Money:
    method = PayMethod.RED_PACKET if row.red_packet else PayMethod.WECHAT
    return Money(order, row.amount_fen, method, holder_id, external_id=row.external_id, note=row.note)


def locked_orders(ids: set[int], by: User) -> dict[int, Order]:
    """The orders this person sees, in id order; who else records money for them waits."""
    orders = Order.objects.visible_to(by).filter(pk__in=ids).select_related("campaign", "member").order_by("pk")
    return {order.pk: order for order in orders.select_for_update(of=("self",), no_key=True)}


def locked_claims(orders: dict[int, Order], now: datetime) -> list[PaymentClaim]:
    """What was said of the orders and waits for an answer."""
    waiting = PaymentClaim.objects.filter(order__in=orders, state=ClaimState.OPEN).exclude(expires_at__lte=now)
    return list(waiting.order_by("pk").select_for_update())


def answer_claims(payments: Sequence[Payment], rows: dict[int, BillRow], claims: Sequence[PaymentClaim]) -> None:
    """Confirm what was said to be paid, and the red packet that a row is."""
    by_order = {payment.order_id: payment for payment in payments}
    answered: dict[int, PaymentClaim] = {}
    for claim in claims:
        payment = by_order.get(claim.order_id)
        if payment is None:
            continue
        if rows[claim.order_id].claim_id == claim.pk:
            answered[claim.order_id] = claim
        elif claim.kind == ClaimKind.SAID_PAID:
            answered.setdefault(claim.order_id, claim)
    for order_id, claim in answered.items():
        payment = by_order[order_id]
        claim.state, claim.decided_at, claim.decided_by, claim.payment = (
            ClaimState.CONFIRMED,
            payment.at,
            payment.by,
            payment,
        )
    PaymentClaim.objects.bulk_update(answered.values(), ["state", "decided_at", "decided_by", "payment"])
