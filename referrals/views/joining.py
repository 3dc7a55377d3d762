"""入群: an invitation link for somebody without an account: who invites, into which group, and the form to join.

As on the public page of a campaign there is no login and no CSRF token. What is kept of an opening is a number. Which
links were opened when, on which the first or the last one rests, is known to the device alone: a signed cookie that
comes back on these pages and nowhere else.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from community.consent import joining_text
from core.errors import DomainError
from core.http import client_address
from core.links import count_click, is_opened_by_a_person
from orders.models import Campaign
from orders.services import TooManyForms, count_form
from orders.views.public import refuse_other_sites, remember_visitor
from referrals import services
from referrals.forms import JoinForm
from referrals.models import ReferralLink, TouchDay
from referrals.models.link import LONGEST_WINDOW_DAYS
from referrals.queries import campaign_for
from referrals.services import Opened
from referrals.texts import gift_of

COOKIE = "opened"
SALT = "referrals.opened"
REMEMBERED = timedelta(days=LONGEST_WINDOW_DAYS)
LINKS_REMEMBERED = 10


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Who invites into which group, and the form; then on to what can be ordered. A code nobody knows gets a 404."""
    known = ReferralLink.objects.living().select_related("member", "group__neighbourhood")
    link = known.filter(code=code.lower()).first()
    if link is None:
        return render(request, "referrals/join_unknown.html", {"csrf_token": ""}, status=404)
    if request.method == "POST":
        return _sent(request, link)
    if request.GET.get("said") == "joined":
        return _page(request, "referrals/joined.html", {"link": link})
    response = _join_page(request, link, JoinForm(wording=joining_text()))
    if is_opened_by_a_person(request):
        now = timezone.now()
        count_click(TouchDay, link="link", code=link.code, now=now)
        _remember(response, [*_opened(request), Opened(link.code, now)])
    return response


def _sent(request: HttpRequest, link: ReferralLink) -> HttpResponse:
    refuse_other_sites(request)
    now, status = timezone.now(), 422
    form = JoinForm(request.POST, wording=joining_text())
    form.is_valid()
    try:
        most, address = settings.PUBLIC_FORMS_PER_CAMPAIGN, client_address(request)
        count_form(page=f"link:{link.pk}", most=most, address=address, now=now)
        if form.is_valid():
            services.join_through(
                link=link,
                visitor=form.visitor,
                opened=_opened(request),
                wording=form.wording,
                nonce=form.nonce,
                now=now,
            )
            return _on_from(link, form, now)
    except TooManyForms as error:
        status = 429
        form.add_error(None, str(error))
    except DomainError as error:
        form.add_error(None, str(error))
    return _join_page(request, link, form, status)


def _on_from(link: ReferralLink, form: JoinForm, now: datetime) -> HttpResponse:
    """To the campaign of the group that is cut off next, with the link it came through; else to a word of welcome."""
    campaigns = Campaign.objects.taking_orders(now).filter(groups=link.group)
    campaign = campaigns.order_by("cuts_off_at", "pk").first()
    if campaign is None:
        return redirect(f"{reverse('join', args=[link.code])}?said=joined")
    kept = urlencode({"via": link.code, "group": str(link.group_id), "said": "joined"})
    response = redirect(f"{reverse('orders:public_campaign', args=[campaign.code])}?{kept}")
    remember_visitor(response, campaign, form.visitor)
    return response


def _join_page(request: HttpRequest, link: ReferralLink, form: JoinForm, status: int = 200) -> HttpResponse:
    gift = gift_of(campaign_for(link.group, today=timezone.localdate()))
    return _page(request, "referrals/join.html", {"link": link, "form": form, "gift": gift}, status)


def _page(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, template, {**context, "csrf_token": ""}, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _opened(request: HttpRequest) -> list[Opened]:
    """The links this device remembers, the one opened first at the beginning; nothing that was not signed here."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=REMEMBERED)
    except signing.BadSignature:
        return []
    return [Opened(code, datetime.fromtimestamp(at, UTC)) for code, at in kept]


def _remember(response: HttpResponse, opened: Sequence[Opened]) -> None:
    """Have the device remember the links opened last; opened again and again, a link is remembered once."""
    kept: list[Opened] = []
    for one in opened:
        if kept and kept[-1].code == one.code:
            kept.pop()
        kept.append(one)
    response.set_cookie(
        COOKIE,
        signing.dumps([(one.code, int(one.at.timestamp())) for one in kept[-LINKS_REMEMBERED:]], salt=SALT),
        max_age=REMEMBERED,
        path=reverse("join", args=["-"]).removesuffix("-"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
