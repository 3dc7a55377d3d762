"""How much of what everybody earns is for their own service, and how much for people they brought: page and file."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access import SignedInRequest, money_reader
from core.http import render_page
from core.money import PPM
from core.spreadsheets import Yuan, csv_stream
from ledger.models import Period
from referrals.queries import shares_in, together

ROWS = 100


def _percent(ppm: int | None) -> str:
    return "" if ppm is None else f"{ppm * 100 / PPM:.2f}"


@require_safe
@money_reader
def share_list(request: SignedInRequest) -> HttpResponse:
    """One period, the latest unless another is chosen."""
    periods = list(Period.objects.visible_to(request.user).order_by("-span"))
    wanted = request.GET.get("period", "")
    period = next((one for one in periods if str(one.pk) == wanted), periods[0] if periods else None)
    shares = shares_in(period, user=request.user) if period else []
    context = {
        "periods": periods,
        "period": period,
        "shares": shares[:ROWS],
        "not_shown": max(0, len(shares) - ROWS),
        "together": together(shares),
    }
    return render_page(request, "referrals/share_list.html", context, fragment="list")


@require_safe
@money_reader
def shares_csv(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    """Everybody of the period, in yuan and percent."""
    period: Period = get_object_or_404(Period.objects.visible_to(request.user), pk=pk)
    header = [
        _("Earner"),
        _("Own service in yuan"),
        _("Level 1 in yuan"),
        _("Level 2 in yuan"),
        _("Together in yuan"),
        _("Own service, percent"),
        _("Level 1, percent"),
        _("Level 2, percent"),
    ]
    rows = [
        [
            member.name,
            *(Yuan(fen) for fen, _ppm in shares.parts),
            Yuan(shares.total_fen),
            *(_percent(ppm) for _fen, ppm in shares.parts),
        ]
        for member, shares in shares_in(period, user=request.user)
    ]
    return csv_stream(f"shares-{period}.csv", header, rows)
