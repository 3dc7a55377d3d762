"""What a member has paid in advance: topped up and corrected at the desk."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from core.access import SignedInRequest, operator_or_admin, roles
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say
from orders import services
from orders.forms import BalanceCorrectionForm, TopUpForm
from orders.models import Balance
from orders.queries import balance_moves, coupons_of

overseer = roles(Role.OPERATOR, Role.ADMIN, Role.AUDITOR)


@require_safe
@overseer
def balance(request: SignedInRequest, pk: int) -> HttpResponse:
    return balance_page(request, get_object_or_404(Member.objects.visible_to(request.user), pk=pk))


@require_POST
@operator_or_admin
def balance_top_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """The member paid in advance, to the house."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form = TopUpForm(request.POST, prefix="top-up")
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.top_up(
                member=member, amount_fen=data["amount_fen"], latest=data["latest"], by=request.user, now=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Topped up."))
            return redirect("orders:balance", pk)
    return balance_page(request, member, top_up=form)


@require_POST
@operator_or_admin
def balance_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add to the balance or take from it, with the reason."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form = BalanceCorrectionForm(request.POST, prefix="correct")
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.correct_balance(
                member=member,
                amount_fen=form.signed_fen,
                reason=data["reason"],
                latest=data["latest"],
                by=request.user,
                now=timezone.now(),
            )
        except services.NotEnoughBalance as error:
            form.add_error("amount_fen", str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Corrected. It stands below with who and why."))
            return redirect("orders:balance", pk)
    return balance_page(request, member, correction=form)


def balance_page(
    request: SignedInRequest,
    member: Member,
    *,
    top_up: TopUpForm | None = None,
    correction: BalanceCorrectionForm | None = None,
) -> HttpResponse:
    moves = balance_moves(member)
    begin = {"latest": moves[0].pk if moves else 0}
    kept = Balance.objects.visible_to(request.user).filter(member=member).first()
    context = {
        "member": member,
        "balance_fen": kept.amount_fen if kept else 0,
        "moves": moves,
        "coupons": coupons_of(member),
        "today": timezone.localdate(),
        "may_move": request.user.is_operator or request.user.is_admin,
        "top_up": top_up or TopUpForm(prefix="top-up", initial=begin),
        "correction": correction or BalanceCorrectionForm(prefix="correct", initial=begin),
    }
    return render_page(request, "orders/balance.html", context, status=422 if top_up or correction else 200)
