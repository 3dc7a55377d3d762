"""采购单: what to buy for a campaign, to copy to a supplier or to print."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.access import SignedInRequest, operator_or_admin
from core.http import render_page
from orders.enums import CampaignState
from orders.queries import purchase_list as list_of
from orders.texts import purchase_text
from orders.views.campaigns import visible_campaign


@require_safe
@operator_or_admin
def purchase_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """How much of each offer to buy; a preview as long as orders come in."""
    campaign = visible_campaign(request.user, pk)
    lines = list_of(campaign)
    context = {
        "campaign": campaign,
        "lines": lines,
        "cost_fen": sum(line.total_cost_fen for line in lines),
        "text": purchase_text(campaign, lines),
        "preview": campaign.state in {CampaignState.DRAFT, CampaignState.OPEN},
    }
    return render_page(request, "orders/purchase_list.html", context)
