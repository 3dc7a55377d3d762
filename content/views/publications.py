from datetime import date, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from community.models import Group
from content import services
from content.forms import PublicationForm
from content.models import Publication
from content.queries import credited_to, week_from, week_of
from core.access import SignedInRequest, operator_or_admin
from core.errors import DomainError
from core.http import render_page, say
from core.paging import page_by_key

YEARS = range(2000, 2100)


@require_safe
@operator_or_admin
def calendar(request: SignedInRequest) -> HttpResponse:
    """Who says what, when, where: a week of all groups."""
    monday = _monday(request.GET.get("week", ""))
    page = page_by_key(
        Group.objects.visible_to(request.user),
        by="pinyin",
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    days = week_from(monday)
    context = {
        "page": page,
        "days": days,
        "rows": week_of(page.rows, days=days),
        "today": localdate(),
        "previous_week": monday - timedelta(days=7),
        "next_week": monday + timedelta(days=7),
    }
    return render_page(request, "content/calendar.html", context, fragment="week")


def _monday(text: str) -> date:
    """The Monday of the week a day lies in; of this week in Shanghai when the text names no day worth showing."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        day = localdate()
    return day - timedelta(days=day.weekday())


@require_http_methods(["GET", "HEAD", "POST"])
@operator_or_admin
def publication_create(request: SignedInRequest) -> HttpResponse:
    """Say a piece in a group on a day; the calendar and the piece bring what they know in the address."""
    known = {"day": localdate(), **request.GET.dict()}
    form = PublicationForm(request.POST or None, user=request.user, initial=known)
    if form.is_valid():
        try:
            publication = services.publish_piece(**form.cleaned_data, by=request.user, now=now())
            say(request, _("Published. Copy the text with its link into the group."))
            return redirect("content:publication_detail", publication.pk)
        except DomainError as error:
            form.add_error(None, str(error))
    return render(request, "content/publication_create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@operator_or_admin
def publication_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What one link brought: clicks by day, orders credited and on what basis."""
    publications = Publication.objects.visible_to(request.user).select_related("piece__ip", "group", "campaign")
    publication = get_object_or_404(publications, pk=pk)
    click_days = list(publication.click_days.order_by("day"))
    link = settings.PUBLIC_URL.rstrip("/") + reverse("content:follow", args=[publication.code])
    piece = publication.piece
    context = {
        "publication": publication,
        "link": link,
        "post": "\n\n".join(part for part in (piece.head, piece.waist, piece.legs, link) if part),
        "click_days": click_days,
        "clicks": sum(one.clicks for one in click_days),
        "most": max((one.clicks for one in click_days), default=0),
        "credited": credited_to(publication),
        "window": settings.ATTRIBUTION_WINDOW_DAYS,
    }
    return render(request, "content/publication_detail.html", context)
