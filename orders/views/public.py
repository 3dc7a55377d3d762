"""A campaign's page for everybody who has its address, and the order placed on it. No login; reading leaves no trace.

Neither page has a CSRF token: there is no login whose power a foreign page could borrow, the cookie of the token would
be a trace, and `no-referrer` makes browsers hide the origin that Django compares. A browser that says it was sent by
another site is refused all the same.
"""

import re
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from community.services import Visitor
from core.errors import DomainError
from core.http import client_address
from orders import services
from orders.enums import CampaignState
from orders.forms import GoodsForm, PublicOrderForm
from orders.models import Campaign, Order
from orders.pickup import pickup_code
from orders.queries import standings
from orders.services.placing import closed_sentence
from orders.texts import sample_line

NOT_FOR_MEMBERS = [CampaignState.DRAFT, CampaignState.CANCELLED]
REMEMBERED = 60 * 24 * 60 * 60
"""Seconds an own order's address and the cookie that leads to it are good for."""
COOKIE = "order"
WHO, WHO_SALT, WHO_REMEMBERED = "who", "orders.who", 60 * 60
SIGNER = signing.TimestampSigner(salt="orders.own_order", sep=".")


def token_of(order: Order) -> str:
    """The secret part of the order's own address: whoever has it may read the order and change it until the cut-off."""
    return SIGNER.sign(str(order.pk))


def order_behind(token: str, code: str) -> Order | None:
    """The order of the campaign that a token was made for; None for everything else."""
    try:
        pk = SIGNER.unsign(token, max_age=REMEMBERED)
    except signing.BadSignature:
        return None
    return Order.objects.select_related("campaign", "group").filter(pk=pk, campaign__code=code).first()


def refuse_other_sites(request: HttpRequest) -> None:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise PermissionDenied


def count_form(request: HttpRequest, campaign: Campaign, now: datetime) -> None:
    most = settings.PUBLIC_FORMS_PER_CAMPAIGN
    services.count_form(page=f"campaign:{campaign.pk}", most=most, address=client_address(request), now=now)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def public_campaign(request: HttpRequest, code: str) -> HttpResponse:
    """The goods, what is left, until when, and the form to order. A code nobody knows gets a friendly 404."""
    campaign = Campaign.objects.exclude(state__in=NOT_FOR_MEMBERS).filter(code=code.replace("\0", "")).first()
    if campaign is None:
        return render(request, "orders/public_campaign_unknown.html", {"csrf_token": ""}, status=404)
    now = timezone.now()
    groups = list(campaign.groups.select_related("neighbourhood").order_by("neighbourhood__pinyin", "pinyin", "pk"))
    form = PublicOrderForm(
        request.POST if request.method == "POST" else None,
        initial={"group": request.GET.get("group"), **visitor_of(request)},  # a short link was made for one group
        goods=standings(campaign.offers.select_related("product")),
        groups=groups,
    )
    status = 200
    if request.method == "POST":
        refuse_other_sites(request)
        status = 422
        form.is_valid()
        try:
            count_form(request, campaign, now)
            if not campaign.takes_orders(now):
                raise services.CampaignClosed(closed_sentence(campaign, now))
            if form.is_valid():
                return to_own_order(order_from(form, campaign, via_of(request), now))
        except services.TooManyForms as error:
            status = 429
            form.add_error(None, str(error))
        except services.AlreadyOrdered as error:
            form.add_error("phone", str(error))
        except DomainError as error:
            form.add_error(None, str(error))
    return campaign_page(request, campaign, form, status)


def remember_visitor(response: HttpResponse, campaign: Campaign, visitor: Visitor) -> None:
    """Who somebody has just said they are stands in the form of this campaign for an hour, on their device alone."""
    response.set_cookie(
        WHO,
        signing.dumps(asdict(visitor), salt=WHO_SALT),
        max_age=WHO_REMEMBERED,
        path=reverse("orders:public_campaign", args=[campaign.code]),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def visitor_of(request: HttpRequest) -> dict[str, str]:
    """What this device remembers of who somebody is, by field; nothing that was not signed here."""
    try:
        known: dict[str, str] = signing.loads(request.COOKIES.get(WHO, ""), salt=WHO_SALT, max_age=WHO_REMEMBERED)
    except signing.BadSignature:
        return {}
    return known


def order_from(form: PublicOrderForm, campaign: Campaign, via: str, now: datetime) -> Order:
    return services.order_publicly(
        campaign=campaign,
        group=form.group,
        visitor=form.visitor,
        quantities=form.wanted,
        note=form.cleaned_data["note"],
        link_code=via,
        nonce=form.nonce,
        now=now,
    )


def via_of(request: HttpRequest) -> str:
    """The short link somebody came through; anything that cannot be one is nothing."""
    via = (request.POST.get("via") or request.GET.get("via") or "").lower()
    return via if re.fullmatch("[a-z0-9]{1,12}", via) else ""


def campaign_page(request: HttpRequest, campaign: Campaign, form: PublicOrderForm, status: int) -> HttpResponse:
    now = timezone.now()
    own = order_behind(request.COOKIES.get(COOKIE, ""), campaign.code)
    rows = form.rows()
    joined = request.GET.get("group") if request.GET.get("said") == "joined" else None
    context = {
        "campaign": campaign,
        "form": form,
        "rows": rows,
        "via": via_of(request),
        "joined": next((one for key, one in form.groups.items() if joined == key), None),
        "own_url": own_url(own) if own else "",
        "sample": sample_line(rows[0].offer) if rows else "",
        "takes_orders": campaign.takes_orders(now),
        "opens_later": campaign.state == CampaignState.OPEN and campaign.opens_at > now,
        "now": now,
        "csrf_token": "",
    }
    return render(request, "orders/public_campaign.html", context, status=status)


def own_url(order: Order) -> str:
    return reverse("orders:own_order", args=[order.campaign.code, token_of(order)])


def to_own_order(order: Order) -> HttpResponse:
    """On to the order's own page, with the way there remembered on this device, for this campaign alone."""
    response = redirected(f"{own_url(order)}?said=placed")
    response.set_cookie(
        COOKIE,
        token_of(order),
        max_age=REMEMBERED,
        path=reverse("orders:public_campaign", args=[order.campaign.code]),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def redirected(url: str) -> HttpResponse:
    """To an address that is a secret: no other page is told about it."""
    response = redirect(url)
    response["Referrer-Policy"] = "no-referrer"
    return response


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_order(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """An order for whoever has its address: changed until the cut-off, then what became of it."""
    order = order_behind(token, code)
    if order is None:
        raise Http404
    now, has = timezone.now(), dict(order.lines.values_list("offer", "quantity"))
    form = GoodsForm(
        request.POST if request.method == "POST" else None,
        goods=standings(order.campaign.offers.select_related("product")),
        has=has,
    )
    status = 200
    if request.method == "POST":
        refuse_other_sites(request)
        status = 422
        form.is_valid()
        try:
            count_form(request, order.campaign, now)
            if form.is_valid():
                services.change_own_order(order=order, quantities=form.quantities, now=now)
                return redirected(f"{request.path}?said=saved")
        except services.TooManyForms as error:
            status = 429
            form.add_error(None, str(error))
        except DomainError as error:
            form.add_error(None, str(error))
    return own_page(request, order, form, status)


def own_page(request: HttpRequest, order: Order, form: GoodsForm, status: int) -> HttpResponse:
    lines = [
        line
        for line in order.lines.select_related("offer").order_by("offer__position", "pk")
        if line.quantity or line.offer.called_off_at
    ]
    context = {
        "order": order,
        "lines": lines,
        "net_fen": sum(line.net_fen for line in lines),
        "pickup_code": pickup_code(order),
        "form": form,
        "rows": form.rows(),
        "takes_orders": order.campaign.takes_orders(timezone.now()),
        "said": request.GET.get("said", ""),
        "campaign_url": reverse("orders:public_campaign", args=[order.campaign.code]),
        "csrf_token": "",
    }
    response = render(request, "orders/own_order.html", context, status=status)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
