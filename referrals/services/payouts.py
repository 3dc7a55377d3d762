"""Paying out: prepared by one admin, approved by another, and sent as a file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pghistory
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.violations import refusing
from referrals.enums import LIVE, BatchState, PayoutLayout, StatementState, TransferState, WithholdingKind
from referrals.models import PayoutBatch, Statement, Transfer, WithholdingProfile
from referrals.rules.withholding import NoTable, SoFar, Withheld, withhold
from referrals.services import payout_books


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


class PayoutIsDecided(DomainError):
    """The payout is approved or given up already."""


class PreparedThePayout(DomainError):
    """Two people have to have looked: who prepared the payout does not approve it."""


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
    payout_books.book(payout_books.sent(items), by=by, now=now)
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
