"""What a campaign offers: added, changed, removed, on the campaign's page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from community.models import Group
from core.access import SignedInRequest, operator_only
from core.errors import DomainError
from core.http import render_page, say, wants_fragment
from core.models import User
from orders import services
from orders.enums import CampaignState
from orders.forms import OfferChangeForm, OfferForm
from orders.models import Campaign, Offer
from orders.queries import Standing, standing, with_terms
from orders.views.campaign_page import (
    OfferRow,
    campaign_page,
    may_change,
    names_of,
    offers_card,
    visible_campaign,
)


@require_POST
@operator_only
def offer_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer a product in the campaign."""
    campaign = visible_campaign(request.user, pk)
    groups = sharing(campaign)
    form = OfferForm(request.POST, user=request.user, campaign=campaign, groups=groups, prefix="new")
    if form.is_valid():
        try:
            services.save_offer(campaign=campaign, product=form.cleaned_data["product"], **form.terms())
        except services.TermsRefused as error:
            form.refuse(error)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return moved(request, campaign)
    if wants_fragment(request):
        return offers_card(request, campaign, added=form, status=422)
    return campaign_page(request, campaign, added=form, status=422)


def moved(request: SignedInRequest, campaign: Campaign) -> HttpResponse:
    """What is offered now; without JavaScript the page. The text for the group follows by itself."""
    if wants_fragment(request):
        return telling(offers_card(request, campaign))
    return redirect("orders:campaign_detail", campaign.pk)


def telling(answer: HttpResponse) -> HttpResponse:
    """Tells the rest of the page that the offers are different."""
    answer["HX-Trigger"] = "offers-changed"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def offer_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what an offer is sold on: its row of the campaign's page, with the form in it."""
    one = visible_offer(request.user, pk)
    offer, campaign = one.offer, one.offer.campaign
    if not may_change(request.user, campaign):
        return campaign_page(request, campaign)
    groups = sharing(campaign, one)
    form = OfferChangeForm(request.POST or None, standing=one, groups=groups)
    if form.is_valid():
        try:
            services.change_offer(offer=offer, aliases=form.cleaned_data["aliases"], **form.terms())
        except services.TermsRefused as error:
            form.refuse(error)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return changed(request, visible_offer(request.user, pk))
    status = 422 if form.errors else 200
    if not wants_fragment(request):
        return campaign_page(request, campaign, changed=form, status=status)
    return row_of(request, OfferRow(one, names_of(groups), form), status=status)


def changed(request: SignedInRequest, one: Standing) -> HttpResponse:
    """What the row says now; without JavaScript the page, at that row."""
    say(request, _("“%(offer)s” is changed.") % {"offer": one.offer.name})
    if wants_fragment(request):
        return telling(row_of(request, OfferRow(one, names_of(sharing(one.offer.campaign, one)))))
    page = reverse("orders:campaign_detail", args=[one.offer.campaign_id])
    return redirect(f"{page}#offer-{one.offer.pk}")


def row_of(request: SignedInRequest, row: OfferRow, *, status: int = 200) -> HttpResponse:
    context = {"campaign": row.standing.offer.campaign, "one": row, "may_change": True}
    return render_page(request, "orders/campaign_offers.html", context, fragment="offer", status=status)


@require_POST
@operator_only
def offer_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an offer out that nobody has ordered."""
    offer = visible_offer(request.user, pk).offer
    try:
        services.remove_offer(offer=offer)
    except DomainError as error:
        if wants_fragment(request):
            return offers_card(request, offer.campaign, refused=str(error), status=422)
        return campaign_page(request, offer.campaign, refusal=str(error), status=422)
    say(request, _("“%(offer)s” is taken out.") % {"offer": offer.name})
    return moved(request, offer.campaign)


def visible_offer(user: User, pk: int) -> Standing:
    offers = Offer.objects.visible_to(user).select_related("campaign", "product")
    return standing(get_object_or_404(with_terms(offers), pk=pk))


def sharing(campaign: Campaign, one: Standing | None = None) -> list[Group]:
    """The groups that may have a stock of their own: several in a draft or of a new offer, else those that have one."""
    have = {share.group_id for share in one.shares} if one else set()
    groups = list(campaign.groups.order_by("pinyin", "pk"))
    free = len(groups) > 1 and (one is None or campaign.state == CampaignState.DRAFT)
    return [group for group in groups if free or group.pk in have]
