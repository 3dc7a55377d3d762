"""Something was wrong with what was delivered: a leader proposes a refund, an operator settles it once."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.money import format_yuan
from core.violations import refusing
from orders.enums import ComplaintReason
from orders.models import Complaint, ComplaintDecision, SaleFact
from orders.services.fulfilment import locked
from orders.services.refunds import refund_amount, refund_quantity, refuse_more_than_left, worth_of_quantity


class ComplaintOpen(DomainError):
    """An earlier complaint about the line waits to be settled."""


class ComplaintSettled(DomainError):
    """The complaint has been refunded or refused before."""


class MoreThanProposed(DomainError):
    """A complaint is settled by at most what it asked for."""


@transaction.atomic
def propose_refund(
    *,
    line_id: int,
    quantity: Decimal | None,
    amount_fen: int | None,
    reason: ComplaintReason,
    note: str,
    photo: str,
    by: User,
    now: datetime,
) -> Complaint:
    """Ask for money back for one delivered line, by quantity or else by amount. Nothing is refunded yet.

    `photo` is the address of a kept picture, or "". Raises NotRefundable for more than could be refunded now, and
    ComplaintOpen while an earlier one about this line waits.
    """
    (line,) = locked([line_id])
    asked_fen = amount_fen or 0
    if quantity is not None:
        asked_fen = worth_of_quantity(line, quantity)
    else:
        refuse_more_than_left(line, asked_fen)
    waits = ComplaintOpen(
        _("A proposal for “%(offer)s” waits already. Another one can be made once it is settled.")
        % {"offer": line.offer.name}
    )
    with refusing({"line_has_one_open_complaint": waits}):
        return Complaint.objects.create(
            line=line,
            quantity=quantity,
            amount_fen=asked_fen,
            reason=reason,
            note=note,
            photo_id=photo or None,
            at=now,
            by=by,
        )


@transaction.atomic
def refund_complaint(
    *,
    complaint: Complaint,
    quantity: Decimal | None = None,
    amount_fen: int | None = None,
    by: User,
    now: datetime,
) -> ComplaintDecision:
    """Settle a complaint by a refund: all that was asked for, or the part that is named. Both or neither is recorded.

    Raises ComplaintSettled, MoreThanProposed, and NotRefundable when less is left by now.
    """
    lock_open(complaint)
    if quantity is None and amount_fen is None:
        quantity, amount_fen = complaint.quantity, complaint.amount_fen
    line_id, why = complaint.line_id, complaint.why
    if quantity is not None:
        refund = refund_quantity(line_id=line_id, quantity=quantity, reason=why, by=by, now=now)
    else:
        refund = refund_amount(line_id=line_id, amount_fen=amount_fen or 0, reason=why, by=by, now=now)
    if -refund.amount_fen > complaint.amount_fen:
        raise MoreThanProposed(
            _("At most ¥%(amount)s, as proposed. What goes beyond is refunded on the order's page.")
            % {"amount": format_yuan(complaint.amount_fen)}
        )
    return decide(complaint, refund=refund, reason="", by=by, now=now)


@transaction.atomic
def refuse_complaint(*, complaint: Complaint, reason: str, by: User, now: datetime) -> ComplaintDecision:
    """Settle a complaint without a refund, with the reason the leader reads. Raises ComplaintSettled."""
    lock_open(complaint)
    return decide(complaint, refund=None, reason=reason, by=by, now=now)


def lock_open(complaint: Complaint) -> None:
    """Hold the line whose refund it is about; whoever settles at the same moment waits, and finds it settled."""
    locked([complaint.line_id])
    if ComplaintDecision.objects.filter(complaint=complaint).exists():
        raise settled_already()


def decide(complaint: Complaint, *, refund: SaleFact | None, reason: str, by: User, now: datetime) -> ComplaintDecision:
    with refusing({"complaint_is_settled_once": settled_already()}):
        return ComplaintDecision.objects.create(complaint=complaint, refund=refund, reason=reason, at=now, by=by)


def settled_already() -> ComplaintSettled:
    return ComplaintSettled(_("Somebody has settled this already. Nothing was recorded a second time."))
