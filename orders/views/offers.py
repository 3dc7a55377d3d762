"""What a campaign offers: added, changed, removed, on the campaign's page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import SignedInRequest, operator_only
from core.errors import DomainError
from core.http import say
from orders import services
from orders.forms import OfferChangeForm, OfferForm
from orders.models import Offer
from orders.views.campaigns import campaign_page, visible_campaign


@require_POST
@operator_only
def offer_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer a product in the campaign."""
    campaign = visible_campaign(request.user, pk)
    form = OfferForm(request.POST, user=request.user, campaign=campaign, prefix="new")
    if form.is_valid():
        try:
            services.save_offer(campaign=campaign, **form.cleaned_data)
            return redirect("orders:campaign_detail", campaign.pk)
        except DomainError as error:
            form.add_error(None, str(error))
    return campaign_page(request, campaign, added=form)


@require_POST
@operator_only
def offer_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change price, stock or limit of an offer."""
    offer = get_object_or_404(Offer.objects.visible_to(request.user).select_related("campaign"), pk=pk)
    form = OfferChangeForm(request.POST, instance=offer, prefix=f"offer-{offer.pk}")
    if form.is_valid():
        try:
            services.change_offer(offer=offer, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("“%(offer)s” is changed.") % {"offer": offer.name})
            return redirect("orders:campaign_detail", offer.campaign_id)
    return campaign_page(request, offer.campaign, changed=form)


@require_POST
@operator_only
def offer_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an offer out that nobody has ordered."""
    offer = get_object_or_404(Offer.objects.visible_to(request.user).select_related("campaign"), pk=pk)
    try:
        services.remove_offer(offer=offer)
    except DomainError as error:
        return campaign_page(request, offer.campaign, refusal=str(error))
    say(request, _("“%(offer)s” is taken out.") % {"offer": offer.name})
    return redirect("orders:campaign_detail", offer.campaign_id)
