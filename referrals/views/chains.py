"""Who brought whom: a fragment of a member's page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from core.access import SignedInRequest, leader_or_operator, signed_in
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say
from referrals import services
from referrals.forms import ReferralForm
from referrals.queries import tree_of

MAY_REFER = {Role.LEADER, Role.OPERATOR}


@require_safe
@signed_in
def member_tree(request: SignedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    return _member_tree(request, member, ReferralForm(referee=member, user=request.user))


def _member_tree(request: SignedInRequest, member: Member, form: ReferralForm) -> HttpResponse:
    tree = tree_of(member, user=request.user)
    context = {"tree": tree, "form": form if request.user.role in MAY_REFER and not tree.came_by else None}
    status = 422 if form.is_bound else 200
    return render_page(request, "referrals/member_tree.html", context, fragment="tree", status=status)


@require_POST
@leader_or_operator
def refer(request: SignedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form = ReferralForm(request.POST, referee=member, user=request.user)
    if form.is_valid():
        referrer = form.cleaned_data["referrer"]
        try:
            services.refer(
                referrer=referrer, referee=member, reason=form.cleaned_data["reason"], by=request.user, now=now()
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            told = {"referrer": referrer.name, "referee": member.name}
            say(request, _("%(referrer)s brought %(referee)s. Orders from now on count for it.") % told)
            return redirect("referrals:member_tree", member.pk)
    return _member_tree(request, member, form)
