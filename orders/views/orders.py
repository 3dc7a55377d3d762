"""Orders: found, read as what happened to them, refunded line by line."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from core.access import SignedInRequest, operator_only, roles
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say
from core.models import User
from core.money import format_yuan
from core.paging import page_by_key
from orders import services
from orders.enums import ClaimKind, OrderSource
from orders.forms import AmountForm, CorrectionForm, OrderFilterForm, PaymentForm, RefundForm, WeightForm
from orders.models import Order, OrderLine, Payment, PaymentClaim, SaleFact
from orders.pickup import pickup_code
from orders.queries import (
    Due,
    open_claims,
    orders_matching,
    others_at_the_door,
    payments_of,
    timeline,
    with_goods,
)

LATEST = 20
"""Orders shown on a member's page; the list has the rest."""

worker = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER)
reader = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER, Role.AUDITOR)
"""An auditor reads the sales that the money comes from."""


@require_safe
@reader
def order_list(request: SignedInRequest) -> HttpResponse:
    """Orders by member, door, campaign, group and state, the latest first; a leader sees the own groups'."""
    filters = OrderFilterForm(request.GET, user=request.user)
    orders = Order.objects.visible_to(request.user).filter(**filters.conditions())
    found = with_goods(orders_matching(orders, request.GET.get("q", "")))
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    context = {"filters": filters, "page": page_by_key(found, by="-placed_at", after=after, before=before)}
    return render_page(request, "orders/order_list.html", context, fragment="list")


@require_safe
@reader
def order_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return order_page(request, pk)


@require_POST
@operator_only
def refund(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give money back for one delivered line, by quantity or by amount."""
    line = get_object_or_404(OrderLine.objects.visible_to(request.user), pk=pk)
    form = RefundForm(request.POST, prefix=f"line-{line.pk}")
    if form.is_valid():
        try:
            fact = record_refund(line, form, request)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("¥%(amount)s refunded.") % {"amount": format_yuan(-fact.amount_fen)})
            return redirect("orders:order_detail", line.order_id)
    return order_page(request, line.order_id, refused=Refused(line.pk, refund=form))


@require_POST
@operator_only
def order_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add to an order or take from it after the cut-off: a correction on top, with who and why."""
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related("group"), pk=pk)
    form = CorrectionForm(request.POST, order=order)
    if form.is_valid():
        reason, now = form.cleaned_data["reason"], timezone.now()
        try:
            services.correct_order(order=order, quantities=form.quantities, reason=reason, by=request.user, now=now)
        except services.NotCorrectable as error:
            form.add_error(None, str(error))
        except DomainError as error:
            form.add_error("quantity", str(error))
        else:
            say(request, _("Corrected. It stands below with who and why."))
            return redirect("orders:order_detail", pk)
    return order_page(request, pk, refused=Refused(correction=form))


def record_refund(line: OrderLine, form: RefundForm, request: SignedInRequest) -> SaleFact:
    """By whichever of the two the form names."""
    quantity, amount_fen = form.cleaned_data["quantity"], form.cleaned_data["amount_fen"]
    reason, by, now = form.cleaned_data["reason"], request.user, timezone.now()
    if quantity is None:
        return services.refund_amount(line_id=line.pk, amount_fen=amount_fen, reason=reason, by=by, now=now)
    return services.refund_quantity(line_id=line.pk, quantity=quantity, reason=reason, by=by, now=now)


@dataclass(frozen=True, slots=True)
class Refused:
    """A form of the page with what was typed: of a line (refund, weight), or of the order (the others).

    `money` is why something of the payments was refused that has no fields.
    """

    line_id: int | None = None
    refund: RefundForm | None = None
    weight: WeightForm | None = None
    correction: CorrectionForm | None = None
    payment: PaymentForm | None = None
    packet: AmountForm | None = None
    money: str = ""


@dataclass(frozen=True, slots=True)
class Paying:
    """The money of the order on its page; the forms are there for who may record it."""

    due: Due
    payments: list[Payment]
    claims: list[PaymentClaim]
    form: PaymentForm | None
    packet: AmountForm | None
    own: int | None = None
    """The member a leader is: they take back only what they hold themselves."""


def paying(user: User, order: Order, net_fen: int, refused: Refused) -> Paying:
    payments, claims = payments_of(order), open_claims(order)
    due = Due(net_fen, sum(payment.amount_fen for payment in payments))
    claims = [claim for claim in claims if due.fen > 0 or claim.kind == ClaimKind.RED_PACKET]
    if not (user.is_operator or user.is_leader):
        return Paying(due, payments, claims, None, None)
    form = refused.payment or PaymentForm(order=order, due=due, user=user)
    packet = refused.packet or AmountForm(prefix="packet", initial={"amount_fen": max(due.fen, 0) or None})
    return Paying(due, payments, claims, form, packet, services.held_by(user) if user.is_leader else None)


def order_page(request: SignedInRequest, pk: int, *, refused: Refused | None = None) -> HttpResponse:
    """One order: its lines, what happened to them, whom and what it came through."""
    refused = refused or Refused()
    orders = Order.objects.visible_to(request.user)
    order = get_object_or_404(
        orders.select_related("campaign", "group", "member", "leader", "referrer_1", "referrer_2", "placed_by"), pk=pk
    )
    lines = [
        (line, refund_form(line, refused) if request.user.is_operator else None)
        for line in order.lines.select_related("offer").order_by("offer__position", "pk").with_scale()
    ]
    net_fen = sum(line.net_fen for line, _form in lines)
    under_way = order.campaign.is_under_way
    correction = refused.correction or (CorrectionForm(order=order) if under_way else None)
    may_weigh = under_way and (request.user.is_operator or request.user.is_leader)
    context = {
        "order": order,
        "lines": lines,
        "net_fen": net_fen,
        "pickup_code": pickup_code(order),
        "paying": paying(request.user, order, net_fen, refused),
        "events": timeline(order),
        "refundable": any(form for _line, form in lines),
        "to_weigh": [line for line, _form in lines if line.can_be_weighed] if may_weigh else [],
        "refusal": refused.weight.refusal if refused.weight else "",
        "correction": correction if request.user.is_operator else None,
        "refused": refused,
        "at_the_door": others_at_the_door(order) if order.source == OrderSource.PUBLIC else [],
    }
    return render_page(request, "orders/order_detail.html", context, status=200 if refused == Refused() else 422)


def refund_form(line: OrderLine, refused: Refused) -> RefundForm | None:
    """The form of a line of which something can still be refunded; the refused one keeps what was typed."""
    if refused.refund and refused.line_id == line.pk:
        return refused.refund
    return RefundForm(prefix=f"line-{line.pk}") if line.delivered_fen > line.refunded_fen else None


@require_safe
@worker
def member_orders(request: SignedInRequest, pk: int) -> HttpResponse:
    """A member's latest orders: a part of the member's page."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    orders = with_goods(Order.objects.visible_to(request.user).filter(member=member))
    context = {"member": member, "orders": orders.order_by("-placed_at", "-pk")[:LATEST]}
    return render_page(request, "orders/member_orders.html", context, fragment="list")
