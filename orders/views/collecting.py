"""收款: every order of a campaign with what is due of it, recorded in one tap."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import SignedInRequest, leader_or_operator, roles
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say, wants_fragment
from core.models import User
from core.money import format_yuan
from orders import services
from orders.forms import CollectForm
from orders.models import Campaign, Order, Payment, PaymentClaim
from orders.queries import collecting as collecting_of
from orders.queries import leaders_groups
from orders.views.campaign_page import visible_campaign
from orders.views.orders import Refused, order_page

reader = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class AtOrder:
    """The order something was just done to, and why it was refused."""

    order: Order
    refusal: str = ""


@require_safe
@reader
def collecting(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is due in this person's groups, those that owe first; all of it on demand."""
    return collecting_page(request, visible_campaign(request.user, pk))


@require_POST
@leader_or_operator
def collect(request: SignedInRequest, pk: int) -> HttpResponse:
    """One tap: what was shown as due came in cash or by WeChat, or what was too much went back."""
    order = visible_order(request.user, pk)
    form = CollectForm(request.POST)
    if not form.is_valid():
        return refuse(request, order, _("Say again how it was paid. Nothing was booked."))
    due_fen, method = form.cleaned_data["due"], form.method_chosen
    try:
        payment = services.collect_due(order=order, due_fen=due_fen, method=method, by=request.user, now=timezone.now())
    except DomainError as error:
        return refuse(request, order, str(error))
    return booked(request, payment)


@require_POST
@leader_or_operator
def claim_confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    """The money somebody spoke of is there."""
    claim = visible_claim(request.user, pk)
    form = CollectForm(request.POST)
    if not form.is_valid():
        return refuse(request, claim.order, _("Say again how it was paid. Nothing was booked."))
    due_fen, method = form.cleaned_data["due"], form.method_chosen
    try:
        payment = services.confirm_claim(
            claim=claim, due_fen=due_fen, method=method, by=request.user, now=timezone.now()
        )
    except DomainError as error:
        return refuse(request, claim.order, str(error))
    return booked(request, payment)


@require_POST
@leader_or_operator
def claim_refuse(request: SignedInRequest, pk: int) -> HttpResponse:
    """The money did not come."""
    claim = visible_claim(request.user, pk)
    try:
        services.refuse_claim(claim=claim, by=request.user, now=timezone.now())
    except DomainError as error:
        return refuse(request, claim.order, str(error))
    say(request, _("Noted: no money came."))
    return back(request, claim.order)


@require_POST
@leader_or_operator
def payment_take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """A payment was recorded by mistake: its opposite is appended."""
    payments = Payment.objects.visible_to(request.user).select_related("order__campaign", "order__member")
    payment = get_object_or_404(payments, pk=pk)
    try:
        services.take_back_payment(payment=payment, by=request.user, now=timezone.now())
    except DomainError as error:
        return refuse(request, payment.order, str(error))
    words = {"name": payment.order.member.name, "amount": format_yuan(payment.amount_fen)}
    say(request, _("%(name)s, ¥%(amount)s: taken back.") % words)
    return back(request, payment.order)


def booked(request: SignedInRequest, payment: Payment) -> HttpResponse:
    """Say what was booked; the toast takes it back."""
    order = visible_order(request.user, payment.order_id)
    words = {
        "name": order.member.name,
        "amount": format_yuan(abs(payment.amount_fen)),
        "method": payment.get_method_display(),
    }
    if payment.amount_fen > 0:
        said = _("%(name)s: ¥%(amount)s received, %(method)s.")
    else:
        said = _("%(name)s: ¥%(amount)s given back, %(method)s.")
    page = "?page=order" if on_order(request) else ""
    say(request, said % words, undo_url=reverse("orders:payment_take_back", args=[payment.pk]) + page)
    return back(request, order)


def on_order(request: SignedInRequest) -> bool:
    """Whether it was asked on the order's own page; the toast says so in the address."""
    return "order" in (request.POST.get("page"), request.GET.get("page"))


def back(request: SignedInRequest, order: Order) -> HttpResponse:
    """Where it was asked: the order's page, its row among those to collect for, or without JavaScript that page."""
    if on_order(request):
        return redirect(f"{reverse('orders:order_detail', args=[order.pk])}#payments")
    if wants_fragment(request):
        return collecting_page(request, order.campaign, AtOrder(order))
    return redirect(f"{reverse('orders:collecting', args=[order.campaign_id])}#order-{order.pk}")


def refuse(request: SignedInRequest, order: Order, why: str) -> HttpResponse:
    if on_order(request):
        return order_page(request, order.pk, refused=Refused(money=why))
    return collecting_page(request, order.campaign, AtOrder(order, why))


def collecting_page(request: SignedInRequest, campaign: Campaign, at: AtOrder | None = None) -> HttpResponse:
    """The page; as a fragment the row of the order `at` is about, and the figures around it."""
    groups = list(leaders_groups(campaign, request.user))
    money = collecting_of(campaign, groups)
    show_all = request.GET.get("show") == "all"
    row = money.find(at.order.pk) if at else None
    context = {
        "campaign": campaign,
        "groups": groups,
        "money": money,
        "rows": money.rows if show_all else money.open,
        "views": [
            {"text": _("Unpaid"), "url": "?", "current": not show_all, "count": len(money.open)},
            {"text": _("All"), "url": "?show=all", "current": show_all, "count": len(money.rows)},
        ],
        "may_record": request.user.is_leader or request.user.is_operator,
        "at": at,
        "row": row,
    }
    status = 422 if at and at.refusal else 200
    fragment = "changed" if row else None
    return render_page(request, "orders/collecting.html", context, fragment=fragment, status=status)


def visible_order(user: User, pk: int) -> Order:
    return get_object_or_404(Order.objects.visible_to(user).select_related("campaign", "member"), pk=pk)


def visible_claim(user: User, pk: int) -> PaymentClaim:
    claims = PaymentClaim.objects.visible_to(user).select_related("order__campaign", "order__member")
    return get_object_or_404(claims, pk=pk)
