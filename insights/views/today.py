"""今日: what must I do now, and how are we doing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.access import SignedInRequest, operator_or_admin, signed_in
from core.enums import Role
from core.http import render_page, wants_fragment
from core.models import User
from core.spreadsheets import csv_answer
from insights import queries
from insights.definitions import definitions
from insights.enums import Counting
from insights.forms import GroupChoice, counting_of, window_of
from insights.models import WINDOWS
from insights.queries import Cohort, Health, Repurchase, WeekFigures, Window
from insights.queries.todos import campaigns_at_hand
from insights.rules.tables import page_of
from insights.rules.weeks import WEEK, monday_of
from insights.views import agenda, figures
from insights.views.noteworthy import noteworthy

WEEKS = 12
COHORTS = 8
GROUPS_A_PAGE = 10
ELSEWHERE = {Role.LEADER: "orders:leader_today", Role.AUDITOR: "referrals:run_list"}
"""Where the day begins for those who do not work with these figures."""

REPURCHASE = {Counting.OCCASIONS: "repurchase", Counting.ORDERS: "repurchase_orders"}
NOTEWORTHY = ("running_out", "falling_group", "returning_cohort", "brought_this_week")
"""Whose definitions stand below what."""

RecentSales = dict[int | None, WeekFigures]


@require_safe
@signed_in
def today(request: SignedInRequest) -> HttpResponse:
    """The first page after signing in: this one at the desk; a leader's and an auditor's day begins elsewhere."""
    elsewhere = ELSEWHERE.get(Role(request.user.role))
    return redirect(elsewhere) if elsewhere else _dashboard(request, timezone.now())


@require_safe
@operator_or_admin
def groups_csv(request: SignedInRequest) -> HttpResponse:
    """The groups as the table shows them, all pages. Figures are numbers: yuan, percent."""
    now = timezone.now()
    choice = GroupChoice.read(request.GET)
    sales = queries.recent_sales(timezone.localdate(now))
    rows = choice.shown(queries.group_rows(user=request.user, now=now, sales=sales, text=choice.text))
    header = [
        _("Group"),
        _("Compound"),
        _("District"),
        _("Leader"),
        _("Members"),
        _("Orders"),
        _("GMV in yuan"),
        _("Change in percent"),
    ]
    lines = [
        [
            row.name,
            row.neighbourhood,
            row.district,
            row.leader,
            row.members,
            row.week.this.orders,
            figures.yuan_number(row.week.this.gmv_fen),
            figures.percent_number(row.change_ppm),
        ]
        for row in rows
    ]
    return csv_answer(f"groups-{timezone.localdate(now)}.csv", header, lines)


def _dashboard(request: SignedInRequest, now: datetime) -> HttpResponse:
    sales = queries.recent_sales(timezone.localdate(now))
    context = _groups(request, sales, now)
    if not wants_fragment(request):
        health = queries.health_of_all(user=request.user, now=now, sales=sales)
        returning = _returning(window_of(request.GET), counting_of(request.GET), now)
        context |= _figures(returning, sales, health.total(), request.user, now)
        context |= _agenda(request.user, health[Health.QUIET], now)
        context["greeting"] = figures.greeting(timezone.localdate(now), request.user)
    return render_page(request, "insights/today.html", context, fragment="groups")


def _groups(request: SignedInRequest, sales: RecentSales, now: datetime) -> dict[str, Any]:
    """The table of groups: filtered, sorted and paged by the address."""
    choice = GroupChoice.read(request.GET)
    rows = queries.group_rows(user=request.user, now=now, sales=sales, text=choice.text)
    shown = choice.shown(rows)
    page = page_of(shown, choice.page, GROUPS_A_PAGE)
    health = Counter(row.health for row in choice.in_district(rows))
    last_sunday = monday_of(timezone.localdate(now)) - timedelta(days=1)
    return {
        "choice": choice,
        "sort": choice.sort,
        "page": page,
        "rows": figures.group_table(page.rows, queries.sparks(page.rows, last_sunday)),
        "districts": sorted({row.district for row in rows if row.district}),
        "healths": [("", _("All"), health.total()), *((one.value, one.label, health[one]) for one in Health)],
        "total": figures.whole_yuan(sum(row.week.this.gmv_fen for row in shown)),
    }


@dataclass(frozen=True, slots=True)
class Returning:
    """Who comes back, as of the last night: nothing before the first."""

    window: int
    counting: Counting
    counted_at: datetime | None
    rates: Sequence[Repurchase] = ()
    week_before: Repurchase | None = None
    cohorts: Sequence[Cohort] = ()


def _returning(window: int, counting: Counting, now: datetime) -> Returning:
    """The rate of every week of the chart, that of a week earlier, and the cohorts that a week is over for."""
    counted_at = queries.rolled_up_at()
    if not counted_at:
        return Returning(window, counting, None)
    counted = timezone.localdate(counted_at)
    ends = [Window(window, end) for end in figures.week_ends(counted, WEEKS)]
    *rates, week_before = queries.repurchases([*ends, Window(window, counted - WEEK)], counting)
    cohorts = [one for one in queries.cohorts(COHORTS, counted) if one.active[0] is not None]
    return Returning(window, counting, counted_at, rates, week_before, cohorts)


def _figures(returning: Returning, sales: RecentSales, groups: int, user: User, now: datetime) -> dict[str, Any]:
    """The strip, the chart and the cohorts. Who comes back is as of the last night, what was sold is live."""
    day = timezone.localdate(now)
    weeks = queries.sales_by_week(WEEKS + 1, day)
    finished, charted = weeks[:-1], weeks[1:]
    repurchase = REPURCHASE[returning.counting]
    year_ago = ["gmv_year_ago"] if figures.has_year_ago(charted) else []
    return {
        "today": day,
        "weekday": day.isoweekday(),
        "sold_anything": any(week.gmv_fen for week in charted),
        "counted": figures.moment(returning.counted_at, now) if returning.counted_at else "",
        "window": returning.window,
        "windows": WINDOWS,
        "counting": returning.counting,
        "countings": Counting,
        "kpis": [
            *figures.sales_kpis(sales[None], finished),
            figures.repurchase_kpi(returning.rates, returning.week_before),
            figures.active_groups_kpi(sales, groups, finished),
            figures.commission_kpi(queries.commission_due()),
        ],
        "chart": figures.sales_chart(charted, returning.rates),
        "cohorts": figures.heat_rows(returning.cohorts),
        "cohort_columns": figures.heat_columns(COHORTS),
        "noteworthy": noteworthy(user=user, cohorts=returning.cohorts, now=now),
        "strip_definitions": definitions(
            ["gmv", "valid_orders", "average_order", repurchase, "active_groups", "commission_due", "small_line"]
        ),
        "chart_definitions": definitions(["gmv", *year_ago, repurchase]),
        "cohort_definitions": definitions(["retention"]),
        "noteworthy_definitions": definitions(NOTEWORTHY),
    }


def _agenda(user: User, quiet: int, now: datetime) -> dict[str, Any]:
    """What waits, and for the operator what comes next."""
    at_hand = campaigns_at_hand(user=user, now=now) if user.is_operator else []
    return {
        "todos": agenda.todos(user=user, at_hand=at_hand, quiet=quiet, now=now),
        "coming": agenda.coming(at_hand, now),
    }
