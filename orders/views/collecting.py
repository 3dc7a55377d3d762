"""收款: every order of a campaign with what is due of it, recorded in one tap."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Group
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
from orders.queries import leaders_groups, unpaid_by_group
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
    """What is due in a leader's groups, or in one of all groups; those that owe first, all of it on demand."""
    campaign = visible_campaign(request.user, pk)
    groups = list(leaders_groups(campaign, request.user))
    chosen = [group for group in groups if str(group.pk) == request.GET.get("group")]
    if request.user.is_leader or len(groups) < 2:
        return collecting_page(request, campaign, groups)
    if chosen:
        return collecting_page(request, campaign, chosen)
    unpaid = unpaid_by_group(campaign)
    context = {"campaign": campaign, "groups": [(group, unpaid.get(group.pk)) for group in groups]}
    return render_page(request, "orders/collecting_groups.html", context)


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
    if not wants_fragment(request):
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
    if on_order(request) or not wants_fragment(request):  # the row says it itself, and takes it back
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
        return at_order(request, AtOrder(order))
    page = collecting_url(order.campaign_id, order.group_id, request.user)
    return redirect(f"{page}#order-{order.pk}")


def refuse(request: SignedInRequest, order: Order, why: str) -> HttpResponse:
    if on_order(request):
        return order_page(request, order.pk, refused=Refused(money=why))
    return at_order(request, AtOrder(order, why))


def at_order(request: SignedInRequest, at: AtOrder) -> HttpResponse:
    """The page the order stands on: a leader's has all the own groups, the desk's the order's."""
    groups = leaders_groups(at.order.campaign, request.user)
    if not request.user.is_leader:
        groups = groups.filter(pk=at.order.group_id)
    return collecting_page(request, at.order.campaign, list(groups), at)


def collecting_url(campaign_id: int, group_id: int, user: User) -> str:
    url = reverse("orders:collecting", args=[campaign_id])
    return url if user.is_leader else f"{url}?group={group_id}"


def collecting_page(
    request: SignedInRequest, campaign: Campaign, groups: Sequence[Group], at: AtOrder | None = None
) -> HttpResponse:
    """The page; as a fragment the row of the order `at` is about, and the figures around it."""
    money = collecting_of(campaign, groups)
    show_all = request.GET.get("show") == "all"
    here = request.path if at is None else reverse("orders:collecting", args=[campaign.pk])
    within = "" if request.user.is_leader or len(groups) != 1 else f"&group={groups[0].pk}"
    row = money.find(at.order.pk) if at else None
    context = {
        "campaign": campaign,
        "groups": groups,
        "money": money,
        "rows": money.rows if show_all else money.open,
        "views": [
            {
                "text": _("Unpaid"),
                "url": f"{here}?show=unpaid{within}",
                "current": not show_all,
                "count": len(money.open),
            },
            {"text": _("All"), "url": f"{here}?show=all{within}", "current": show_all, "count": len(money.rows)},
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
