"""What a member is worth: a part of the member's page, which loads it from here."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from community.models import Member
from core.access import SignedInRequest, operator_or_admin
from core.http import render_page
from insights import queries
from insights.definitions import definitions
from insights.views import figures


@require_safe
@operator_or_admin
def member_worth(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lifetime value, social value, occasions, and whom they brought."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    counted_at = queries.rolled_up_at()
    context = {
        "member": member,
        "worth": queries.member_worth(member),
        "counted": figures.moment(counted_at, timezone.now()) if counted_at else "",
        "definitions": definitions(["lifetime_value", "social_value", "leaders_own"]),
    }
    return render_page(request, "insights/member_worth.html", context, fragment="worth")
