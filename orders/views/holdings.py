"""What leaders hold of other people's money, and how it comes to the house: confirmed, with a receipt."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from core.access import SignedInRequest, leader_only, operator_or_admin, roles
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say
from core.models import User
from core.money import format_yuan
from orders import services
from orders.forms import HandOverForm
from orders.models import Holding, Settlement
from orders.queries import holdings, in_hand

overseer = roles(Role.OPERATOR, Role.ADMIN, Role.AUDITOR)
reader = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER, Role.AUDITOR)


@require_safe
@overseer
def holding_list(request: SignedInRequest) -> HttpResponse:
    """What every leader holds and since when, who holds most first."""
    held = list(holdings(Holding.objects.visible_to(request.user)))
    sums = [one.amount_fen for one in held]
    context = {
        "holdings": held,
        "held_fen": sum(fen for fen in sums if fen > 0),
        "holders": sum(fen > 0 for fen in sums),
    }
    return render_page(request, "orders/holding_list.html", context)


@require_safe
@overseer
def holding_detail(request: SignedInRequest, leader: int) -> HttpResponse:
    return holding_page(request, visible_holder(request.user, leader))


@require_safe
@leader_only
def holding_own(request: SignedInRequest) -> HttpResponse:
    """What I hold; nothing for a login that belongs to no member."""
    mine = Member.objects.filter(user=request.user).first()
    return holding_page(request, mine)


@require_POST
@operator_or_admin
def hand_over(request: SignedInRequest, leader: int) -> HttpResponse:
    """Confirm that a leader handed money over; the receipt is the answer."""
    member = visible_holder(request.user, leader)
    form = HandOverForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            settlement = services.hand_over(
                leader=member,
                amount_fen=data["amount_fen"],
                latest=data["latest"],
                note=data["note"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            words = {"name": member.name, "amount": format_yuan(settlement.amount_fen)}
            say(request, _("%(name)s handed over ¥%(amount)s.") % words)
            return redirect("orders:settlement", settlement.pk)
    return holding_page(request, member, form)


@require_safe
@reader
def settlement(request: SignedInRequest, pk: int) -> HttpResponse:
    """The receipt of one hand-over, to print or to show."""
    one = visible_settlement(request.user, pk)
    return render_page(request, "orders/settlement.html", {"settlement": one})


@require_POST
@operator_or_admin
def settlement_take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """A hand-over was recorded wrongly: its opposite is appended."""
    one = visible_settlement(request.user, pk)
    try:
        services.take_back_settlement(settlement=one, by=request.user, now=timezone.now())
    except DomainError as error:
        context = {"settlement": one, "refusal": str(error)}
        return render_page(request, "orders/settlement.html", context, status=422)
    say(request, _("Taken back: %(name)s holds it again.") % {"name": one.leader.name})
    return redirect("orders:holding_detail", one.leader_id)


def holding_page(request: SignedInRequest, leader: Member | None, form: HandOverForm | None = None) -> HttpResponse:
    """One leader's hands; with a form for who may confirm a hand-over."""
    held = in_hand(leader) if leader else None
    may_confirm = request.user.is_operator or request.user.is_admin
    if held and held.fen > 0 and may_confirm and form is None:
        form = HandOverForm(initial={"amount_fen": held.fen, "latest": held.latest_settlement})
    context = {"held": held, "form": form}
    return render_page(request, "orders/holding.html", context, status=422 if form and form.is_bound else 200)


def visible_holder(user: User, pk: int) -> Member:
    """A member who holds something or once did."""
    holders = Holding.objects.visible_to(user).values("leader")
    return get_object_or_404(Member.objects.filter(pk__in=holders), pk=pk)


def visible_settlement(user: User, pk: int) -> Settlement:
    settlements = Settlement.objects.visible_to(user)
    return get_object_or_404(settlements.select_related("leader", "by", "takes_back", "taken_back_by"), pk=pk)
