"""Disputes: an earner says what is wrong with a line, an admin answers."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, admin_only, leader_only, money_reader
from core.errors import DomainError
from core.http import render_page, say
from core.paging import page_by_key
from orders.models import Order
from referrals import services
from referrals.enums import DisputeState
from referrals.forms import AnswerForm, DisputeForm
from referrals.models import Dispute
from referrals.queries import claims_on, entries_on
from referrals.views.statements import visible_statement


@require_safe
@money_reader
def dispute_list(request: SignedInRequest) -> HttpResponse:
    """What waits for an answer, the oldest first; or what was answered, the latest first."""
    answered = request.GET.get("state") == "answered"
    disputes = Dispute.objects.visible_to(request.user).select_related(
        "statement__earner", "statement__period", "order__campaign", "answered_by"
    )
    shown = disputes.exclude(state=DisputeState.OPEN) if answered else disputes.filter(state=DisputeState.OPEN)
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    page = page_by_key(shown, by="-raised_at" if answered else "raised_at", after=after, before=before)
    views = [(_("Waiting"), "", not answered), (_("Answered"), "answered", answered)]
    context = {"page": page, "answered": answered, "views": views}
    return render_page(request, "referrals/dispute_list.html", context, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@leader_only
def dispute_create(request: SignedInRequest, pk: int, order: int) -> HttpResponse:
    """Say what is wrong with an order's line on the own statement."""
    statement = visible_statement(request.user, pk)
    found = get_object_or_404(Order.objects.select_related("campaign", "member"), pk=order)
    if not entries_on(statement).filter(order=found).exists():
        raise Http404
    form = DisputeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            text = form.cleaned_data["text"]
            services.raise_dispute(statement=statement, order=found, text=text, by=request.user, now=now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Sent. The statement is not approved before you have an answer."))
            return redirect("referrals:statement_orders", pk, found.campaign_id)
    known = Order.objects.visible_to(request.user).filter(pk=order).exists()
    context = {"statement": statement, "order": found, "known": known, "form": form}
    return render_page(request, "referrals/dispute_create.html", context, status=422 if form.is_bound else 200)


@require_safe
@money_reader
def dispute_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the earner says beside how the amount came about."""
    return _dispute_detail(request, _dispute(request, pk), AnswerForm())


def _dispute(request: SignedInRequest, pk: int) -> Dispute:
    disputes = Dispute.objects.visible_to(request.user).select_related(
        "statement__earner", "statement__period", "order__campaign", "order__member", "raised_by", "answered_by"
    )
    dispute: Dispute = get_object_or_404(disputes, pk=pk)
    return dispute


def _dispute_detail(request: SignedInRequest, dispute: Dispute, form: AnswerForm) -> HttpResponse:
    earner = dispute.statement.earner_id
    context = {
        "dispute": dispute,
        "claims": [one for one in claims_on(dispute.order, user=request.user) if one.latest.beneficiary_id == earner],
        "form": form if request.user.is_admin and dispute.state == DisputeState.OPEN else None,
    }
    return render_page(request, "referrals/dispute_detail.html", context, status=422 if form.is_bound else 200)


@require_POST
@admin_only
def dispute_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say that the amount stands, or that it was wrong, and why."""
    dispute, form = _dispute(request, pk), AnswerForm(request.POST)
    if form.is_valid():
        state, answer = DisputeState(form.cleaned_data["state"]), form.cleaned_data["answer"]
        try:
            services.answer_dispute(dispute=dispute, state=state, answer=answer, by=request.user, now=now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Answered. %(earner)s reads it on the statement.") % {"earner": dispute.statement.earner})
            return redirect("referrals:dispute_list")
    return _dispute_detail(request, dispute, form)
