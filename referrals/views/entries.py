"""Commission entries: the list, and why an order pays what it pays."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.access import SignedInRequest, money_reader, signed_in
from core.enums import Role
from core.http import render_page
from orders.models import Order
from referrals.forms import EntryFilter
from referrals.queries import claims_on, page_of_entries

READS_EVERY_ORDER = {Role.ADMIN, Role.AUDITOR}


@require_safe
@money_reader
def entry_list(request: SignedInRequest) -> HttpResponse:
    form = EntryFilter(request.GET, user=request.user)
    page = page_of_entries(form.narrowed(), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return render_page(request, "referrals/entry_list.html", {"form": form, "page": page}, fragment="entries")


@require_safe
@signed_in
def why(request: SignedInRequest, order: int) -> HttpResponse:
    """Every entry of an order as a sum. Who keeps the books sees all of them, an earner the own ones."""
    found = get_object_or_404(Order.objects.select_related("campaign", "group", "member"), pk=order)
    claims = claims_on(found, user=request.user)
    if not claims and request.user.role not in READS_EVERY_ORDER:
        raise Http404
    context = {"order": found, "claims": claims, "reads_all": request.user.role in READS_EVERY_ORDER}
    return render_page(request, "referrals/why.html", context)
