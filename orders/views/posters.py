"""海报: a campaign as a picture to send into the group, with the way to its page."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core import qr
from core.access import SignedInRequest, roles
from core.enums import Role
from core.http import render_page
from orders.queries import standings
from orders.texts import poster, public_url
from orders.views.campaign_page import visible_campaign

poster_maker = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER)


@require_safe
@poster_maker
def campaign_poster(request: SignedInRequest, pk: int) -> HttpResponse:
    """Title, goods, prices, cut-off and QR code; the browser draws them into one PNG, with the fonts it has."""
    campaign = visible_campaign(request.user, pk)
    said = poster(campaign, standings(campaign.offers.all()))
    context = {"campaign": campaign, "poster": said, "public_url": public_url(campaign)}
    return render_page(request, "orders/campaign_poster.html", context)


@require_safe
@poster_maker
def campaign_qr(request: SignedInRequest, pk: int) -> HttpResponse:
    """The QR code of the campaign's public page."""
    return HttpResponse(qr.png(public_url(visible_campaign(request.user, pk))), content_type="image/png")
