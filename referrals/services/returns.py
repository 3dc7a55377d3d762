"""What the bank answers to a payout's file, and what comes back when it had been paid."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.money import NotAnAmount, parse_yuan
from referrals.enums import TransferState
from referrals.models import PayoutBatch, Transfer
from referrals.rules.payout_files import UNKNOWN, Returned
from referrals.services import payout_books

SAID_UP_TO = 200


class FileOfAnotherPayout(DomainError):
    """A returned file may speak of an earlier try of the same transfer."""


class NotPaidOut(DomainError):
    """Only what was paid can come back afterwards."""


@dataclass(slots=True)
class Recorded:
    """What a returned file said: transfers newly known as paid, returned, unknown.

    `otherwise` are numbers it says the opposite of what is recorded of, `strange` those not of the payout.
    """

    paid: int = 0
    failed: int = 0
    unknown: int = 0
    otherwise: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


@transaction.atomic
def record_returns(*, batch: PayoutBatch, returned: Sequence[Returned], by: User, now: datetime) -> Recorded:
    """Take in what the bank says of the payout's transfers. Saying it twice changes nothing twice.

    Paid leaves the house; returned is owed to the earner again and may be paid by another payout, under the same
    number. What is not said clearly, with another amount, or once so and once otherwise, is unknown: it stays with the
    bank and is not sent again. Raises FileOfAnotherPayout; then nothing is recorded.
    """
    PayoutBatch.objects.select_for_update().get(pk=batch.pk)
    items = {one.statement.number: one for one in batch.items.select_related("statement")}
    said: dict[str, list[Returned]] = defaultdict(list)
    for row in returned:
        said[row.number].append(row)
    recorded = Recorded(strange=[number for number in said if number not in items])
    moved: list[Transfer] = []
    for number, item in items.items():
        if number not in said:
            continue
        outcome = _outcome(said[number], item.net_fen)
        if item.state in {TransferState.SENT, TransferState.UNKNOWN}:
            setattr(recorded, outcome, getattr(recorded, outcome) + 1)
            item.state, item.settled_by, item.settled_at = TransferState(outcome), by, now
            item.said = " / ".join(dict.fromkeys(row.said for row in said[number]))[:SAID_UP_TO]
            moved.append(item)
        elif outcome not in {item.state, UNKNOWN}:
            recorded.otherwise.append(number)
    if recorded.strange:
        _refuse_an_earlier_try(moved)
    Transfer.objects.bulk_update(moved, ["state", "said", "settled_by", "settled_at"])
    payout_books.book(payout_books.answered(moved), by=by, now=now)
    return recorded


def _refuse_an_earlier_try(moved: Sequence[Transfer]) -> None:
    """Beside rows of other payouts, a number that was tried before may stand for the earlier try."""
    tried = Transfer.objects.filter(statement__in=[one.statement_id for one in moved], state=TransferState.FAILED)
    if again := tried.exclude(pk__in=[one.pk for one in moved]).select_related("statement").first():
        raise FileOfAnotherPayout(
            _("The file has rows that are not of this payout, and %(number)s was returned once before.")
            % {"number": again.statement}
            + " "
            + _("Which try it means cannot be told. Nothing was recorded; bring in the rows of this payout alone.")
        )


def _outcome(rows: Sequence[Returned], fen: int) -> str:
    """What all rows of one number say together: unknown if two disagree, or one names another amount."""
    clear = {row.outcome for row in rows} - {UNKNOWN}
    return clear.pop() if len(clear) == 1 and all(_says(row.amount, fen) for row in rows) else UNKNOWN


def _says(amount: str, fen: int) -> bool:
    """Whether the file names the amount that was sent, or none."""
    try:
        return not amount or parse_yuan(amount) == fen
    except NotAnAmount:
        return False


@transaction.atomic
def record_came_back(*, transfer: Transfer, said: str, by: User, now: datetime) -> Transfer:
    """A transfer the bank had paid has come back (退票): the money is in the house, and owed again with its tax.

    `said` is what the bank wrote; what it said before stays beside it. The statement may be in another payout after
    this, under the same number. Raises NotPaidOut; then nothing is booked.
    """
    item: Transfer = Transfer.objects.select_for_update(of=["self"]).select_related("statement").get(pk=transfer.pk)
    if item.state != TransferState.PAID:
        raise NotPaidOut(_("This transfer is not recorded as paid. Nothing was booked."))
    item.state, item.settled_by, item.settled_at = TransferState.FAILED, by, now
    item.said = " / ".join(filter(None, [item.said, said]))[-SAID_UP_TO:]
    item.save(update_fields=["state", "said", "settled_by", "settled_at"])
    payout_books.book(payout_books.came_back(item), by=by, now=now)
    return item
