"""Before a period's books are closed: what still waits, and that statements and books say the same."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.access import SignedInRequest, money_reader
from core.http import render_page
from ledger.models import Period
from ledger.queries import trial_balance
from referrals.queries import held_in, open_ends, proof, statements_stand


@require_safe
@money_reader
def closing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Closing itself is a page of the books; this one says whether it is time."""
    period: Period = get_object_or_404(Period.objects.visible_to(request.user), pk=pk)
    findings = proof()
    waits_fen, refused_fen = held_in(period)
    context = {
        "period": period,
        "ends": open_ends(period),
        "stand": statements_stand(period),
        "trial": trial_balance(period),
        "waits_fen": waits_fen,
        "refused_fen": refused_fen,
        "findings": findings,
        "agrees": not any(one.count for one in findings),
    }
    return render_page(request, "referrals/closing.html", context)
