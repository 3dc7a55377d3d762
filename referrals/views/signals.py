"""Signals for review: what waits, what speaks for it, and what an admin decides."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import SignedInRequest, admin_only, money_reader
from core.errors import DomainError
from core.http import render_page, say
from core.paging import page_by_key
from referrals import services
from referrals.enums import Verdict
from referrals.forms import DecisionForm
from referrals.models import Signal
from referrals.queries import orders_held_by, people_of, seen
from referrals.texts import why_signalled


@require_safe
@money_reader
def signal_list(request: SignedInRequest) -> HttpResponse:
    """What waits for a decision, the oldest first; or what was decided, the latest first."""
    decided = request.GET.get("state") == "decided"
    visible = Signal.objects.visible_to(request.user)
    after, before = (request.GET.get(cursor, "") for cursor in ("after", "before"))
    page = page_by_key(
        visible.exclude(decisions=None) if decided else visible.filter(decisions=None),
        by="-found_at" if decided else "found_at",
        after=after,
        before=before,
    )
    context = {
        "page": page,
        "signals": [(one, why_signalled(one.signal)) for one in seen(page.rows)],
        "decided": decided,
        "views": [(_("Waiting"), "", not decided), (_("Decided"), "decided", decided)],
    }
    return render_page(request, "referrals/signal_list.html", context, fragment="list")


@require_POST
@admin_only
def signal_look(request: SignedInRequest) -> HttpResponse:
    """Have them looked for now, not only at night."""
    return redirect("core:job_detail", services.ask_for_signals(by=request.user, now=now()).pk)


@require_safe
@money_reader
def signal_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _signal_detail(request, get_object_or_404(Signal.objects.visible_to(request.user), pk=pk))


def _signal_detail(request: SignedInRequest, signal: Signal, refused: DecisionForm | None = None) -> HttpResponse:
    """Who it is about, what it holds, what was decided; the form for who decides."""
    (one,) = seen([signal])
    decisions = list(signal.decisions.select_related("by"))
    form = refused or DecisionForm(initial={"seen": len(decisions)})
    context = {
        "seen": one,
        "why": why_signalled(signal),
        "people": people_of(signal, one.pairs),
        "held": orders_held_by(signal),
        "decisions": decisions,
        "form": form if request.user.is_admin else None,
    }
    return render_page(request, "referrals/signal_detail.html", context, status=422 if refused else 200)


@require_POST
@admin_only
def signal_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say whether what the signal holds is paid, and why."""
    signal = get_object_or_404(Signal.objects.visible_to(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        said = {**form.cleaned_data, "verdict": Verdict(form.cleaned_data["verdict"])}
        try:
            services.decide_signal(signal=signal, **said, by=request.user, now=now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            say(request, _("Decided. What is held follows it when statements are issued next."))
            return redirect("referrals:signal_list")
    return _signal_detail(request, signal, form)
