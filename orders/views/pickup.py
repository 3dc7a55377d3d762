"""自提: who collects says four digits, or a name or a door, and is handed the goods."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access import SignedInRequest, leader_or_operator
from core.errors import DomainError
from core.http import render_page, say
from core.search import typed
from orders import services
from orders.enums import UNDER_WAY
from orders.models import Campaign, Order
from orders.pickup import DIGITS, pickup_code
from orders.queries import DeliveryRun, Recipient, leaders_groups
from orders.queries import delivery_run as run_of
from orders.views.campaign_page import visible_campaign
from orders.views.delivery import line_ids

SHOWN = 8
"""People who are looked for stand in front of the leader; a longer list would not be read."""


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def pick_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """Find who is standing here, and record that their goods are theirs now."""
    campaign = visible_campaign(request.user, pk)
    refusal = hand_out(request, campaign) if request.method == "POST" else ""
    if request.method == "POST" and not refusal:
        return redirect("orders:pick_up", campaign.pk)
    asked = typed(request.POST.get("q") or request.GET.get("q", ""))
    run = run_of(campaign, leaders_groups(campaign, request.user))
    context = {
        "campaign": campaign,
        "run": run,
        "asked": asked,
        "found": found_in(run, asked) if asked else [],
        "can_hand_out": campaign.state in UNDER_WAY,
        "refusal": refusal,
    }
    return render_page(request, "orders/pick_up.html", context, fragment="found", status=422 if refusal else 200)


def hand_out(request: SignedInRequest, campaign: Campaign) -> str:
    """Record that everything of the order was collected; why not, if it cannot be."""
    orders = Order.objects.visible_to(request.user).filter(campaign=campaign).select_related("member")
    number = request.POST.get("order", "")
    if not (number.isascii() and number.isdecimal()):
        return _("Choose whose goods they are.")
    order = get_object_or_404(orders, pk=int(number))
    try:
        services.deliver(line_ids=line_ids(order), by=request.user, now=timezone.now(), reason=_("collected"))
    except DomainError as error:
        return str(error)
    said = _("%(name)s has everything.") % {"name": order.member.name}
    say(request, said, undo_url=reverse("orders:undeliver", args=[order.pk]))
    return ""


def found_in(run: DeliveryRun, asked: str) -> list[tuple[str, Recipient]]:
    """Whose digits these are; else whose name, pinyin or door begins or reads like that. With everybody's digits."""
    everybody = [(pickup_code(one.order), one) for building in run.buildings for one in building.recipients]
    if len(asked) == DIGITS and asked.isdecimal():
        return [(code, one) for code, one in everybody if code == asked]
    spelled = asked.replace(" ", "").lower()
    return [
        (code, one)
        for code, one in everybody
        if asked in one.order.member.name or spelled in one.order.member.pinyin or one.order.door.startswith(asked)
    ][:SHOWN]
