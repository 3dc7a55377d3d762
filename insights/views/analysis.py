"""分析: one question, one table, its definition, and the file to take along."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access import SignedInRequest, operator_or_admin
from core.http import render_page
from core.spreadsheets import csv_answer
from insights import queries
from insights.definitions import definitions
from insights.enums import Basis, Counting
from insights.forms import basis_of, counting_of
from insights.models import WINDOWS
from insights.queries import Window
from insights.rules.weeks import WEEK
from insights.views import figures

WEEKS = 13
"""A quarter of a year."""
SALES = ["gmv", "after_refunds_behaviour", "after_refunds_finance", "leaders_own"]


@require_safe
@operator_or_admin
def analysis(request: SignedInRequest) -> HttpResponse:
    """Who comes back, and what refunds leave of the sales: three windows, thirteen cohorts, thirteen weeks."""
    now = timezone.now()
    counted_at = queries.rolled_up_at()
    counting, basis = counting_of(request.GET), basis_of(request.GET)
    sold = queries.sold_by_week(WEEKS, timezone.localdate(now), basis)
    context = {
        "counted": figures.moment(counted_at, now) if counted_at else "",
        "counting": counting,
        "countings": Counting,
        "rates": _rates(timezone.localdate(counted_at), counting) if counted_at else [],
        "cohorts": figures.heat_rows(_cohorts()),
        "cohort_columns": figures.heat_columns(WEEKS),
        "rate_definitions": definitions(["repurchase", "repurchase_orders"]),
        "cohort_definitions": definitions(["retention"]),
        "basis": basis,
        "bases": Basis,
        "sales": figures.sold_chart(sold) if any(week.gmv_fen or week.refunded_fen for week in sold) else None,
        "sales_definitions": definitions(SALES),
    }
    return render_page(request, "insights/analysis.html", context)


@require_safe
@operator_or_admin
def cohorts_csv(request: SignedInRequest) -> HttpResponse:
    """The cohorts as the page shows them: people, then percent by week; a week not over is empty."""
    header = [_("Week of the first order"), _("Members"), *figures.heat_columns(WEEKS)]
    rows = [[cohort.week, cohort.size, *map(figures.percent_number, cohort.rates_ppm)] for cohort in _cohorts()]
    return csv_answer(f"cohorts-{timezone.localdate()}.csv", header, rows)


@require_safe
@operator_or_admin
def sales_csv(request: SignedInRequest) -> HttpResponse:
    """The weeks of the chart on the basis that is shown, in yuan; the last one runs until today."""
    today, basis = timezone.localdate(), basis_of(request.GET)
    header = [
        _("Week from"),
        _("GMV in yuan"),
        _("Refunded in yuan, by day of refund") if basis == Basis.FINANCE else _("Refunded in yuan, by day of order"),
        _("After refunds in yuan"),
        _("Leaders' own in yuan"),
    ]
    rows = [
        [
            sold.week,
            *map(figures.yuan_number, (sold.gmv_fen, sold.refunded_fen, sold.after_refunds_fen, sold.leaders_own_fen)),
        ]
        for sold in queries.sold_by_week(WEEKS, today, basis)
    ]
    return csv_answer(f"sales-{basis}-{today}.csv", header, rows)


def _cohorts() -> list[queries.Cohort]:
    counted_at = queries.rolled_up_at()
    return queries.cohorts(WEEKS, timezone.localdate(counted_at)) if counted_at else []


def _rates(as_of: date, counting: Counting) -> list[tuple[queries.Repurchase, queries.Repurchase]]:
    """The rate of each window beside that of four weeks earlier."""
    asked = [Window(days, end) for days in WINDOWS for end in (as_of, as_of - 4 * WEEK)]
    found = queries.repurchases(asked, counting)
    return list(zip(found[::2], found[1::2], strict=True))
