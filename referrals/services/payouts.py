"""Paying out: prepared by one admin, approved by another, sent as a file, and what the bank answers.

| what happens | debit | credit |
|---|---|---|
| a payout is approved | commission_payable (earner) | payout_clearing, and what is withheld: tax_payable |
| the bank paid | payout_clearing | house_money |
| the bank returned it | payout_clearing, tax_payable | commission_payable (earner) |
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pghistory
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.money import NotAnAmount, parse_yuan
from core.violations import refusing
from ledger.enums import Nature
from ledger.memos import Memo
from ledger.services import Transfer as Booking
from ledger.services import account, accounts_of, booking_day, post_transfers
from orders.services.payments import HOUSE
from referrals.enums import LIVE, BatchState, PayoutLayout, StatementState, TransferState, WithholdingKind
from referrals.models import PayoutBatch, Statement, Transfer, WithholdingProfile
from referrals.rules.payout_files import UNKNOWN, Returned
from referrals.rules.withholding import NoTable, SoFar, Withheld, withhold
from referrals.services.bookings import PAYABLE

TAX, CLEARING = "tax_payable", "payout_clearing"
SENT, WITHHELD, PAID_OUT, RETURNED, TAX_RETURNED = (
    "payout_sent",
    "payout_withheld",
    "payout_paid",
    "payout_returned",
    "payout_tax_returned",
)
"""What the entries are about; each says which statement."""


class NothingToPay(DomainError):
    """None of the chosen statements is approved and has something to be paid."""


class PaidElsewhere(DomainError):
    """One of the statements is in another payout that is under way."""


class TaxUnknown(DomainError):
    """No tax table holds on the day of payment."""


class NothingLeft(DomainError):
    """Tax would take the whole of what an earner is paid."""


class TaxHasChanged(DomainError):
    """What was reckoned when the payout was prepared does not hold any more."""


class FileOfAnotherPayout(DomainError):
    """A returned file may speak of an earlier try of the same transfer."""


class PayoutIsDecided(DomainError):
    """The payout is approved or given up already."""


class PreparedThePayout(DomainError):
    """Two people have to have looked: who prepared the payout does not approve it."""


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


def _one_at_a_time() -> None:
    """Until the end of the transaction nobody else prepares or decides: the tax of one depends on the others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts'))")


@transaction.atomic
def prepare_payout(
    *, statements: Collection[int], pays_on: date, layout: PayoutLayout, by: User, now: datetime
) -> PayoutBatch:
    """Put approved statements into a payout of that day (Asia/Shanghai), with the tax that is kept back of each.

    Raises NothingToPay, PaidElsewhere, NothingLeft or TaxUnknown; then nothing is prepared.
    """
    _one_at_a_time()
    chosen = list(
        Statement.objects.select_for_update(of=["self"], no_key=True)
        .select_related("earner")
        .filter(pk__in=statements, state=StatementState.APPROVED, payable_fen__gt=0)
        .order_by("pk")
    )
    if not chosen:
        raise NothingToPay(_("Choose at least one approved statement with something to be paid."))
    kept = _taxed(chosen, pays_on)
    if whole := [one for one, (_kind, tax) in zip(chosen, kept, strict=True) if tax.amount_fen == one.payable_fen]:
        raise NothingLeft(
            _("Tax would take all that %(earner)s is paid on that day. Leave %(number)s out of this payout.")
            % {"earner": whole[0].earner, "number": whole[0]}
        )
    gross, withheld = sum(one.payable_fen for one in chosen), sum(tax.amount_fen for _kind, tax in kept)
    with pghistory.context(user=by.pk), refusing({"statement_is_in_one_live_payout": _elsewhere()}):
        batch = PayoutBatch.objects.create(
            pays_on=pays_on,
            layout=layout,
            transfers=len(chosen),
            gross_fen=gross,
            withheld_fen=withheld,
            net_fen=gross - withheld,
            made_by=by,
            made_at=now,
        )
        Transfer.objects.bulk_create(
            Transfer(
                batch=batch,
                statement=one,
                gross_fen=one.payable_fen,
                withheld_fen=tax.amount_fen,
                net_fen=one.payable_fen - tax.amount_fen,
                withholding=kind,
                table_version=tax.version,
            )
            for one, (kind, tax) in zip(chosen, kept, strict=True)
        )
    return batch


def _elsewhere() -> PaidElsewhere:
    return PaidElsewhere(_("One of these statements is in another payout already. Look at the list again; it is new."))


@dataclass(slots=True)
class _Month:
    gross_fen: int = 0
    withheld_fen: int = 0


COUNTED: Mapping[str, Collection[str]] = {
    WithholdingKind.NONE: (),
    WithholdingKind.PER_PAYMENT: {WithholdingKind.PER_PAYMENT},
    WithholdingKind.CUMULATIVE: {WithholdingKind.PER_PAYMENT, WithholdingKind.CUMULATIVE},
}
"""Which earlier payments one is taxed together with: never what was invoiced, nor what the year's reckoning took in."""


def _taxed(
    statements: Sequence[Statement], day: date, *, beside: PayoutBatch | None = None
) -> list[tuple[WithholdingKind, Withheld]]:
    """What is kept back of each, as if `beside` were not there. Raises TaxUnknown."""
    try:
        return list(_withheld(statements, day, beside))
    except NoTable as error:
        raise TaxUnknown(_("No tax table holds on %(day)s. Choose another day.") % {"day": day}) from error


def _withheld(
    statements: Iterable[Statement], day: date, beside: PayoutBatch | None
) -> Iterator[tuple[WithholdingKind, Withheld]]:
    """What is kept back of each statement paid on that day, in their order; two queries."""
    earners = {one.earner_id for one in statements}
    kinds = dict(
        WithholdingProfile.objects.filter(earner__in=earners, span__contains=day).values_list("earner", "kind")
    )
    months: dict[int, dict[int, _Month]] = defaultdict(lambda: defaultdict(_Month))
    paid = Transfer.objects.filter(statement__earner__in=earners, state__in=LIVE, batch__pays_on__year=day.year)
    sums = paid.exclude(batch=beside).values_list("statement__earner", "batch__pays_on__month", "withholding")
    for earner, month, taxed, gross, tax in sums.annotate(gross=Sum("gross_fen"), tax=Sum("withheld_fen")).order_by():
        if taxed in COUNTED[kinds.get(earner, WithholdingKind.PER_PAYMENT)]:
            months[earner][month].gross_fen += gross
            months[earner][month].withheld_fen += tax
    for one in statements:
        kind = WithholdingKind(kinds.get(one.earner_id, WithholdingKind.PER_PAYMENT))
        year = months[one.earner_id]
        tax = withhold(kind, one.payable_fen, day=day, before=_so_far(kind, year, day.month))
        year[day.month].gross_fen += one.payable_fen
        year[day.month].withheld_fen += tax.amount_fen
        yield kind, tax


def _so_far(kind: WithholdingKind, year: dict[int, _Month], this: int) -> SoFar:
    """By the payment: what was paid in this month; over the year: up to this month, and how many without a break."""
    counted = [month for month in year if month == this or (kind == WithholdingKind.CUMULATIVE and month < this)]
    unbroken = this
    while unbroken - 1 in counted:
        unbroken -= 1
    return SoFar(
        gross_fen=sum(year[month].gross_fen for month in counted),
        withheld_fen=sum(year[month].withheld_fen for month in counted),
        months=this - unbroken + 1,
    )


def _decide(batch: PayoutBatch, state: BatchState, **fields: object) -> None:
    """Move a prepared payout on; its row is locked until the end of the transaction."""
    if not PayoutBatch.objects.filter(pk=batch.pk, state=BatchState.PREPARED).update(state=state, **fields):
        raise PayoutIsDecided(_("This payout has been decided already. Nothing was changed."))


@transaction.atomic
def approve_payout(*, batch: PayoutBatch, by: User, now: datetime) -> PayoutBatch:
    """Let the payout go to the bank: in the books the earners are owed it no more, the clearing account is.

    Raises PreparedThePayout, PayoutIsDecided or TaxHasChanged; then nothing is booked.
    """
    _one_at_a_time()
    own = PreparedThePayout(_("You prepared this yourself. Ask another admin to look at it and approve it."))
    with pghistory.context(user=by.pk):
        with refusing({"payout_is_approved_by_somebody_else": own}):
            _decide(batch, BatchState.APPROVED, approved_by=by, approved_at=now)
        items = list(batch.items.select_related("statement").order_by("pk"))
        _refuse_stale_tax(batch, items)
        batch.items.filter(state=TransferState.WAITING).update(state=TransferState.SENT)
    payable = _payable(items)
    clearing, tax = account(CLEARING, None, Nature.LIABILITY), account(TAX, None, Nature.LIABILITY)
    _book(
        [
            *(
                Booking(f"payout:{one.pk}", _memo(SENT, one), payable[one.pk], clearing.pk, one.net_fen)
                for one in items
            ),
            *(
                Booking(f"withheld:{one.pk}", _memo(WITHHELD, one), payable[one.pk], tax.pk, one.withheld_fen)
                for one in items
                if one.withheld_fen
            ),
        ],
        by=by,
        now=now,
    )
    batch.refresh_from_db()
    return batch


def _refuse_stale_tax(batch: PayoutBatch, items: Sequence[Transfer]) -> None:
    """Payouts given up or returned since, and new profiles, change what is kept back: earner by earner in all."""
    anew = _taxed([one.statement for one in items], batch.pays_on, beside=batch)
    differs: dict[int, int] = defaultdict(int)
    for item, (kind, tax) in zip(items, anew, strict=True):
        differs[item.statement.earner_id] += tax.amount_fen - item.withheld_fen
        if kind != item.withholding:
            break
    else:
        if not any(differs.values()):
            return
    raise TaxHasChanged(
        _("The tax in this payout does not hold any more: another payout or a tax profile has changed since.")
        + " "
        + _("Give it up and prepare it anew; nothing was sent.")
    )


@transaction.atomic
def withdraw_payout(*, batch: PayoutBatch, by: User, now: datetime) -> None:
    """Give a payout up before it is approved: its statements can be paid by another. Raises PayoutIsDecided."""
    _one_at_a_time()
    with pghistory.context(user=by.pk):
        _decide(batch, BatchState.WITHDRAWN)
        batch.items.update(state=TransferState.WITHDRAWN)


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
            item.said = " / ".join(dict.fromkeys(row.said for row in said[number]))[:200]
            moved.append(item)
        elif outcome not in {item.state, UNKNOWN}:
            recorded.otherwise.append(number)
    if recorded.strange:
        _refuse_an_earlier_try(moved)
    Transfer.objects.bulk_update(moved, ["state", "said", "settled_by", "settled_at"])
    _book(list(_answers(moved)), by=by, now=now)
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


def _answers(items: Sequence[Transfer]) -> Iterator[Booking]:
    """What the books say to the bank's answers."""
    payable = _payable(items)
    clearing, tax = account(CLEARING, None, Nature.LIABILITY), account(TAX, None, Nature.LIABILITY)
    house = account(HOUSE, None, Nature.ASSET)
    for one in items:
        if one.state == TransferState.PAID:
            yield Booking(f"paid:{one.pk}", _memo(PAID_OUT, one), clearing.pk, house.pk, one.net_fen)
        elif one.state == TransferState.FAILED:
            yield Booking(f"returned:{one.pk}", _memo(RETURNED, one), clearing.pk, payable[one.pk], one.net_fen)
            if one.withheld_fen:
                back = _memo(TAX_RETURNED, one)
                yield Booking(f"taxreturned:{one.pk}", back, tax.pk, payable[one.pk], one.withheld_fen)


def _payable(items: Sequence[Transfer]) -> dict[int, int]:
    """The account each transfer is owed from, by the transfer's id."""
    accounts = accounts_of({one.statement.earner_id for one in items}, purpose=PAYABLE, nature=Nature.LIABILITY)
    return {one.pk: accounts[one.statement.earner_id] for one in items}


def _memo(code: str, item: Transfer) -> Memo:
    return Memo(code, {"number": item.statement.number})


def _book(bookings: list[Booking], *, by: User, now: datetime) -> None:
    if bookings:
        period, day = booking_day(timezone.localdate(now), by=by, now=now)
        post_transfers(bookings, period=period, booked_on=day, by=by)
