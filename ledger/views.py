"""The books: what every account comes to and why, the periods, closing one for ever."""

from datetime import date

from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import SignedInRequest, admin_only, money_reader
from core.errors import DomainError
from core.http import render_page, say
from core.paging import page_by_key
from ledger import services
from ledger.models import Account, Entry, Leg, Period
from ledger.purposes import names_of
from ledger.queries import balance, largest_balances, trial_balance

SHOWN = 100
"""Accounts; the trial balance above them counts all."""


@require_safe
@money_reader
def account_list(request: SignedInRequest) -> HttpResponse:
    """The trial balance of a period or of everything, and the accounts with the largest balances."""
    periods = list(Period.objects.visible_to(request.user).order_by("-span"))
    chosen = next((period for period in periods if str(period.pk) == request.GET.get("period")), None)
    purpose = request.GET.get("purpose", "").replace("\0", "")
    balances = largest_balances(purpose=purpose, limit=SHOWN + 1)
    context = {
        "periods": periods,
        "chosen": chosen,
        "purpose": purpose,
        "trial": trial_balance(chosen),
        "balances": balances[:SHOWN],
        "more": len(balances) > SHOWN,
        "names": names_of(one.account for one in balances),
    }
    return render_page(request, "ledger/account_list.html", context, fragment="books")


@require_safe
@money_reader
def account_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything that moved on one account, the newest first."""
    account: Account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    legs = Leg.objects.visible_to(request.user).filter(account=account).select_related("entry__period")
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    context = {
        "account": account,
        "party": names_of([account]).get(account.pk, ""),
        "balance_fen": balance(account),
        "page": page_by_key(legs, by="-id", after=after, before=before),
    }
    return render_page(request, "ledger/account_detail.html", context, fragment="legs")


@require_safe
@money_reader
def entry_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One entry with all its legs."""
    entries = Entry.objects.visible_to(request.user).select_related("period", "made_by")
    entry: Entry = get_object_or_404(entries, pk=pk)
    legs = list(entry.legs.select_related("account").order_by("position"))
    context = {"entry": entry, "legs": legs, "names": names_of(leg.account for leg in legs)}
    return render_page(request, "ledger/entry_detail.html", context)


@require_safe
@money_reader
def period_list(request: SignedInRequest) -> HttpResponse:
    return _period_list(request)


def _period_list(request: SignedInRequest, refusal: str = "") -> HttpResponse:
    """The periods with how much was booked in them, and the month that may be opened next."""
    periods = Period.objects.visible_to(request.user).select_related("closed_by").annotate(entry_count=Count("entries"))
    context = {"periods": periods.order_by("-span"), "next_month": next_month(), "refusal": refusal}
    return render_page(request, "ledger/period_list.html", context, status=422 if refusal else 200)


def next_month() -> date:
    """The month after the last one opened; this one (Asia/Shanghai) when none was."""
    last: date | None = Period.objects.aggregate(after=Max("span__endswith"))["after"]
    return last or timezone.localdate().replace(day=1)


@require_POST
@admin_only
def period_open(request: SignedInRequest) -> HttpResponse:
    """Open the next month."""
    try:
        period = services.open_period(month=next_month(), by=request.user, now=timezone.now())
    except DomainError as error:
        return _period_list(request, refusal=str(error))
    say(request, _("%(period)s is open.") % {"period": period})
    return redirect("ledger:period_list")


@require_http_methods(["GET", "HEAD", "POST"])
@admin_only
def period_close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask, then close one period for ever."""
    period: Period = get_object_or_404(Period.objects.visible_to(request.user), pk=pk)
    refusal = ""
    if request.method == "POST":
        try:
            services.close_period(period=period, by=request.user, now=timezone.now())
        except DomainError as error:
            refusal = str(error)
        else:
            say(request, _("%(period)s is closed.") % {"period": period})
            return redirect("ledger:period_list")
    context = {"period": period, "trial": trial_balance(period), "refusal": refusal}
    return render_page(request, "ledger/period_close.html", context, status=422 if refusal else 200)
