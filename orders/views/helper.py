"""交给帮手: one campaign's run, for whoever has the link a leader made. No login, no money, no other page.

As on the public pages there is no CSRF token: the secret is in the address, not in a cookie another site could borrow.
"""

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.services import reveal_phone
from core import qr
from core.access import SignedInRequest, leader_or_operator
from core.http import render_page
from orders import services
from orders.forms import DeliveryLinkForm, NotTaps, read_taps
from orders.models import DeliveryLink, Order
from orders.queries import leaders_groups
from orders.texts import helper_url
from orders.views.campaign_page import visible_campaign
from orders.views.delivery import AtDoor, run_context, ticks_answer
from orders.views.public import refuse_other_sites

SIGNER = signing.Signer(salt="orders.delivery_link", sep=".")


def helper_token(link: DeliveryLink) -> str:
    """The secret part of the link's address: whoever has it sees the run and ticks."""
    return SIGNER.sign(str(link.pk))


def link_behind(token: str) -> DeliveryLink:
    """The open link a token was made for; 404 for everything else."""
    try:
        pk = SIGNER.unsign(token)
    except signing.BadSignature as error:
        raise Http404 from error
    link = get_object_or_404(DeliveryLink.objects.select_related("campaign", "made_by"), pk=pk)
    if not link.is_open(timezone.now()):
        raise Http404
    return link


@never_cache
@require_safe
def helper_run(request: HttpRequest, token: str) -> HttpResponse:
    """The doors, goods and notes of one run; ticks, and nothing else to do."""
    response = render(request, "orders/delivery_run.html", helper_context(link_behind(token), token))
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@csrf_exempt
@never_cache
@require_POST
def helper_ticks(request: HttpRequest, token: str) -> HttpResponse:
    """Like the leader's own ticks; they are the leader's, with the helper's name."""
    refuse_other_sites(request)
    link = link_behind(token)
    try:
        taps = read_taps(request.body)
    except NotTaps:
        return HttpResponseBadRequest()
    orders, now = orders_of(link), timezone.now()
    told = services.take_ticks(orders=orders, campaign=link.campaign, taps=taps, by=link.made_by, link=link, now=now)
    link.campaign.refresh_from_db(fields=["state"])
    return ticks_answer(request, helper_context(link, token), told)


@csrf_exempt
@never_cache
@require_POST
def helper_phone(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Show a whole number at one of the link's doors; that this link showed it is kept."""
    refuse_other_sites(request)
    link = link_behind(token)
    order = get_object_or_404(orders_of(link).select_related("member"), pk=pk)
    place = f"{reverse('orders:delivery_run', args=[link.campaign_id])} · {link.name} (link {link.pk})"
    number = reveal_phone(member=order.member, by=link.made_by, place=place, now=timezone.now())
    context = helper_context(link, token)
    found = context["run"].find(order.pk)
    if found is None:
        raise Http404
    context |= {"building": found[0], "one": found[1], "at": AtDoor(order, phone=number)}
    return render_page(request, "orders/delivery_run.html", context, fragment="door")


def orders_of(link: DeliveryLink) -> Any:
    groups = leaders_groups(link.campaign, link.made_by)
    return Order.objects.filter(campaign=link.campaign_id, group__in=groups.order_by().values("pk"))


def helper_context(link: DeliveryLink, token: str) -> dict[str, Any]:
    """The run as its leader sees it, without sums, shortages and the other lists."""
    return {
        **run_context(link.made_by, link.campaign),
        "frame": "public.html",
        "link": link,
        "token": token,
        "missing": "",
        "ticks_url": reverse("orders:helper_ticks", args=[token]),
        "phone_url": reverse("orders:helper_phone", args=[token, 0]),
        "kept_by": f"{link.campaign_id}-link-{link.pk}",
        "csrf_token": "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@leader_or_operator
def delivery_links(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hand the run over: make a link for a helper, see who has one, end it."""
    campaign, now = visible_campaign(request.user, pk), timezone.now()
    form = DeliveryLinkForm(request.POST or None)
    if form.is_valid():
        services.make_delivery_link(campaign=campaign, name=form.cleaned_data["name"], by=request.user, now=now)
        return redirect("orders:delivery_links", campaign.pk)
    links = DeliveryLink.objects.visible_to(request.user).filter(campaign=campaign).select_related("made_by")
    shown = [(link, helper_url(helper_token(link))) for link in links.order_by("-pk") if link.is_open(now)]
    context = {"campaign": campaign, "form": form, "links": shown}
    return render_page(request, "orders/delivery_links.html", context, status=422 if form.errors else 200)


@require_safe
@leader_or_operator
def delivery_link_qr(request: SignedInRequest, pk: int) -> HttpResponse:
    """The QR code of a helper's link."""
    link = get_object_or_404(DeliveryLink.objects.visible_to(request.user), pk=pk)
    return HttpResponse(qr.png(helper_url(helper_token(link))), content_type="image/png")


@require_POST
@leader_or_operator
def delivery_link_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """The helper is done: the link leads nowhere any more."""
    link = get_object_or_404(DeliveryLink.objects.visible_to(request.user), pk=pk)
    services.end_delivery_link(link=link, now=timezone.now())
    return redirect("orders:delivery_links", link.campaign_id)
