"""What the palette asks for."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.access import SignedInRequest, roles
from core.enums import Role
from orders.queries import palette_hits


@require_safe
@roles(Role.OPERATOR, Role.ADMIN, Role.AUDITOR)
@never_cache
def find(request: SignedInRequest) -> HttpResponse:
    """Groups, campaigns, members and orders by name, pinyin, initials, door and the end of a phone number."""
    return render(request, "orders/find.html", {"hits": palette_hits(request.user, request.GET.get("q", ""))})
