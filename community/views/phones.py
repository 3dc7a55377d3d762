"""谁看过谁的手机号."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from community.models import PhoneReveal
from core.access import SignedInRequest, money_reader
from core.http import render_page

LATEST = 200
"""Older ones are found in the table itself."""


@require_safe
@money_reader
def reveal_list(request: SignedInRequest) -> HttpResponse:
    """Who saw whose whole number, where and when, the latest first."""
    reveals = PhoneReveal.objects.visible_to(request.user).select_related("member", "by").order_by("-at", "-pk")
    return render_page(request, "community/reveal_list.html", {"reveals": reveals[:LATEST]})
