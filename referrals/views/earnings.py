"""What a leader earns, on the phone: expected, in review, to be paid, paid; statements; by campaign; order by order."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from community.models import Member
from core.access import SignedInRequest, leader_only
from core.http import render_page
from orders.models import Campaign, Order
from referrals.queries import earned_in, earnings_of, held_from, paid_to, statements_of


@require_safe
@leader_only
def earnings(request: SignedInRequest) -> HttpResponse:
    member = Member.objects.filter(user=request.user).first()
    context: dict[str, Any] = {"earnings": None}
    if member is not None:
        earned, paid_fen, held = earnings_of(member, today=localdate()), paid_to(member.pk), held_from(member)
        context = {
            "earnings": earned,
            "statements": statements_of(member.pk),
            "payable_fen": earned.sums.approved_fen - paid_fen - sum(one.fen for one in held),
            "paid_fen": paid_fen,
            "held": held,
            "waits_fen": sum(one.fen for one in held if not one.refused),
        }
    return render_page(request, "referrals/earnings.html", context)


@require_safe
@leader_only
def earnings_campaign(request: SignedInRequest, campaign: int) -> HttpResponse:
    """One campaign order by order. Buyers in groups of other leaders stay without a name."""
    member = get_object_or_404(Member, user=request.user)
    found = get_object_or_404(Campaign, pk=campaign)
    earned = earned_in(member, found, today=localdate())
    if not earned:
        get_object_or_404(Campaign.objects.visible_to(request.user), pk=campaign)
    known = Order.objects.visible_to(request.user).filter(pk__in=[one.order.pk for one in earned])
    context = {
        "campaign": found,
        "earned": earned,
        "total_fen": sum(one.amount_fen for one in earned),
        "known": set(known.values_list("pk", flat=True)),
    }
    return render_page(request, "referrals/earnings_campaign.html", context)
