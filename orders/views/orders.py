"""Orders: found, read as what happened to them, refunded line by line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from core.access import SignedInRequest, operator_only, operator_or_admin, roles
from core.columns import ASKED, chosen_columns
from core.enums import Role
from core.errors import DomainError
from core.exports import AT_ONCE, MOST, TooLong, ask_for_export
from core.http import in_this_language, render_page, say
from core.models import User
from core.money import format_yuan
from core.paging import all_by_key, in_order, page_by_key
from core.saved_views import list_page, views_of
from core.spreadsheets import Sheet, csv_stream, xlsx_answer
from orders import services
from orders.enums import ClaimKind, OrderSource, PayMethod
from orders.forms import AmountForm, CorrectionForm, OrderFilterForm, PaymentForm, RefundForm, WeightForm
from orders.jobs import EXPORT_ORDERS
from orders.models import Complaint, Coupon, Order, OrderLine, Payment, PaymentClaim, SaleFact
from orders.pickup import pickup_code
from orders.queries import (
    ORDER_COLUMNS,
    Due,
    complaints_of,
    coupons_for,
    file_header,
    file_rows,
    open_claims,
    orders_matching,
    orders_narrowed,
    others_at_the_door,
    payments_of,
    timeline,
    told,
    with_goods,
    with_people,
)

FILTERS = ("q", "campaign", "group", "state", "leader", "product", "source", "since", "until", "place", "sort")
ORDERS = list_page("orders:order_list", keeps=FILTERS, columns=ORDER_COLUMNS)
CSV_ROWS = 1_000
"""Orders read at a time: their lines come along in one more query."""
LATEST = 20
"""Orders shown on a member's page; the list has the rest."""

worker = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER)
reader = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER, Role.AUDITOR)
"""An auditor reads the sales that the money comes from."""
desk_reader = roles(Role.OPERATOR, Role.ADMIN, Role.AUDITOR)
"""A file is for the desk: WeChat's browser keeps none."""


@require_safe
@reader
def order_list(request: SignedInRequest) -> HttpResponse:
    """Orders by whom, where, what and when, the latest first; a leader sees the own groups'."""
    return _order_list(request)


def _order_list(request: SignedInRequest, refusal: str = "") -> HttpResponse:
    asked, columns = OrdersAsked(request), chosen_columns(ORDER_COLUMNS, request.GET.getlist(ASKED))
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    context = {
        "filters": asked.filters,
        "page": page_by_key(with_people(asked.orders), by=asked.sort, after=after, before=before),
        "columns": columns,
        "sort": asked.sort,
        "views": views_of(ORDERS, request.user, request.GET),
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render_page(request, "orders/order_list.html", context, fragment="list", status=status)


class OrdersAsked:
    """The orders that the address asks for, of what may be seen, and their order."""

    def __init__(self, request: SignedInRequest) -> None:
        self.filters = OrderFilterForm(request.GET, user=request.user)
        self.sort = "placed_at" if request.GET.get("sort") == "placed_at" else "-placed_at"
        visible = orders_narrowed(Order.objects.visible_to(request.user), **self.filters.conditions())
        text = request.GET.get("q", "")
        self.orders = orders_matching(visible, text, by_phone=not request.user.is_auditor)


@require_safe
@desk_reader
def order_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """All orders the address asks for with the columns it chose, however many: sent while they are read."""
    asked, columns = OrdersAsked(request), chosen_columns(ORDER_COLUMNS, request.GET.getlist(ASKED))
    pages = all_by_key(with_people(asked.orders), by=asked.sort, size=CSV_ROWS)
    rows = in_this_language(file_rows(chain.from_iterable(pages), columns))
    return csv_stream(f"{_file_name()}.csv", file_header(columns), rows)


@require_POST
@operator_or_admin
def order_xlsx(request: SignedInRequest) -> HttpResponse:
    """The same as a workbook: at once up to `AT_ONCE` orders, by a job beyond."""
    asked, columns = OrdersAsked(request), chosen_columns(ORDER_COLUMNS, request.GET.getlist(ASKED))
    ids = list(in_order(asked.orders, asked.sort).values_list("pk", flat=True)[: MOST + 1])
    name, header = f"{_file_name()}.xlsx", file_header(columns)
    if len(ids) <= AT_ONCE:
        orders = in_order(with_people(Order.objects.visible_to(request.user).filter(pk__in=ids)), asked.sort)
        return xlsx_answer(name, [Sheet(_("Orders"), header, file_rows(orders, columns))])
    try:
        job = ask_for_export(
            kind=EXPORT_ORDERS,
            ids=ids,
            header=header,
            arguments={"query": ORDERS.query(request.GET), ASKED: [column.key for column in columns]},
            file_name=name,
            by=request.user,
            now=timezone.now(),
        )
    except TooLong as error:
        return _order_list(request, refusal=str(error))
    return redirect("core:job_detail", job.pk)


def _file_name() -> str:
    return f"orders-{timezone.localdate()}"


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
    coupons: Sequence[Coupon] = ()
    """Those of the member that can pay for the order today."""
    own: int | None = None
    """The member a leader is: they take back only what they hold themselves."""


def paying(user: User, order: Order, net_fen: int, refused: Refused) -> Paying:
    payments, claims = payments_of(order), open_claims(order)
    by_coupon = sum(payment.amount_fen for payment in payments if payment.method == PayMethod.COUPON)
    due = Due(net_fen, sum(payment.amount_fen for payment in payments), by_coupon)
    claims = [claim for claim in claims if due.fen > 0 or claim.kind == ClaimKind.RED_PACKET]
    if not (user.is_operator or user.is_leader):
        return Paying(due, payments, claims, None, None)
    form = refused.payment or PaymentForm(order=order, due=due, user=user)
    packet = refused.packet or AmountForm(prefix="packet", initial={"amount_fen": max(due.fen, 0) or None})
    coupons = list(coupons_for(order, due, day=timezone.localdate()))
    return Paying(due, payments, claims, form, packet, coupons, services.held_by(user) if user.is_leader else None)


def order_page(request: SignedInRequest, pk: int, *, refused: Refused | None = None) -> HttpResponse:
    """One order: its lines, what happened to them, whom and what it came through."""
    refused = refused or Refused()
    orders = Order.objects.visible_to(request.user)
    order = get_object_or_404(
        orders.select_related("campaign", "group", "member", "leader", "referrer_1", "referrer_2", "seed", "placed_by"),
        pk=pk,
    )
    lines = [
        (line, refund_form(line, refused) if request.user.is_operator else None)
        for line in order.lines.select_related("offer").order_by("offer__position", "pk").with_scale()
    ]
    net_fen = sum(line.net_fen for line, _form in lines)
    complaints = complaints_of(order)
    under_way = order.campaign.is_under_way
    correction = refused.correction or (CorrectionForm(order=order) if under_way else None)
    may_weigh = under_way and (request.user.is_operator or request.user.is_leader)
    context = {
        "order": order,
        "lines": lines,
        "net_fen": net_fen,
        "pickup_code": pickup_code(order),
        "paying": paying(request.user, order, net_fen, refused),
        "events": sorted([*timeline(order), *told(complaints)], key=attrgetter("at"), reverse=True),
        "complaints": complaints,
        "may_complain": request.user.is_leader and can_be_complained_about([line for line, _form in lines], complaints),
        "refundable": any(form for _line, form in lines),
        "to_weigh": [line for line, _form in lines if line.can_be_weighed] if may_weigh else [],
        "refusal": refused.weight.refusal if refused.weight else "",
        "correction": correction if request.user.is_operator else None,
        "refused": refused,
        "at_the_door": others_at_the_door(order) if order.source == OrderSource.PUBLIC else [],
    }
    return render_page(request, "orders/order_detail.html", context, status=200 if refused == Refused() else 422)


def can_be_complained_about(lines: Iterable[OrderLine], complaints: Iterable[Complaint]) -> bool:
    """Whether something of the order can be refunded that no proposal waits for."""
    waiting = {one.line_id for one in complaints if one.decision is None}
    return any(line.delivered_fen > line.refunded_fen and line.pk not in waiting for line in lines)


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
