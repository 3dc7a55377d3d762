"""配送: hand goods over without a mistake. By building, a big tick a door, shortages by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.models import Group, LeaderAssignment
from community.rules.phones import dialled
from community.services import reveal_phone
from core.access import SignedInRequest, leader_or_operator
from core.errors import DomainError
from core.http import render_page, wants_fragment
from core.models import User
from orders import services
from orders.enums import UNDER_WAY, CampaignState
from orders.forms import NotTaps, ShortageForm, WeightForm, read_taps
from orders.models import Campaign, Order, OrderLine
from orders.queries import DeliveryRun, delivery_sheets, leaders_groups, with_deliveries
from orders.queries import delivery_run as run_of
from orders.services import Told
from orders.texts import shortage_text
from orders.views.campaign_page import visible_campaign
from orders.views.orders import Refused, order_page

LATEST = 30
"""Campaigns that have been put away are listed this far back."""


@dataclass(frozen=True, slots=True)
class AtDoor:
    """What a run has to say about one order: why something was refused, or the shortages that are being entered."""

    order: Order
    refusal: str = ""
    form: ShortageForm | None = None
    line_id: int | None = None
    weight: WeightForm | None = None
    """What the scale is said to show of the line, refused."""
    phone: str = ""
    """The member's whole number, which this person has just asked for."""

    @property
    def dialled(self) -> str:
        return dialled(self.phone)


@require_safe
@leader_or_operator
def delivery_list(request: SignedInRequest) -> HttpResponse:
    """Which campaigns wait to be delivered, the nearest day first; or those that are put away."""
    put_away = request.GET.get("state") == CampaignState.CLOSED
    mine = Group.objects.visible_to(request.user)
    campaigns = with_deliveries(Campaign.objects.visible_to(request.user), mine).prefetch_related(
        Prefetch("groups", mine, to_attr="own_groups")
    )
    if put_away:
        shown = campaigns.filter(state=CampaignState.CLOSED).order_by("-delivers_on", "-pk")[:LATEST]
    else:
        shown = campaigns.filter(state__in=UNDER_WAY).order_by("delivers_on", "pk")
    views = [(_("To deliver"), "", not put_away), (_("Put away"), CampaignState.CLOSED, put_away)]
    taking = Campaign.objects.visible_to(request.user).taking_orders(timezone.now()).order_by("cuts_off_at").first()
    context = {"campaigns": shown, "views": views, "put_away": put_away, "next_cut_off": taking}
    return render_page(request, "orders/delivery_list.html", context, fragment="list")


@require_safe
@leader_or_operator
def delivery_run(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every door of one campaign in this person's groups, building by building."""
    return run_page(request, visible_campaign(request.user, pk))


@require_safe
@leader_or_operator
def delivery_gaps(request: SignedInRequest, pk: int) -> HttpResponse:
    """查漏: the doors that are neither delivered nor short, and what should therefore still be in the car."""
    campaign = visible_campaign(request.user, pk)
    run = run_of(campaign, leaders_groups(campaign, request.user))
    return gaps_page(request, campaign, run, reverse("orders:delivery_run", args=[campaign.pk]))


def gaps_page(request: HttpRequest, campaign: Campaign, run: DeliveryRun, run_url: str) -> HttpResponse:
    context = {"campaign": campaign, "run": run, "run_url": run_url}
    return render_page(request, "orders/delivery_gaps.html", context, fragment="list")


@require_safe
@leader_or_operator
def delivery_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """The run on paper: one sheet a group, a recipient's goods in one row."""
    campaign = visible_campaign(request.user, pk)
    sheets = sheets_of(campaign, request.user)
    return render_page(request, "orders/delivery_sheet.html", {"campaign": campaign, "sheets": sheets})


def sheets_of(campaign: Campaign, user: User) -> list[tuple[Group, str, DeliveryRun]]:
    """Of each group this person may work on that gets something: who leads it on the day, and its run."""
    groups = list(leaders_groups(campaign, user).select_related("neighbourhood"))
    leading = LeaderAssignment.objects.filter(group__in=groups, span__contains=campaign.delivers_on)
    leaders = dict(leading.values_list("group", "leader__name"))
    return [(group, leaders.get(group.pk, ""), run) for group, run in delivery_sheets(campaign, groups)]


@require_POST
@leader_or_operator
def deliver(request: SignedInRequest, pk: int) -> HttpResponse:
    """Tick: everything still outstanding of this order has reached the door."""
    order = visible_order(request.user, pk)
    try:
        services.deliver(line_ids=line_ids(order), by=request.user, now=timezone.now())
    except DomainError as error:
        return run_page(request, order.campaign, AtDoor(order, refusal=str(error)), status=422)
    return back_to_run(request, order)


@require_POST
@leader_or_operator
def undeliver(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a tick back."""
    order = visible_order(request.user, pk)
    try:
        services.undeliver(line_ids=line_ids(order), by=request.user, now=timezone.now())
    except DomainError as error:
        return run_page(request, order.campaign, AtDoor(order, refusal=str(error)), status=422)
    return back_to_run(request, order)


@require_POST
@leader_or_operator
def ticks(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take in what was tapped on a phone, once however often it comes: what became of each tap, and the cards as they
    are now."""
    campaign = visible_campaign(request.user, pk)
    try:
        taps = read_taps(request.body)
    except NotTaps:
        return HttpResponseBadRequest()
    orders = Order.objects.visible_to(request.user)
    told = services.take_ticks(orders=orders, campaign=campaign, taps=taps, by=request.user, now=timezone.now())
    campaign.refresh_from_db(fields=["state"])
    return ticks_answer(request, run_context(request.user, campaign), told)


def ticks_answer(request: HttpRequest, context: dict[str, Any], told: Sequence[Told]) -> HttpResponse:
    """What became of each tap, and the cards to put into the page; `context` is the run as it is now."""
    answers = [
        {"key": one.key.hex, "order": one.order_id, "outcome": one.outcome, "seen": one.facts, "said": one.said}
        for one in told
    ]
    cards = render_to_string("orders/delivery_run.html#doors", told_cards(context, told), request)
    return JsonResponse({"ticks": answers, "html": cards}, headers={"Cache-Control": "no-store"})


def told_cards(context: dict[str, Any], told: Sequence[Told]) -> dict[str, Any]:
    """What the fragment "doors" of a run shows: the cards of the orders that were tapped, each with its conflict."""
    run: DeliveryRun = context["run"]
    last = {one.order_id: one for one in told}
    rows = [
        (one, last[one.order.pk]) for building in run.buildings for one in building.recipients if one.order.pk in last
    ]
    touched = [building for building in run.buildings if any(one.order.pk in last for one in building.recipients)]
    return {**context, "rows": rows, "touched": touched}


@require_POST
@leader_or_operator
def phone(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the whole number of whoever lives at a door; that it was shown is kept."""
    order = visible_order(request.user, pk)
    place = reverse("orders:delivery_run", args=[order.campaign_id])
    number = reveal_phone(member=order.member, by=request.user, place=place, now=timezone.now())
    return run_page(request, order.campaign, AtDoor(order, phone=number))


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def shortage(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask how much of an order is missing, line by line, and record it."""
    order = visible_order(request.user, pk)
    lines = [line for line in order.lines.select_related("offer").order_by("offer__position", "pk") if line.outstanding]
    form = ShortageForm(request.POST or None, lines=lines)
    if form.is_valid():
        quantities, reason = form.quantities, form.cleaned_data["reason"]
        try:
            services.record_shortages(quantities=quantities, reason=reason, by=request.user, now=timezone.now())
            return back_to_run(request, order)
        except services.NotShort as error:
            form.add_error(form.key(error.line_id), str(error))
        except DomainError as error:
            form.add_error(None, str(error))
    return run_page(request, order.campaign, AtDoor(order, form=form), status=422 if form.errors else 200)


@require_POST
@leader_or_operator
def shortage_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """It turned up after all, or was recorded by mistake."""
    line = visible_line(request.user, pk)
    try:
        services.take_back_shortage(line_id=line.pk, by=request.user, now=timezone.now())
    except DomainError as error:
        return run_page(request, line.order.campaign, AtDoor(line.order, refusal=str(error)), status=422)
    return back_to_run(request, line.order)


@require_POST
@leader_or_operator
def weigh(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record what the scale says of one line; answers with the page it was asked on, the run's or the order's."""
    line = visible_line(request.user, pk)
    form, on_order = WeightForm(request.POST), request.POST.get("page") == "order"
    if form.is_valid():
        try:
            weights = {line.pk: form.cleaned_data["weight"]}
            services.record_weights(weights=weights, by=request.user, now=timezone.now())
        except DomainError as error:
            form.add_error("weight", str(error))
        else:
            return redirect("orders:order_detail", line.order_id) if on_order else back_to_run(request, line.order)
    if on_order:
        return order_page(request, line.order_id, refused=Refused(line.pk, weight=form))
    if line.can_be_weighed:
        return run_page(request, line.order.campaign, AtDoor(line.order, line_id=line.pk, weight=form), status=422)
    return run_page(request, line.order.campaign, AtDoor(line.order, refusal=form.refusal), status=422)


def run_page(
    request: SignedInRequest, campaign: Campaign, at: AtDoor | None = None, *, status: int = 200
) -> HttpResponse:
    """The run; as a fragment the card of the order `at` is about, and the figures around it."""
    context = {**run_context(request.user, campaign), "at": at, "asked_at": at.order.pk if at and at.form else None}
    found = context["run"].find(at.order.pk) if at else None
    if found:
        context["building"], context["one"] = found
    return render_page(request, "orders/delivery_run.html", context, fragment="door" if found else None, status=status)


def run_context(user: User, campaign: Campaign) -> dict[str, Any]:
    """What every part of the run is drawn from."""
    groups = list(leaders_groups(campaign, user))
    run = run_of(campaign, groups)
    return {
        "campaign": campaign,
        "groups": groups,
        "run": run,
        "can_tick": campaign.state in UNDER_WAY,
        "missing": shortage_text(campaign, run),
        "ticks_url": reverse("orders:ticks", args=[campaign.pk]),
        "phone_url": reverse("orders:phone", args=[0]),
        "gaps_url": reverse("orders:delivery_gaps", args=[campaign.pk]),
        "kept_by": f"{campaign.pk}-{user.pk}",
    }


def back_to_run(request: SignedInRequest, order: Order) -> HttpResponse:
    """What the order's card says now; without JavaScript the page, at that card."""
    if wants_fragment(request):
        return run_page(request, order.campaign, AtDoor(order))
    return redirect(f"{reverse('orders:delivery_run', args=[order.campaign_id])}#order-{order.pk}")


def visible_order(user: User, pk: int) -> Order:
    return get_object_or_404(Order.objects.visible_to(user).select_related("campaign"), pk=pk)


def visible_line(user: User, pk: int) -> OrderLine:
    return get_object_or_404(OrderLine.objects.visible_to(user).select_related("order__campaign", "offer"), pk=pk)


def line_ids(order: Order) -> list[int]:
    return list(order.lines.values_list("pk", flat=True))
