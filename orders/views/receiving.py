"""到货: what came of what was bought, counted product by product; a leader sees what the own groups wait for."""

import json
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from community.models import sees_all_groups
from core.access import SignedInRequest, operator_only, roles
from core.enums import Role
from core.errors import DomainError
from core.http import render_page, say
from core.idempotency import KeyUsedForAnotherRequest, answer_once, request_hash
from core.models import User
from orders import services
from orders.enums import CampaignState
from orders.forms import ArrivalCorrectionForm, ArrivalsForm
from orders.models import Campaign, Offer
from orders.queries import Received, expected, leaders_groups, receive
from orders.queries import receiving as receiving_of
from orders.views.campaign_page import visible_campaign

reader = roles(Role.OPERATOR, Role.ADMIN, Role.LEADER, Role.AUDITOR)
overseer = roles(Role.OPERATOR, Role.ADMIN, Role.AUDITOR)
"""Those who see all groups: what came for the whole campaign is theirs to read."""
BEFORE_ARRIVAL = {CampaignState.CUT_OFF, CampaignState.PURCHASED}


@require_safe
@reader
def receiving(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was ordered, what came, what is missing; to operators with fields to count in."""
    campaign = visible_campaign(request.user, pk)
    if sees_all_groups(request.user):
        return receiving_page(request, campaign)
    groups = list(leaders_groups(campaign, request.user))
    context = {"campaign": campaign, "groups": groups, "goods": expected(campaign, groups)}
    return render_page(request, "orders/receiving_own.html", context)


@require_POST
@operator_only
def arrivals_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Count what came, on top of what was counted before."""
    campaign = visible_campaign(request.user, pk)
    goods = [one for section in receiving_of(campaign) for one in section.goods]
    form = ArrivalsForm(request.POST, goods=goods)
    if form.is_valid():
        try:
            count_once(request, campaign, form)
        except KeyUsedForAnotherRequest:
            form.add_error(
                None, _("This count is already saved, with other quantities. Open the page again to add more.")
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            number = len(form.quantities)
            say(
                request,
                ngettext("%(number)s product counted.", "%(number)s products counted.", number) % {"number": number},
            )
            return redirect("orders:receiving", pk)
    return receiving_page(request, campaign, form)


def count_once(request: SignedInRequest, campaign: Campaign, form: ArrivalsForm) -> None:
    """Save the count; a second tap on the same form is the same count."""
    data = {name: str(value) for name, value in form.cleaned_data.items() if name != "key"}
    asked = request_hash("POST", request.path, json.dumps(data, sort_keys=True).encode())

    def write() -> tuple[int, list[int]]:
        counts = services.record_arrivals(
            campaign=campaign,
            quantities=form.quantities,
            note=form.cleaned_data["note"],
            by=request.user,
            now=timezone.now(),
        )
        return 201, [count.pk for count in counts]

    answer_once(user=request.user, key=f"arrivals-{form.cleaned_data['key']}", request_hash=asked, write=write)


def receiving_page(request: SignedInRequest, campaign: Campaign, refused: ArrivalsForm | None = None) -> HttpResponse:
    """What came of everything. `refused` keeps what was typed."""
    goods = [one for section in receiving_of(campaign) for one in section.goods]
    may_count = request.user.is_operator and campaign.is_under_way
    form = refused or ArrivalsForm(goods=goods, initial={"key": uuid4().hex})
    context: dict[str, Any] = {
        "campaign": campaign,
        "form": form if may_count else None,
        "sections": [
            (supplier, list(rows))
            for supplier, rows in groupby(form.rows(), key=lambda row: row.received.offer.supplier)
        ],
        "counted": sum(one.counted for one in goods),
        "total": len(goods),
        "missing": [one for one in goods if one.missing],
        "draft": f"receiving-{campaign.pk}-{sum(len(one.counts) for one in goods)}",
        "offers_arrival": campaign.state in BEFORE_ARRIVAL and all(one.counted for one in goods),
    }
    return render_page(request, "orders/receiving.html", context, status=422 if refused else 200)


@require_safe
@overseer
def arrival_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every count of one offer: how much, who, when, why; with a form to correct it."""
    return counts_page(request, received_offer(request.user, pk))


@require_POST
@operator_only
def arrival_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take off what was counted wrongly or is spoilt, or add what was overlooked; the count itself stays."""
    one = received_offer(request.user, pk)
    form = ArrivalCorrectionForm(request.POST)
    if form.is_valid():
        quantity: Decimal = form.cleaned_data["quantity"]
        signed = quantity if "more" in request.POST else -quantity
        try:
            services.record_arrivals(
                campaign=one.offer.campaign,
                quantities={one.offer.pk: signed},
                note=form.cleaned_data["note"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error("quantity", str(error))
        else:
            say(request, _("Corrected. The count before stays in the list."))
            return redirect("orders:arrival_list", pk)
    return counts_page(request, one, form)


def counts_page(request: SignedInRequest, one: Received, refused: ArrivalCorrectionForm | None = None) -> HttpResponse:
    may_correct = request.user.is_operator and one.offer.campaign.is_under_way and one.counted
    form = refused or ArrivalCorrectionForm()
    context = {"one": one, "campaign": one.offer.campaign, "form": form if may_correct or refused else None}
    return render_page(request, "orders/arrival_list.html", context, status=422 if refused else 200)


def received_offer(user: User, pk: int) -> Received:
    """An offer with its counts; one that nobody ordered has none to show."""
    found = receive(Offer.objects.visible_to(user).filter(pk=pk).select_related("campaign"))
    if not found:
        raise Http404
    return found[0]
