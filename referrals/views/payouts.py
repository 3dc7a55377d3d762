"""Payouts: choose, check, approve with the password typed anew, the file for the bank, what comes back."""

import csv
from datetime import timedelta
from io import StringIO

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, admin_only, money_reader
from core.errors import DomainError
from core.freshness import freshly_signed_in
from core.http import render_page, say
from core.models import User
from core.paging import page_by_key
from core.spreadsheets import Sheet, Yuan, harmless, xlsx_answer
from core.tables import read_table
from referrals import services
from referrals.enums import BatchState, PayoutLayout, TransferState
from referrals.forms import CameBackForm, PayoutForm, QuarterForm, ReturnsForm
from referrals.models import PayoutBatch, Transfer
from referrals.queries import (
    entered_after_approval,
    first_day_of_quarter,
    lines_of_file,
    paid_in_quarter,
    statements_to_pay,
)
from referrals.rules.capitals import in_capitals
from referrals.rules.payout_files import LAYOUTS, NotReturns, read_returns, written


@require_safe
@money_reader
def payout_list(request: SignedInRequest) -> HttpResponse:
    batches = PayoutBatch.objects.visible_to(request.user).select_related("made_by", "approved_by")
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    context = {
        "page": page_by_key(batches, by="-made_at", after=after, before=before),
        "to_pay": statements_to_pay(request.user).count(),
    }
    return render_page(request, "referrals/payout_list.html", context, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_only
def payout_create(request: SignedInRequest) -> HttpResponse:
    """Choose the statements to pay; all of them are chosen to begin with."""
    payable = statements_to_pay(request.user)
    form = PayoutForm(request.POST if request.method == "POST" else None, payable=payable, today=localdate())
    if form.is_valid():
        data = form.cleaned_data
        try:
            batch = services.prepare_payout(
                statements=[one.pk for one in data["statements"]],
                pays_on=data["pays_on"],
                layout=PayoutLayout(data["layout"]),
                by=request.user,
                now=now(),
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("referrals:payout_detail", batch.pk)
    chosen = request.POST.getlist("statements")
    rows = [(one, not form.is_bound or str(one.pk) in chosen) for one in payable]
    total = sum(one.payable_fen for one, _chosen in rows)
    context = {"form": form, "rows": rows, "total_fen": total}
    return render_page(request, "referrals/payout_create.html", context, status=422 if form.is_bound else 200)


def _batch(user: User, pk: int) -> PayoutBatch:
    batches = PayoutBatch.objects.visible_to(user).select_related("made_by", "approved_by")
    batch: PayoutBatch = get_object_or_404(batches, pk=pk)
    return batch


@require_safe
@money_reader
def payout_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _payout_detail(request, pk)


def _payout_detail(
    request: SignedInRequest, pk: int, refusal: str = "", returns: ReturnsForm | None = None
) -> HttpResponse:
    """Who gets how much, the sum in words, and the next step of who may take it."""
    batch = _batch(request.user, pk)
    items = list(
        batch.items.select_related("statement__earner__payee_account__set_by", "statement__period").order_by("pk")
    )
    admin, prepared = request.user.is_admin, batch.state == BatchState.PREPARED
    context = {
        "batch": batch,
        "items": items,
        "words": in_capitals(batch.net_fen),
        "without_account": sum(not hasattr(one.statement.earner, "payee_account") for one in items),
        "prepared_it": prepared and batch.made_by_id == request.user.pk,
        "may_approve": admin and prepared and batch.made_by_id != request.user.pk,
        "may_give_up": admin and prepared,
        "returns": (returns or ReturnsForm()) if admin and _waits_for_the_bank(batch, items) else None,
        "refusal": refusal,
    }
    return render_page(request, "referrals/payout_detail.html", context, status=422 if refusal or returns else 200)


def _waits_for_the_bank(batch: PayoutBatch, items: list[Transfer]) -> bool:
    waiting = {TransferState.SENT, TransferState.UNKNOWN}
    return batch.state == BatchState.APPROVED and any(one.state in waiting for one in items)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_only
@freshly_signed_in
def payout_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    """The last look, and letting it go."""
    batch, refusal = _batch(request.user, pk), ""
    if request.method == "POST":
        try:
            services.approve_payout(batch=batch, by=request.user, now=now())
        except DomainError as error:
            refusal = str(error)
        else:
            say(request, _("%(payout)s is approved. Take the file to the bank.") % {"payout": batch})
            return redirect("referrals:payout_detail", pk)
    context = {"batch": batch, "words": in_capitals(batch.net_fen), "refusal": refusal}
    return render_page(request, "referrals/payout_approve.html", context, status=422 if refusal else 200)


@require_POST
@admin_only
def payout_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = _batch(request.user, pk)
    try:
        services.withdraw_payout(batch=batch, by=request.user, now=now())
    except DomainError as error:
        return _payout_detail(request, pk, refusal=str(error))
    say(request, _("%(payout)s is given up. Its statements can be paid by another.") % {"payout": batch})
    return redirect("referrals:payout_list")


@require_safe
@admin_only
def payout_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """The file for the bank, the same whenever it is asked for. Only an approved payout has one."""
    batch: PayoutBatch = get_object_or_404(
        PayoutBatch.objects.visible_to(request.user), pk=pk, state=BatchState.APPROVED
    )
    layout, lines = LAYOUTS[batch.layout], lines_of_file(batch)
    if layout.needs_account and not all(line.account for line in lines):
        return _payout_detail(request, pk, refusal=_("The bank's file needs every earner's account. Enter them first."))
    if own := entered_after_approval(batch, by=request.user):
        refusal = _(
            "You entered %(earner)s's account after the approval. Ask another admin to check it and take the file."
        )
        return _payout_detail(request, pk, refusal=refusal % {"earner": own.earner})
    text = StringIO(newline="")
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in written(layout, lines)])
    answer = HttpResponse(text.getvalue().encode(layout.encoding), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{batch}.csv"'
    return answer


@require_POST
@admin_only
def payout_returns(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take in the file that came back from the bank."""
    batch: PayoutBatch = get_object_or_404(
        PayoutBatch.objects.visible_to(request.user), pk=pk, state=BatchState.APPROVED
    )
    form = ReturnsForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            returned = read_returns(LAYOUTS[batch.layout], read_table(form.cleaned_data["file"].read()))
            recorded = services.record_returns(batch=batch, returned=returned, by=request.user, now=now())
        except NotReturns as error:
            form.add_error("file", _("The file has no column “%(column)s”. Nothing was recorded.") % {"column": error})
        except DomainError as error:
            form.add_error("file", str(error))
        else:
            say(request, _said(recorded))
            return redirect("referrals:payout_detail", pk)
    return _payout_detail(request, pk, returns=form)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_only
@freshly_signed_in
def came_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """A transfer the bank had paid came back: it is owed again."""
    paid = Transfer.objects.visible_to(request.user).filter(state=TransferState.PAID)
    transfer: Transfer = get_object_or_404(paid.select_related("batch", "statement__earner"), pk=pk)
    form = CameBackForm(request.POST or None)
    if form.is_valid():
        try:
            services.record_came_back(transfer=transfer, said=form.cleaned_data["said"], by=request.user, now=now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(
                request,
                _("%(number)s is owed again and can be paid by another payout.") % {"number": transfer.statement},
            )
            return redirect("referrals:payout_detail", transfer.batch_id)
    context = {"transfer": transfer, "form": form}
    return render_page(request, "referrals/came_back.html", context, status=422 if form.is_bound else 200)


@require_safe
@money_reader
def quarter_xlsx(request: SignedInRequest) -> HttpResponse:
    """Who was paid how much in a quarter, for the platform's report to the tax office; the one before today's."""
    this = first_day_of_quarter(localdate())
    asked = QuarterForm(request.GET)
    first_day = (asked.is_valid() and asked.first_day) or first_day_of_quarter(this - timedelta(days=1))
    header = [_("Earner"), _("Transfers"), _("Gross"), _("Tax kept back"), _("Net")]
    rows = [
        [one.name, one.transfers, Yuan(one.gross_fen), Yuan(one.withheld_fen), Yuan(one.net_fen)]
        for one in paid_in_quarter(first_day, user=request.user)
    ]
    name = f"{first_day.year}-Q{(first_day.month + 2) // 3}"
    return xlsx_answer(f"{name}.xlsx", [Sheet(name, header, rows)])


def _said(recorded: services.Recorded) -> str:
    told = _("%(paid)d paid, %(failed)d returned, %(unknown)d unknown.") % {
        "paid": recorded.paid,
        "failed": recorded.failed,
        "unknown": recorded.unknown,
    }
    if recorded.otherwise:
        otherwise = ngettext(
            "%(number)d row says otherwise than what is recorded, which was left as it is: %(names)s. Ask the bank.",
            "%(number)d rows say otherwise than what is recorded, which was left as it is: %(names)s. Ask the bank.",
            len(recorded.otherwise),
        )
        names = ", ".join(recorded.otherwise[:5])
        told = f"{told} {otherwise % {'number': len(recorded.otherwise), 'names': names}}"
    if not recorded.strange:
        return told
    strange = ngettext(
        "%(number)d row is not of this payout: %(names)s.",
        "%(number)d rows are not of this payout: %(names)s.",
        len(recorded.strange),
    )
    return f"{told} {strange % {'number': len(recorded.strange), 'names': ', '.join(recorded.strange[:5])}}"
