"""A campaign's steps, from open to put away, or called off."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access import SignedInRequest, operator_only
from core.errors import DomainError
from core.http import render_page, say
from orders import services
from orders.forms import CampaignForm, CancelForm
from orders.queries import group_takings
from orders.views.campaign_page import campaign_page, figures, visible_campaign


@require_POST
@operator_only
def campaign_open(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let orders in, by the plan as it stands in the form, saved or not."""
    campaign = visible_campaign(request.user, pk)
    plan = CampaignForm(request.POST, user=request.user) if "title" in request.POST else None
    if plan and not plan.is_valid():
        return campaign_page(request, campaign, plan=plan, status=422)
    try:
        with transaction.atomic():
            if plan:
                services.change_campaign(campaign=campaign, **plan.cleaned_data)
            services.open_campaign(campaign=campaign, now=timezone.now())
    except DomainError as error:
        return campaign_page(request, campaign, plan=plan, refusal=str(error), status=422)
    say(request, _("Open. Copy the text and post it in the groups."))
    return redirect("orders:campaign_detail", pk)


@require_POST
@operator_only
def campaign_cut_off(request: SignedInRequest, pk: int) -> HttpResponse:
    """End the taking of orders before the clock does."""
    done = _("Cut off. The purchase list is ready.")
    return stepped(request, pk, services.cut_off, done, by=request.user, now=timezone.now())


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


@require_http_methods(["GET", "HEAD", "POST"])
@operator_only
def campaign_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether the whole campaign is to be called off, and why; then do it."""
    campaign = visible_campaign(request.user, pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.cancel_campaign(
                campaign=campaign, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Called off. Tell those who ordered: the texts are ready to copy."))
            return redirect("orders:campaign_detail", pk)
    context = {"campaign": campaign, "form": form, "kpis": figures(group_takings(campaign))}
    return render_page(request, "orders/campaign_cancel.html", context, status=422 if form.errors else 200)


def stepped(request: SignedInRequest, pk: int, take: Callable[..., object], done: str, **how: object) -> HttpResponse:
    """Take a step, and say so or why not."""
    campaign = visible_campaign(request.user, pk)
    try:
        take(campaign=campaign, **how)
    except DomainError as error:
        return campaign_page(request, campaign, refusal=str(error), status=422)
    say(request, done)
    return redirect("orders:campaign_detail", pk)
