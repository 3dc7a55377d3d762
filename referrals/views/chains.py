"""Who brought whom: a fragment of a member's page, and a page of its own for all above and below."""

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from core.access import SignedInRequest, leader_or_operator, operator_only, signed_in
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say, wants_fragment
from referrals import services
from referrals.forms import CorrectionForm, ReferralForm
from referrals.models import Referral
from referrals.queries import branch_of, everybody_below, line_above, tree_of

MAY_REFER = {Role.LEADER, Role.OPERATOR}


@require_safe
@signed_in
def member_tree(request: SignedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    return _member_tree(request, member)


def _member_tree(request: SignedInRequest, member: Member, refused: ReferralForm | None = None) -> HttpResponse:
    """The tree with the form of what may be said about it, or the one that was sent and says why not."""
    tree = tree_of(member, user=request.user)
    form = refused
    if refused is None and tree.came_by and not tree.has_counted and request.user.is_operator:
        form = CorrectionForm(referee=member, user=request.user)
    elif refused is None and not tree.came_by and request.user.role in MAY_REFER:
        form = ReferralForm(referee=member, user=request.user)
    action = "referrals:correct" if isinstance(form, CorrectionForm) else "referrals:refer"
    context = {"tree": tree, "form": form, "action": action}
    return render_page(request, "referrals/member_tree.html", context, fragment="tree", status=422 if refused else 200)


@require_safe
@signed_in
def chain_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everybody above a member and below: below as a tree that opens branch by branch, or all of it as a table."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    above, unknown = line_above(member, user=request.user)
    as_table = request.GET.get("view") == "table"
    context = {"member": member, "above": above, "unknown": unknown, "as_table": as_table}
    if as_table:
        rows, number = everybody_below(member, user=request.user)
        context |= {"rows": rows, "not_shown": number - len(rows)}
    else:
        branch, more = branch_of(member, user=request.user)
        context |= {"branch": branch, "more": more}
    return render_page(request, "referrals/chain_detail.html", context)


@require_safe
@signed_in
def chain_branch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whom one member brought: what opens under them in the tree. As a page of its own it is their tree."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    if not wants_fragment(request):
        return redirect("referrals:chain_detail", pk)
    branch, more = branch_of(member, user=request.user)
    context = {"member": member, "branch": branch, "more": more}
    return render_page(request, "referrals/chain_detail.html", context, fragment="branch")


@require_POST
@leader_or_operator
def refer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say who brought the member."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form = ReferralForm(request.POST, referee=member, user=request.user)
    return _said(request, member, form, partial(services.refer, referee=member))


@require_POST
@operator_only
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say that somebody else brought the member."""
    referral = get_object_or_404(Referral.objects.visible_to(request.user).select_related("referee"), referee=pk)
    form = CorrectionForm(request.POST, referee=referral.referee, user=request.user)
    return _said(request, referral.referee, form, partial(services.correct_referrer, referral=referral))


def _said(request: SignedInRequest, member: Member, form: ReferralForm, keep: Callable[..., Referral]) -> HttpResponse:
    """Keep what the form says of the member, or show why not."""
    if form.is_valid():
        try:
            referral = keep(**form.cleaned_data, by=request.user, now=now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            told = {"referrer": referral.referrer.name, "referee": member.name}
            say(request, _("%(referrer)s brought %(referee)s. Orders from now on count for it.") % told)
            return redirect("referrals:member_tree", member.pk)
    return _member_tree(request, member, form)
