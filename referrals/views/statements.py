"""Statements: a period's list, one of them to read and print, its lines order by order; issuing and approving."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.access import SignedInRequest, admin_only, money_reader, signed_in
from core.errors import DomainError
from core.exports import ask_for_export
from core.http import render_page, say
from core.models import User
from core.paging import page_by_key
from core.templatetags.ui import money
from ledger.models import Period
from orders.models import Campaign
from referrals import services
from referrals.enums import StatementState
from referrals.forms import SeenForm
from referrals.jobs import PRINT_STATEMENTS
from referrals.models import Statement
from referrals.queries import approvable_by, campaigns_on, orders_on, statements_stand, with_disputes

PRINTED_AT_ONCE = 1_000
"""Statements in one file: half a minute of work at its end, and as much as anybody prints."""
READ_BY_A_SHARD = 50


@require_safe
@money_reader
def statement_list(request: SignedInRequest) -> HttpResponse:
    return _statement_list(request, request.GET.get("period", ""))


def _statement_list(request: SignedInRequest, wanted: str, refusal: str = "") -> HttpResponse:
    """The statements of one period, the largest payouts first; `refusal` says why the last wish was not granted."""
    periods = list(Period.objects.visible_to(request.user).order_by("-span"))
    period = next((one for one in periods if str(one.pk) == wanted), periods[0] if periods else None)
    context = {"periods": periods, "period": period, "refusal": refusal}
    if period is not None:
        statements = with_disputes(Statement.objects.visible_to(request.user).filter(period=period))
        after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
        context |= {
            "page": page_by_key(statements.select_related("earner"), by="-payable_fen", after=after, before=before),
            "stand": statements_stand(period),
            "approvable": len(approvable_by(request.user, period)),
        }
    return render_page(
        request, "referrals/statement_list.html", context, fragment="list", status=422 if refusal else 200
    )


def _chosen_period(request: SignedInRequest) -> Period:
    wanted = request.POST.get("period", "")
    period: Period = get_object_or_404(
        Period.objects.visible_to(request.user), pk=wanted if wanted.isascii() and wanted.isdecimal() else None
    )
    return period


@require_POST
@admin_only
def statement_issue(request: SignedInRequest) -> HttpResponse:
    """State what approved runs added for everybody, up to a period."""
    period = _chosen_period(request)
    try:
        issued = services.issue_statements(period=period, by=request.user, now=now())
    except DomainError as error:
        return _statement_list(request, str(period.pk), refusal=str(error))
    sentence = ngettext(
        "%(number)d statement issued, %(amount)s to be paid.",
        "%(number)d statements issued, %(amount)s to be paid.",
        issued.statements,
    )
    say(request, sentence % {"number": issued.statements, "amount": money(issued.payable_fen)})
    return redirect(f"{reverse('referrals:statement_list')}?period={period.pk}")


@require_POST
@admin_only
def statements_approve(request: SignedInRequest) -> HttpResponse:
    """Approve every statement of a period that this person may."""
    period = _chosen_period(request)
    chosen = approvable_by(request.user, period)
    if not chosen:
        refusal = _("None of these statements is yours to approve now: approved, disputed, your own, or issued by you.")
        return _statement_list(request, str(period.pk), refusal=refusal)
    try:
        approved = services.approve_statements(statements=chosen, by=request.user, now=now())
    except DomainError as error:
        return _statement_list(request, str(period.pk), refusal=str(error))
    sentence = ngettext(
        "%(number)d statement approved, %(amount)s to be paid.",
        "%(number)d statements approved, %(amount)s to be paid.",
        approved.statements,
    )
    say(request, sentence % {"number": approved.statements, "amount": money(approved.payable_fen)})
    return redirect(f"{reverse('referrals:statement_list')}?period={period.pk}")


def visible_statement(user: User, pk: int) -> Statement:
    found = Statement.objects.visible_to(user).select_related("period", "earner", "issued_by", "approved_by")
    statement: Statement = get_object_or_404(found, pk=pk)
    return statement


@require_safe
@signed_in
def statement_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _statement_detail(request, pk)


def _statement_detail(request: SignedInRequest, pk: int, refusal: str = "") -> HttpResponse:
    """One statement campaign by campaign, with what was said about it, as the earner reads it, too."""
    statement = visible_statement(request.user, pk)
    disputes = list(statement.disputes.select_related("order__campaign", "answered_by").order_by("-pk"))
    issued = statement.state == StatementState.ISSUED
    context = {
        "statement": statement,
        "campaigns": campaigns_on(statement),
        "disputes": disputes,
        "may_approve": request.user.is_admin
        and issued
        and statement.pk in approvable_by(request.user, statement.period),
        "prepared_it": request.user.is_admin and issued and statement.issued_by_id == request.user.pk,
        "refusal": refusal,
    }
    return render_page(request, "referrals/statement_detail.html", context, status=422 if refusal else 200)


@require_POST
@admin_only
def statement_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    statement = visible_statement(request.user, pk)
    form = SeenForm(request.POST)
    seen_fen = form.cleaned_data["seen"] if form.is_valid() else None
    try:
        services.approve_statements(statements=[pk], by=request.user, now=now(), seen_fen=seen_fen)
    except DomainError as error:
        return _statement_detail(request, pk, refusal=str(error))
    say(request, _("Statement %(number)s is approved and frozen.") % {"number": statement.number})
    return redirect("referrals:statement_detail", pk)


@require_safe
@signed_in
def statement_orders(request: SignedInRequest, pk: int, campaign: int) -> HttpResponse:
    """One campaign of a statement order by order. Buyers in groups of other leaders stay without a name."""
    statement = visible_statement(request.user, pk)
    found = get_object_or_404(Campaign, pk=campaign)
    lines = orders_on(statement, found, user=request.user)
    if not lines:
        raise Http404
    context = {
        "statement": statement,
        "campaign": found,
        "lines": lines,
        "may_dispute": statement.state == StatementState.ISSUED and statement.earner.user_id == request.user.pk,
    }
    return render_page(request, "referrals/statement_orders.html", context)


@require_POST
@signed_in
def statement_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    """The statement as a file; a job makes it, its page says when it can be fetched."""
    statement = visible_statement(request.user, pk)
    return _print(request, [pk], name=f"statement-{statement.number}", what={"statement": pk})


@require_POST
@money_reader
def statements_pdf(request: SignedInRequest) -> HttpResponse:
    """All statements of a period in one file, the largest payouts first."""
    period = _chosen_period(request)
    statements = Statement.objects.visible_to(request.user).filter(period=period).order_by("-payable_fen", "pk")
    ids = list(statements.values_list("pk", flat=True)[: PRINTED_AT_ONCE + 1])
    if not ids:
        return _statement_list(request, str(period.pk), refusal=_("No statement of this period yet"))
    if len(ids) > PRINTED_AT_ONCE:
        refusal = _("A file takes %(most)d statements, and this period has more. Open those you need one by one.")
        return _statement_list(request, str(period.pk), refusal=refusal % {"most": PRINTED_AT_ONCE})
    return _print(request, ids, name=f"statements-{period}", what={"period": period.pk})


def _print(request: SignedInRequest, ids: list[int], *, name: str, what: dict[str, int]) -> HttpResponse:
    job = ask_for_export(
        kind=PRINT_STATEMENTS,
        ids=ids,
        header=[],
        arguments=what,
        file_name=f"{name}.pdf",
        by=request.user,
        now=now(),
        part=READ_BY_A_SHARD,
    )
    return redirect("core:job_detail", job.pk)
