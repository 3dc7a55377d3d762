"""Campaigns: planned, opened, watched, cut off, put away. Operators act, admins may look."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, operator_only, operator_or_admin
from core.charts import Kpi
from core.errors import DomainError
from core.http import render_page, say
from core.models import User
from core.money import format_yuan, half_up
from core.paging import page_by_key
from orders import services
from orders.enums import CampaignState
from orders.forms import CampaignForm, OfferChangeForm, OfferForm
from orders.models import Campaign, Offer
from orders.queries import group_takings, states_of, with_takings
from orders.texts import announcement, public_url

CUT_OFF_AT = time(20)
"""When a new campaign is cut off unless somebody says otherwise, Asia/Shanghai."""


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
    """Plan a campaign: for which groups, until when, delivered on which day."""
    form = CampaignForm(request.POST or None, user=request.user, initial=suggestion(timezone.now()))
    if form.is_valid():
        try:
            campaign = services.create_campaign(**form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error("cuts_off_at", str(error))
        else:
            say(request, _("Planned. Add the products, then open it."))
            return redirect("orders:campaign_detail", campaign.pk)
    context = {"form": form, "campaign": None}
    return render_page(request, "orders/campaign_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def campaign_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Plan a draft differently."""
    drafts = Campaign.objects.visible_to(request.user).filter(state=CampaignState.DRAFT)
    campaign = get_object_or_404(drafts, pk=pk)
    form = CampaignForm(request.POST or None, user=request.user, initial=plan_of(campaign))
    if form.is_valid():
        try:
            services.change_campaign(campaign=campaign, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Saved."))
            return redirect("orders:campaign_detail", campaign.pk)
    context = {"form": form, "campaign": campaign}
    return render_page(request, "orders/campaign_form.html", context, status=422 if form.errors else 200)


@require_safe
@operator_or_admin
def campaign_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return campaign_page(request, visible_campaign(request.user, pk))


@require_POST
@operator_only
def campaign_open(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let orders in."""
    campaign = visible_campaign(request.user, pk)
    try:
        services.open_campaign(campaign=campaign, now=timezone.now())
    except DomainError as error:
        return campaign_page(request, campaign, refusal=str(error))
    say(request, _("Open. Copy the text and post it in the groups."))
    return redirect("orders:campaign_detail", pk)


@require_POST
@operator_only
def campaign_cut_off(request: SignedInRequest, pk: int) -> HttpResponse:
    """End the taking of orders before the clock does."""
    campaign = visible_campaign(request.user, pk)
    try:
        services.cut_off(campaign=campaign, by=request.user, now=timezone.now())
    except DomainError as error:
        return campaign_page(request, campaign, refusal=str(error))
    say(request, _("Cut off. The purchase list is ready."))
    return redirect("orders:campaign_detail", pk)


@require_POST
@operator_only
def campaign_purchased(request: SignedInRequest, pk: int) -> HttpResponse:
    """The goods are ordered from the suppliers."""
    return stepped(request, pk, services.mark_purchased, _("Ordered. Say so when the goods are here."))


@require_POST
@operator_only
def campaign_arrived(request: SignedInRequest, pk: int) -> HttpResponse:
    """The goods are here."""
    return stepped(request, pk, services.mark_arrived, _("The goods are here; they can be sorted and delivered."))


@require_POST
@operator_only
def campaign_close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put the campaign away."""
    return stepped(request, pk, services.close_campaign, _("Put away."))


def stepped(request: SignedInRequest, pk: int, take: Callable[..., None], done: str) -> HttpResponse:
    """Take a step that needs nothing but the campaign, and say so or why not."""
    campaign = visible_campaign(request.user, pk)
    try:
        take(campaign=campaign)
    except DomainError as error:
        return campaign_page(request, campaign, refusal=str(error))
    say(request, done)
    return redirect("orders:campaign_detail", pk)


def campaign_page(
    request: SignedInRequest,
    campaign: Campaign,
    *,
    added: OfferForm | None = None,
    changed: OfferChangeForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    """One campaign. `added` and `changed` are offer forms that were refused, `refusal` says why a step was."""
    now = timezone.now()
    campaign = with_takings(Campaign.objects.filter(pk=campaign.pk)).select_related("cut_off_by", "created_by").get()
    offers = list(campaign.offers.order_by("position", "pk"))
    may_change = request.user.is_operator and campaign.state in {CampaignState.DRAFT, CampaignState.OPEN}
    context: dict[str, Any] = {
        "campaign": campaign,
        "kpis": figures(campaign),
        "offers": [(offer, change_form(offer, changed) if may_change else None) for offer in offers],
        "changed": changed.instance.pk if changed else None,
        "added": added or OfferForm(user=request.user, campaign=campaign, prefix="new"),
        "groups": group_takings(campaign, campaign.groups.order_by("pinyin", "pk")),
        "text": announcement(campaign, offers),
        "public_url": public_url(campaign),
        "may_change": may_change,
        "refusal": refusal,
        "now": now,
    }
    status = 422 if added or changed or refusal else 200
    return render_page(request, "orders/campaign_detail.html", context, status=status)


def figures(campaign: Campaign) -> list[Kpi]:
    """The key figures of one campaign with its takings."""
    orders, sales_fen = campaign.order_count, campaign.sales_fen  # type: ignore[attr-defined]
    return [
        Kpi(_("Orders"), str(orders)),
        Kpi(_("Sales"), format_yuan(sales_fen), before="¥"),
        Kpi(
            _("An order on average"),
            format_yuan(half_up(sales_fen, orders)) if orders else "—",
            before="¥" * bool(orders),
        ),
    ]


def change_form(offer: Offer, changed: OfferChangeForm | None) -> OfferChangeForm:
    """The form that changes an offer; the refused one keeps what was typed."""
    if changed and changed.instance.pk == offer.pk:
        return changed
    return OfferChangeForm(instance=offer, prefix=f"offer-{offer.pk}")


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


def plan_of(campaign: Campaign) -> dict[str, Any]:
    fields = ("title", "opens_at", "cuts_off_at", "delivers_on", "plus_one", "default_quantity")
    return {field: getattr(campaign, field) for field in fields} | {"groups": list(campaign.groups.all())}


def visible_campaign(user: User, pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.visible_to(user), pk=pk)
