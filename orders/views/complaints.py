"""售后: a leader proposes a refund for what was delivered, an operator settles it."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, leader_only, operator_only, roles
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say
from core.money import format_yuan
from core.paging import page_by_key
from core.pictures import ASK_AGAIN, picture_answer
from orders import services
from orders.forms import ComplaintForm, HowMuchForm, RefuseForm
from orders.models import Complaint, Order, OrderLine
from orders.queries import with_story

SETTLED = "settled"

reader = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER, Role.AUDITOR)


@require_safe
@reader
def complaint_list(request: SignedInRequest) -> HttpResponse:
    """Complaints that wait, the oldest first, or those that are settled, the latest first."""
    settled = request.GET.get("state") == SETTLED
    complaints = Complaint.objects.visible_to(request.user)
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    chosen, by = (complaints.settled(), "-at") if settled else (complaints.open(), "at")
    context = {
        "page": page_by_key(with_story(chosen), by=by, after=after, before=before),
        "views": [(_("Waiting"), "", not settled), (_("Settled"), SETTLED, settled)],
        "settled": settled,
    }
    return render_page(request, "orders/complaint_list.html", context, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@leader_only
def complaint_create(request: SignedInRequest, pk: int) -> HttpResponse:
    """Propose a refund for one line of an order that was delivered."""
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("member", "campaign"), pk=pk)
    lines = [line for line in lines_of(order) if line.delivered_fen > line.refunded_fen]
    form = ComplaintForm(request.POST or None, request.FILES or None, lines=lines, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.propose_refund(
                line_id=data["line"],
                quantity=data["quantity"],
                amount_fen=data["amount_fen"],
                reason=data["reason"],
                note=data["note"],
                photo=data["photo"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Proposed. The operators see it; what becomes of it stands on this page."))
            return redirect("orders:order_detail", pk)
    context = {"order": order, "form": form, "refundable": bool(lines)}
    return render_page(request, "orders/complaint_form.html", context, status=422 if form.errors else 200)


def lines_of(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("offer").order_by("offer__position", "pk"))


@require_safe
@reader
def complaint_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return complaint_page(request, pk)


@require_POST
@operator_only
def complaint_refund(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give back what was proposed, or with the form a part of it."""
    complaint, part = visible_complaint(request, pk), None
    if "whole" not in request.POST:
        part = HowMuchForm(request.POST)
        if not part.is_valid():
            return complaint_page(request, pk, part=part)
    how_much = part.cleaned_data if part else {}
    try:
        decision = services.refund_complaint(complaint=complaint, **how_much, by=request.user, now=timezone.now())
    except DomainError as error:
        return complaint_page(request, pk, part=part, refusal=str(error))
    say(request, _("¥%(amount)s refunded.") % {"amount": format_yuan(decision.refunded_fen)})
    return redirect("orders:complaint_list")


@require_POST
@operator_only
def complaint_refuse(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give nothing back, and say why."""
    complaint, form = visible_complaint(request, pk), RefuseForm(request.POST)
    if not form.is_valid():
        return complaint_page(request, pk, refuse=form)
    reason = form.cleaned_data["reason"]
    try:
        services.refuse_complaint(complaint=complaint, reason=reason, by=request.user, now=timezone.now())
    except DomainError as error:
        return complaint_page(request, pk, refuse=form, refusal=str(error))
    say(request, _("Not refunded. The leader reads why."))
    return redirect("orders:complaint_list")


@require_safe
@reader
def complaint_photo(request: SignedInRequest, pk: int, size: str) -> HttpResponse:
    """The photo, for whoever may see the order now."""
    complaint = visible_complaint(request, pk)
    if complaint.photo_id is None:
        raise Http404
    return picture_answer(request, complaint.photo_id, size, cached=ASK_AGAIN)


def visible_complaint(request: SignedInRequest, pk: int) -> Complaint:
    return get_object_or_404(Complaint.objects.visible_to(request.user), pk=pk)


def complaint_page(
    request: SignedInRequest,
    pk: int,
    *,
    part: HowMuchForm | None = None,
    refuse: RefuseForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    """One complaint: what is asked for and why, the photo, and what became of it or the two ways to settle it."""
    complaint = get_object_or_404(with_story(Complaint.objects.visible_to(request.user)), pk=pk)
    refused = bool(part or refuse or refusal)
    context = {
        "complaint": complaint,
        "part": part or HowMuchForm(),
        "refuse": refuse or RefuseForm(),
        "refusal": refusal,
        "may_settle": request.user.is_operator and complaint.decision is None,
    }
    return render_page(request, "orders/complaint_detail.html", context, status=422 if refused else 200)
