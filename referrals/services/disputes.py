"""Disputes: an earner says that a line is wrong, an admin answers."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.violations import refusing
from orders.models import Order
from referrals.enums import DisputeState
from referrals.models import Dispute, Statement


class StatementTakesNoDispute(DomainError):
    """The statement is approved."""


class NotOnTheStatement(DomainError):
    """The order is on none of the statement's lines."""


class DisputeWaits(DomainError):
    """The order is disputed already and waits for an answer."""


class DisputeIsAnswered(DomainError):
    """A dispute is answered once."""


class OwnDispute(DomainError):
    """Who raised a dispute does not answer it."""


def raise_dispute(*, statement: Statement, order: Order, text: str, by: User, now: datetime) -> Dispute:
    """Say what is wrong with an order's line; the statement is not approved before it is answered.

    Raises StatementTakesNoDispute, NotOnTheStatement or DisputeWaits; then nothing is kept.
    """
    refusals: dict[str, DomainError] = {
        "approved_statement_takes_no_dispute": StatementTakesNoDispute(
            _("This statement is approved. Tell an admin; what was wrong is put right on the next one.")
        ),
        "dispute_is_about_a_line": NotOnTheStatement(_("This order is not on the statement.")),
        "one_dispute_of_an_order_waits": DisputeWaits(_("You have said this already; it waits for an answer.")),
    }
    with refusing(refusals):
        return Dispute.objects.create(statement=statement, order=order, text=text, raised_by=by, raised_at=now)


@transaction.atomic
def answer_dispute(*, dispute: Dispute, state: DisputeState, answer: str, by: User, now: datetime) -> Dispute:
    """Say that the amount stands, or that it was wrong: what is put right is added by the next run.

    Raises DisputeIsAnswered or OwnDispute; then nothing is changed.
    """
    own = OwnDispute(_("You raised this yourself. Ask another admin to answer it."))
    waiting = Dispute.objects.filter(pk=dispute.pk, state=DisputeState.OPEN)
    with refusing({"dispute_is_answered_by_somebody_else": own}):
        if not waiting.update(state=state, answer=answer, answered_by=by, answered_at=now):
            raise DisputeIsAnswered(_("This dispute has been answered already."))
    dispute.refresh_from_db()
    return dispute
