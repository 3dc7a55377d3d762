"""Statements: what approved runs owe, issued to its earners, looked at by a second person and frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import DomainError
from core.models import User
from core.sql import statement as sql
from core.violations import refusing
from ledger.models import Period
from referrals.enums import RunState, StatementState
from referrals.models import Run, Statement
from referrals.services.signals import hold_orders

ISSUE = sql(__file__, "statements_issue")
APPROVE = sql(__file__, "statements_approve").format(which="s.id = ANY(%(statements)s)")


class EarlierStatementsWait(DomainError):
    """A balance is carried on from an approved statement, and one of an earlier period is not."""


class LaterPeriodIsStated(DomainError):
    """Statements are issued forwards: a later period has some."""


class NothingToState(DomainError):
    """No approved run added anything that is not on a statement."""


class PreparedIt(DomainError):
    """Two people have to have looked: who prepared a statement does not approve it."""


class OwnStatement(DomainError):
    """Nobody approves what they are owed themselves."""


class DisputesWait(DomainError):
    """A statement is approved once every dispute on it has its answer."""


class StatementHasChanged(DomainError):
    """Something was added since the person who approves looked."""


class StatementIsApproved(DomainError):
    """The statement is approved and frozen."""


@dataclass(frozen=True, slots=True)
class Issued:
    """How many statements were issued or added to, with how many lines; what they are to pay and carry on, in fen."""

    statements: int
    lines: int
    payable_fen: int
    carries_on_fen: int


@dataclass(frozen=True, slots=True)
class StatementsApproved:
    """How many statements were frozen, and what they are to pay in fen."""

    statements: int
    payable_fen: int


@transaction.atomic
def issue_statements(*, period: Period, by: User, now: datetime) -> Issued:
    """Put everything approved runs up to the period added onto the statements of its earners; one statement of SQL.

    Issued again, what was approved meanwhile is added to statements that are not approved yet. What referrals bring on
    an order that has a signal is held until somebody decides that it is paid.

    Raises LaterPeriodIsStated, EarlierStatementsWait or NothingToState; then nothing is issued.
    """
    hold_orders(now=now)
    _refuse_out_of_order(period)
    # A run that is just being approved is waited for: what it adds is neither missed now nor later.
    list(Run.objects.select_for_update(of=["self"]).filter(state=RunState.REVIEW).order_by("pk").values_list("pk"))
    row: dict[str, Any] = {"period": period.pk, "by": by.pk, "at": now, "minimum": settings.MINIMUM_PAYOUT_FEN}
    with connection.cursor() as cursor:
        cursor.execute(ISSUE, row)
        issued = Issued(*cursor.fetchone())
    if not issued.statements:
        raise NothingToState(
            _("No approved run has added anything that is not on a statement. Run %(period)s and have it approved.")
            % {"period": period}
        )
    return issued


def _refuse_out_of_order(period: Period) -> None:
    stated = Statement.objects.select_related("period")
    if later := stated.filter(period__span__startswith__gt=period.span.lower).first():
        raise LaterPeriodIsStated(
            _("%(later)s has statements already. What came in late for %(period)s goes onto those of the next period.")
            % {"later": later.period, "period": period}
        )
    waiting = stated.filter(period__span__startswith__lt=period.span.lower, state=StatementState.ISSUED)
    if earlier := waiting.first():
        raise EarlierStatementsWait(
            ngettext(
                "%(number)d statement of %(period)s or before is not approved. Approve it, then issue this month.",
                "%(number)d statements of %(period)s or before are not approved. Approve them, then issue this month.",
                waiting.count(),
            )
            % {"number": waiting.count(), "period": earlier.period}
        )


@transaction.atomic
def approve_statements(
    *, statements: Sequence[int], by: User, now: datetime, seen_fen: int | None = None
) -> StatementsApproved:
    """Freeze the statements with these ids, with a SHA-256 over their lines: all of them or none.

    `seen_fen` is what they earned together when they were looked at. Raises PreparedIt, OwnStatement,
    DisputesWait, StatementHasChanged or StatementIsApproved; then nothing is frozen.
    """
    chosen = Statement.objects.select_for_update().filter(pk__in=statements, state=StatementState.ISSUED)
    earned = list(chosen.order_by("pk").values_list("earned_fen", flat=True))
    if not statements or len(earned) < len(set(statements)):
        raise StatementIsApproved(_("This statement is approved already. Nothing was changed."))
    if seen_fen is not None and sum(earned) != seen_fen:
        raise StatementHasChanged(
            _("The statement has changed since you opened it. Look at it again; nothing was approved.")
        )
    refusals = {
        "statement_is_approved_by_somebody_else": PreparedIt(
            _("You issued this yourself. Ask another admin to look at it and approve it.")
        ),
        "statement_is_not_approved_by_its_earner": OwnStatement(
            _("This statement is your own. Ask another admin to look at it and approve it.")
        ),
        "disputed_statement_waits": DisputesWait(
            _("A dispute on this statement waits for an answer. Answer it first; nothing was approved.")
        ),
    }
    row: dict[str, Any] = {"statements": list(statements), "by": by.pk, "at": now}
    with refusing(refusals), connection.cursor() as cursor:
        cursor.execute(APPROVE, row)
        approved = cursor.fetchall()
    return StatementsApproved(len(approved), sum(fen for _statement, fen in approved))
