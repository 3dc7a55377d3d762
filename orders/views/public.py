"""A campaign's page for everybody who has its address: no login, no cookie, no trace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from orders.enums import CampaignState
from orders.models import Campaign
from orders.texts import sample_line

NOT_FOR_MEMBERS = [CampaignState.DRAFT, CampaignState.CANCELLED]


@require_safe
def public_campaign(request: HttpRequest, code: str) -> HttpResponse:
    """The goods, what is left, until when, how to order in the group. A code nobody knows gets a friendly 404.

    Nothing on the page is sent back, so it carries no CSRF token, whose cookie it would set.
    """
    known = Campaign.objects.exclude(state__in=NOT_FOR_MEMBERS)
    campaign = known.filter(code=code).first() if "\0" not in code else None
    if campaign is None:
        return render(request, "orders/public_campaign_unknown.html", {"csrf_token": ""}, status=404)
    now = timezone.now()
    offers = list(campaign.offers.order_by("position", "pk"))
    context = {
        "campaign": campaign,
        "offers": [(offer, None if offer.stock is None else offer.stock - offer.taken) for offer in offers],
        "sample": sample_line(offers[0]) if offers else "",
        "takes_orders": campaign.takes_orders(now),
        "opens_later": campaign.state == CampaignState.OPEN and campaign.opens_at > now,
        "now": now,
        "csrf_token": "",
    }
    return render(request, "orders/public_campaign.html", context)
