"""What is recorded of an order's money on its page: any amount, and red packets that wait to be opened."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import SignedInRequest, leader_or_operator
from core.errors import DomainError
from core.http import say
from orders import services
from orders.forms import AmountForm, CouponForm, PaymentForm
from orders.models import Coupon
from orders.queries import due_of
from orders.views.collecting import booked, refuse, visible_order
from orders.views.orders import Refused, order_page


@require_POST
@leader_or_operator
def payment_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record any amount that came, in part or more than is due, or that was given back."""
    order = visible_order(request.user, pk)
    form = PaymentForm(request.POST, order=order, due=due_of(pk), user=request.user)
    if form.is_valid():
        paid_fen, now = form.cleaned_data["paid"], timezone.now()
        try:
            payment = services.record_payment(money=form.money, paid_fen=paid_fen, by=request.user, now=now)
        except services.BookedBefore as error:
            form.add_error("external_id", str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return booked(request, payment)
    return order_page(request, pk, refused=Refused(payment=form))


@require_POST
@leader_or_operator
def coupon_use(request: SignedInRequest, pk: int) -> HttpResponse:
    """Pay a part of the order with a coupon of its member."""
    order = visible_order(request.user, pk)
    form = CouponForm(request.POST, coupons=Coupon.objects.filter(member=order.member_id))
    if not form.is_valid():
        return refuse(request, order, _("Say again which coupon it is. Nothing was booked."))
    coupon, paid_fen = form.cleaned_data["coupon"], form.cleaned_data["paid"]
    try:
        payment = services.use_coupon(
            order=order, coupon=coupon, paid_fen=paid_fen, by=request.user, now=timezone.now()
        )
    except DomainError as error:
        return refuse(request, order, str(error))
    return booked(request, payment)


@require_POST
@leader_or_operator
def packet_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Note a red packet that was sent and not opened yet."""
    order = visible_order(request.user, pk)
    form = AmountForm(request.POST, prefix="packet")
    if form.is_valid():
        amount_fen, now = form.cleaned_data["amount_fen"], timezone.now()
        try:
            services.claim_red_packet(order=order, amount_fen=amount_fen, by=request.user, now=now)
        except DomainError as error:
            form.add_error("amount_fen", str(error))
        else:
            say(request, _("Noted. It counts once somebody confirms that it was opened."))
            return redirect(f"{reverse('orders:order_detail', args=[pk])}#payments")
    return order_page(request, pk, refused=Refused(packet=form))
