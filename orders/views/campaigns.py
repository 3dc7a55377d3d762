"""Campaigns: listed, planned, copied, looked at. Operators act, admins may look."""

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, operator_only, operator_or_admin
from core.errors import DomainError
from core.http import render_page, say, wants_fragment
from core.paging import page_by_key
from orders import services
from orders.enums import CampaignState
from orders.forms import CampaignForm
from orders.models import Campaign
from orders.queries import group_takings, standings, states_of, with_takings
from orders.texts import announcement
from orders.views.campaign_page import campaign_page, live_context, visible_campaign

CUT_OFF_AT = time(20)
"""When a new campaign is cut off unless somebody says otherwise, Asia/Shanghai."""
EARLIER = 5
"""Campaigns offered to be planned once more beside an empty plan; the page of any other has the same button."""


@require_safe
@operator_or_admin
def campaign_list(request: SignedInRequest) -> HttpResponse:
    """Every campaign, the latest cut-off first, by state, with what it takes in."""
    state = request.GET.get("state", "")
    campaigns = Campaign.objects.visible_to(request.user)
    counts = states_of(campaigns)
    if state in CampaignState:
        campaigns = campaigns.filter(state=state)
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    shown = [one for one in CampaignState if counts.get(one.value) or one.value == state]
    context = {
        "page": page_by_key(
            with_takings(campaigns).prefetch_related("groups"), by="-cuts_off_at", after=after, before=before
        ),
        "state": state,
        "states": [(_("All"), "", sum(counts.values()), state not in CampaignState)]
        + [(one.label, one.value, counts.get(one.value, 0), one.value == state) for one in shown],
        "now": timezone.now(),
    }
    return render_page(request, "orders/campaign_list.html", context, fragment="list")


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def campaign_create(request: SignedInRequest) -> HttpResponse:
    """Plan a campaign: for which groups, until when, delivered on which day; or begin with an earlier one."""
    form = CampaignForm(request.POST or None, user=request.user, initial=suggestion(timezone.now()))
    if form.is_valid():
        try:
            campaign = services.create_campaign(**form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error("cuts_off_at", str(error))
        else:
            say(request, _("Planned. Add the products, then open it."))
            return redirect("orders:campaign_detail", campaign.pk)
    earlier = Campaign.objects.visible_to(request.user).exclude(state=CampaignState.DRAFT)
    context = {"form": form, "earlier": earlier.order_by("-cuts_off_at", "-pk")[:EARLIER]}
    return render_page(request, "orders/campaign_create.html", context, status=422 if form.errors else 200)


@require_safe
@operator_or_admin
def campaign_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One campaign; an operator plans a draft here."""
    return campaign_page(request, visible_campaign(request.user, pk))


@require_POST
@operator_only
def campaign_plan(request: SignedInRequest, pk: int) -> HttpResponse:
    """Plan a draft differently: title, groups, dates."""
    drafts = Campaign.objects.visible_to(request.user).filter(state=CampaignState.DRAFT)
    campaign = get_object_or_404(drafts, pk=pk)
    form = CampaignForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            services.change_campaign(campaign=campaign, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Saved."))
            return redirect("orders:campaign_detail", campaign.pk)
    return campaign_page(request, campaign, plan=form, status=422)


@require_POST
@operator_only
def campaign_copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """Plan a campaign once more, at today's prices or at those it had."""
    kept = request.POST.get("prices") == "kept"
    campaign = visible_campaign(request.user, pk)
    copied = services.copy_campaign(campaign=campaign, keep_prices=kept, by=request.user, now=timezone.now())
    words = {"weeks": copied.weeks, "goods": "、".join(copied.left_out)}
    text = ngettext("Copied, %(weeks)s week later.", "Copied, %(weeks)s weeks later.", copied.weeks) % words
    if copied.left_out:
        text = f"{text} {_('Not in the catalogue any more: %(goods)s.') % words}"
    say(request, text)
    return redirect("orders:campaign_detail", copied.campaign.pk)


@require_safe
@operator_or_admin
def campaign_live(request: SignedInRequest, pk: int) -> HttpResponse:
    """The figures of a campaign as they are now, for its page, which asks every 15 seconds while it is open."""
    campaign = visible_campaign(request.user, pk)
    if not wants_fragment(request):
        return redirect("orders:campaign_detail", pk)
    context = live_context(campaign, standings(campaign.offers.all()), group_takings(campaign))
    return render_page(request, "orders/campaign_live.html", context, fragment="now")


@require_safe
@operator_only
def campaign_text(request: SignedInRequest, pk: int) -> HttpResponse:
    """The text for the group as it would be with what stands in the form of a draft, saved or not."""
    campaign = visible_campaign(request.user, pk)
    form = CampaignForm(request.GET, user=request.user)
    form.is_valid()
    for field in ("title", "cuts_off_at", "delivers_on"):
        setattr(campaign, field, form.cleaned_data.get(field) or getattr(campaign, field))
    context = {"campaign": campaign, "text": announcement(campaign, standings(campaign.offers.all()))}
    return render_page(request, "orders/campaign_text.html", context)


def suggestion(now: datetime) -> dict[str, Any]:
    """A new campaign opens now, is cut off tomorrow evening and delivered the day after that."""
    opens_at = timezone.localtime(now).replace(second=0, microsecond=0)
    tomorrow = opens_at.date() + timedelta(days=1)
    return {
        "opens_at": opens_at,
        "cuts_off_at": datetime.combine(tomorrow, CUT_OFF_AT, opens_at.tzinfo),
        "delivers_on": tomorrow + timedelta(days=1),
        "default_quantity": True,
    }
