"""Giving money back for what was delivered: by quantity or by amount, line by line."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.money import amount_of, format_yuan
from orders.enums import FactKind
from orders.models import OrderLine, SaleFact
from orders.services.facts import Outcome, record
from orders.services.fulfilment import locked


class NotRefundable(DomainError):
    """More is asked back than was delivered and not refunded yet, or nothing."""


@transaction.atomic
def refund_quantity(*, line_id: int, quantity: Decimal, reason: str, by: User, now: datetime) -> SaleFact:
    """Refund so much of a delivered line at the price that holds; the last part refunds what is left to the fen."""
    (line,) = locked([line_id])
    fen = worth_of_quantity(line, quantity)
    return append_refund(line, quantity=quantity, fen=fen, reason=reason, by=by, now=now)


@transaction.atomic
def refund_amount(*, line_id: int, amount_fen: int, reason: str, by: User, now: datetime) -> SaleFact:
    """Refund an amount of a delivered line, the goods stay with the member."""
    (line,) = locked([line_id])
    refuse_more_than_left(line, amount_fen)
    return append_refund(line, quantity=Decimal(), fen=amount_fen, reason=reason, by=by, now=now)


def worth_of_quantity(line: OrderLine, quantity: Decimal) -> int:
    """What a refund of so much of the line comes to now, in fen. Raises NotRefundable."""
    left = line.delivered_quantity - line.refunded_quantity
    if not 0 < quantity <= left:
        raise NotRefundable(
            _("%(left)s %(unit)s of “%(offer)s” can still be refunded.")
            % {"left": f"{left.normalize():f}", "unit": line.offer.unit, "offer": line.offer.name}
        )
    left_fen = line.delivered_fen - line.refunded_fen
    return left_fen if quantity == left else min(amount_of(quantity, line.unit_price_fen), left_fen)


def refuse_more_than_left(line: OrderLine, amount_fen: int) -> None:
    """Raises NotRefundable unless so much of the line, in fen, can be refunded now."""
    left_fen = line.delivered_fen - line.refunded_fen
    if not 0 < amount_fen <= left_fen:
        raise NotRefundable(
            _("¥%(left)s of “%(offer)s” can still be refunded.")
            % {"left": format_yuan(left_fen), "offer": line.offer.name}
        )


def append_refund(line: OrderLine, *, quantity: Decimal, fen: int, reason: str, by: User, now: datetime) -> SaleFact:
    (fact,) = record([Outcome(line, FactKind.REFUNDED, -quantity, -fen)], by=by, now=now, reason=reason)
    return fact
