"""Commission review: run a period, look at what it adds for whom, approve what somebody else ran."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from core.access import SignedInRequest, admin_only, money_reader
from core.errors import DomainError
from core.http import render_page, say
from core.templatetags.ui import money
from ledger.enums import PeriodState
from ledger.models import Period
from referrals import services
from referrals.enums import RunState
from referrals.models import CommissionEntry, Run
from referrals.queries import earners_of, in_columns, page_of_entries, period_before

RUNS_SHOWN = 30
EARNERS_SHOWN = 100


@require_safe
@money_reader
def run_list(request: SignedInRequest) -> HttpResponse:
    return _run_list(request)


def _run_list(request: SignedInRequest, refusal: str = "") -> HttpResponse:
    """The runs so far and the periods one can be started for; `refusal` says why the last wish was not granted."""
    runs = Run.objects.visible_to(request.user).select_related("period", "job", "ran_by", "approved_by").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal():
        runs = runs.filter(pk__lt=int(before))
    found = list(runs[: RUNS_SHOWN + 1])
    context = {
        "runs": found[:RUNS_SHOWN],
        "older": found[RUNS_SHOWN - 1].pk if len(found) > RUNS_SHOWN else None,
        "computing": any(run.state == RunState.COMPUTING for run in found),
        "periods": Period.objects.visible_to(request.user).filter(state=PeriodState.OPEN).order_by("-span"),
        "refusal": refusal,
    }
    return render_page(request, "referrals/run_list.html", context, fragment="list", status=422 if refusal else 200)


@require_POST
@admin_only
def run_start(request: SignedInRequest) -> HttpResponse:
    wanted = request.POST.get("period", "")
    period = get_object_or_404(Period.objects.visible_to(request.user), pk=wanted if wanted.isdecimal() else None)
    try:
        run = services.start_run(period=period, by=request.user, now=now(), whole="whole" in request.POST)
    except DomainError as error:
        return _run_list(request, refusal=str(error))
    return redirect("referrals:run_detail", run.pk)


@require_safe
@money_reader
def run_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _run_detail(request, pk)


def _run_detail(request: SignedInRequest, pk: int, refusal: str = "") -> HttpResponse:
    """One run: how far it is, then what it adds for whom."""
    run = get_object_or_404(
        Run.objects.visible_to(request.user).select_related("period", "job", "ran_by", "approved_by"), pk=pk
    )
    before = period_before(run.period)
    earners = [] if run.state == RunState.COMPUTING else earners_of(run, before=before)
    context = {
        "run": run,
        "earners": in_columns(earners[:EARNERS_SHOWN]),
        "earner_count": len(earners),
        "not_shown": max(0, len(earners) - EARNERS_SHOWN),
        "total_fen": sum(earner.total_fen for earner in earners),
        "before": before,
        "may_approve": request.user.is_admin and run.state == RunState.REVIEW and run.ran_by_id != request.user.pk,
        "ran_it": run.ran_by_id == request.user.pk,
        "refusal": refusal,
    }
    return render_page(request, "referrals/run_detail.html", context, fragment="run", status=422 if refusal else 200)


@require_POST
@admin_only
def run_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(Run.objects.visible_to(request.user).select_related("period"), pk=pk)
    try:
        approved = services.approve_run(run=run, by=request.user, now=now())
    except DomainError as error:
        return _run_detail(request, pk, refusal=str(error))
    sentence = ngettext(
        "Approved: %(amount)s is now owed to %(number)d earner.",
        "Approved: %(amount)s is now owed to %(number)d earners.",
        approved.earners,
    )
    say(request, sentence % {"amount": money(approved.amount_fen), "number": approved.earners})
    return redirect("referrals:run_detail", pk)


@require_safe
@money_reader
def earner_detail(request: SignedInRequest, pk: int, member: int) -> HttpResponse:
    """Every line of what one run adds for one person."""
    run = get_object_or_404(Run.objects.visible_to(request.user).select_related("period"), pk=pk)
    earner = get_object_or_404(Member.objects.visible_to(request.user), pk=member)
    entries = CommissionEntry.objects.visible_to(request.user).filter(run=run, beneficiary=earner)
    page = page_of_entries(entries, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {"run": run, "earner": earner, "page": page}
    return render_page(request, "referrals/earner_detail.html", context, fragment="entries")
