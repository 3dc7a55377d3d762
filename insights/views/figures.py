"""How figures are shown: as key figures, as a chart, as a heat table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from core.charts import MAIN, PAST, SECOND, Delta, HeatCell, HeatRow, Kpi, LineChart, Series, change, panel
from core.models import User
from core.money import half_up
from core.rules.geometry import heat_step, nice_ceiling
from core.templatetags.ui import money, percent, yuan
from insights.queries import (
    Cohort,
    CommissionDue,
    GroupRow,
    Health,
    Repurchase,
    SalesWeek,
    SoldWeek,
    WeekFigures,
)
from insights.rules.weeks import WEEK, monday_of

PPM_A_POINT = 10_000
FEN_A_YUAN = 100


def sales_kpis(figures: WeekFigures, finished: Sequence[SalesWeek]) -> list[Kpi]:
    """GMV and valid orders with what one comes to, each with its last finished weeks."""
    this, before = figures.this, figures.before
    average = whole_yuan(this.average_fen) if this.average_fen is not None else ""
    return [
        kpi(
            [week.gmv_fen for week in finished],
            label=_("GMV this week, ¥%(amount)s an order") % {"amount": average} if average else _("GMV this week"),
            before="¥",
            value=whole_yuan(this.gmv_fen),
            delta=change(this.gmv_fen, before.gmv_fen),
            note=_("on last week") if before.gmv_fen else _("nothing last week"),
        ),
        kpi(
            [week.occasions for week in finished],
            label=_("Valid orders"),
            value=f"{this.orders:,}",
            delta=change(this.orders, before.orders),
            note=_("on last week") if before.orders else _("nothing last week"),
            url=reverse("orders:order_list"),
        ),
    ]


def kpi(trend: Sequence[int], **shown: Any) -> Kpi:
    """A key figure with its trend, which is drawn in the accent when it ends lower than it began."""
    return Kpi(trend=trend, trend_is_worse=bool(trend) and trend[-1] < trend[0], **shown)


def repurchase_kpi(rates: Sequence[Repurchase], week_before: Repurchase | None) -> Kpi:
    """The last of these rates of one window, by how many points it differs from that of a week earlier, and its way."""
    now = rates[-1] if rates else None
    if now is None or week_before is None:
        return Kpi(label=_("Repurchase rate"), value="—", note=_("counted every night at 03:10"))
    label = _("Repurchase, %(days)s days") % {"days": now.window.days}
    if now.rate_ppm is None:
        return Kpi(label=label, value="—", note=_("nobody ordered"))
    number, sign = _rate(now)[:-1], "%"
    delta = _points(now.rate_ppm - week_before.rate_ppm) if week_before.rate_ppm is not None else None
    note = _("on a week ago") if delta else buyers_text(now)
    trend = [rate.rate_ppm for rate in rates if rate.rate_ppm is not None]
    return kpi(trend, label=label, value=number, after=sign, delta=delta, note=note, url=reverse("insights:analysis"))


def active_groups_kpi(sales: Mapping[int | None, WeekFigures], groups: int, finished: Sequence[SalesWeek]) -> Kpi:
    """How many of all groups are active, how many more or fewer than a week ago, and the last finished weeks."""
    of_groups = [figures for group, figures in sales.items() if group is not None]
    active = sum(figures.active for figures in of_groups)
    difference = active - sum(figures.active_before for figures in of_groups)
    direction = "up" if difference > 0 else "down" if difference else "same"
    text = ngettext("%(number)s group", "%(number)s groups", abs(difference)) % {"number": abs(difference)}
    return kpi(
        [week.groups for week in finished],
        label=_("Active groups"),
        value=str(active),
        after=f"/{groups}",
        delta=Delta(direction, better=difference >= 0, text=text),
        note=_("on a week ago"),
        url="#groups",
    )


def commission_kpi(due: CommissionDue) -> Kpi:
    runs = ngettext("%(number)s run to review", "%(number)s runs to review", due.runs_to_review)
    note = runs % {"number": due.runs_to_review} if due.runs_to_review else _("nothing to review")
    return Kpi(label=_("Commission due"), before="¥", value=whole_yuan(due.payable_fen), note=note)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A row of the table of groups with its GMV in whole yuan, its change and its trend as drawn."""

    row: GroupRow
    gmv: str
    delta: Delta | None
    trend: Sequence[int]
    tone: str


TONES = {Health.ACTIVE: "good", Health.QUIET: "warn", Health.NEW: "info"}


def group_table(rows: Sequence[GroupRow], trends: Mapping[int, Sequence[int]]) -> list[GroupLine]:
    return [
        GroupLine(
            row,
            whole_yuan(row.week.this.gmv_fen),
            change(row.week.this.gmv_fen, row.week.before.gmv_fen),
            trends[row.group_id],
            TONES[row.health],
        )
        for row in rows
    ]


def buyers_text(found: Repurchase) -> str:
    """In people: 12 of 40 members."""
    return _("%(returned)s of %(buyers)s members") % {"returned": found.returned, "buyers": found.buyers}


def sales_chart(weeks: Sequence[SalesWeek], rates: Sequence[Repurchase]) -> LineChart:
    """GMV and the repurchase rate, week by week; no line for what there is nothing of.

    Before the first night there are no rates, before the second year no sales 52 weeks earlier.
    """
    sales = [_gmv_line(_("GMV"), [week.gmv_fen for week in weeks])]
    if has_year_ago(weeks):
        sales.append(_gmv_line(_("Last year, 52 weeks earlier"), [week.year_ago_fen for week in weeks], PAST))
    top = nice_ceiling(max(FEN_A_YUAN, *(max(week.gmv_fen, week.year_ago_fen) for week in weeks)))
    panels = [panel(*sales, tick=_yuan_tick, high=top, steps=_round_steps(top))]
    if rates:
        points = [None if one.rate_ppm is None else one.rate_ppm / PPM_A_POINT for one in rates]
        name = _("Repurchase, %(days)s days") % {"days": rates[0].window.days}
        rate = Series(name, points, [_rate(one) for one in rates], style=SECOND)
        panels.append(panel(rate, tick=lambda value: f"{value:g}%", steps=2))
    labels = tuple(day_label(week.week) for week in weeks)
    told = tuple(_("Week of %(day)s") % {"day": label} for label in labels)
    return LineChart(labels, tuple(panels), told=told)


def sold_chart(weeks: Sequence[SoldWeek]) -> LineChart:
    """GMV and what refunds leave of it; the table also lists what was refunded and what leaders ordered themselves."""
    gmv = _yuan_series(_("GMV"), [week.gmv_fen for week in weeks])
    left = _yuan_series(_("After refunds"), [week.after_refunds_fen for week in weeks], style=SECOND)
    listed = (
        _yuan_series(_("Refunded"), [week.refunded_fen for week in weeks]),
        _yuan_series(_("Leaders' own"), [week.leaders_own_fen for week in weeks]),
    )
    top = nice_ceiling(max(FEN_A_YUAN, *(week.gmv_fen for week in weeks)))
    lowest = min(week.after_refunds_fen for week in weeks)
    low = -nice_ceiling(-lowest) if lowest < 0 else 0
    drawn = panel(gmv, left, tick=_yuan_tick, low=low, high=top, steps=_round_steps(top))
    return LineChart(tuple(day_label(week.week) for week in weeks), (drawn,), listed)


def has_year_ago(weeks: Sequence[SalesWeek]) -> bool:
    """Whether there is a year ago to compare these weeks with."""
    return any(week.year_ago_fen for week in weeks)


def _gmv_line(name: str, amounts_fen: Sequence[int], style: str = MAIN) -> Series:
    return Series(name, amounts_fen, [f"¥{yuan(fen)}" for fen in amounts_fen], style)


def heat_rows(cohorts: Sequence[Cohort]) -> list[HeatRow]:
    """The cohorts' rates on shades from nothing to the highest of them."""
    rates = [rate for cohort in cohorts for rate in cohort.rates_ppm if rate is not None]
    highest = max(rates, default=0)
    return [
        HeatRow(
            day_label(cohort.week),
            cohort.size,
            [
                None if rate is None else HeatCell(f"{half_up(rate, PPM_A_POINT)}%", heat_step(rate, 0, highest))
                for rate in cohort.rates_ppm
            ],
        )
        for cohort in cohorts
    ]


def heat_columns(weeks: int) -> list[str]:
    """The headings of the weeks after the first."""
    return [_("Week %(number)s") % {"number": number} for number in range(1, weeks)]


def week_ends(as_of: date, weeks: int) -> list[date]:
    """The Sundays of the last weeks, oldest first; the running week ends with `as_of` for now."""
    sunday = monday_of(as_of) + WEEK - timedelta(days=1)
    return [min(sunday - ago * WEEK, as_of) for ago in reversed(range(weeks))]


def day_label(day: date) -> str:
    """A day as it fits under an axis: 11/16."""
    return f"{day.month}/{day.day}"


GREETINGS = (
    gettext_lazy("Good Monday, %(name)s"),
    gettext_lazy("Good Tuesday, %(name)s"),
    gettext_lazy("Good Wednesday, %(name)s"),
    gettext_lazy("Good Thursday, %(name)s"),
    gettext_lazy("Good Friday, %(name)s"),
    gettext_lazy("Good Saturday, %(name)s"),
    gettext_lazy("Good Sunday, %(name)s"),
)


def greeting(day: date, user: User) -> str:
    return GREETINGS[day.weekday()] % {"name": user}


def moment(at: datetime, now: datetime) -> str:
    """When something was counted: the time of today, else the day with it."""
    local = timezone.localtime(at)
    clock = f"{local:%H:%M}"
    if local.date() == timezone.localdate(now):
        return clock
    return f"{date_format(local, 'MONTH_DAY_FORMAT')} {clock}"


def whole_yuan(amount_fen: int) -> str:
    """Fen as whole yuan with thousands, for figures that are read at a glance: 18642049 → 186,420."""
    return f"{half_up(amount_fen, FEN_A_YUAN):,}"


def yuan_number(amount_fen: int) -> Decimal:
    """Fen as yuan for a spreadsheet, which wants a number: 128980 → 1289.80."""
    return Decimal(amount_fen).scaleb(-2)


def percent_number(rate_ppm: int | None) -> Decimal | str:
    """A rate as percent with one decimal for a spreadsheet; empty where there is none."""
    return "" if rate_ppm is None else Decimal(half_up(rate_ppm, PPM_A_POINT // 10)).scaleb(-1)


def _yuan_series(name: str, amounts_fen: Sequence[int], style: str = MAIN) -> Series:
    return Series(name, amounts_fen, [money(fen) for fen in amounts_fen], style)


def _rate(found: Repurchase) -> str:
    return percent(found.rate_ppm, 1)


def _points(difference_ppm: int) -> Delta:
    text = _("%(number)s pt") % {"number": percent(abs(difference_ppm), 1)[:-1]}
    if not difference_ppm:
        return Delta("same", better=True, text=text)
    return Delta("up" if difference_ppm > 0 else "down", better=difference_ppm > 0, text=text)


def _round_steps(top: float) -> int:
    """Into how many steps a scale is parted so that each is a round number: 1.5 into three halves."""
    digits = Decimal(f"{top:g}").normalize()
    return next((steps for steps in (4, 3, 5) if len((digits / steps).normalize().as_tuple().digits) <= 2), 4)


def _yuan_tick(amount_fen: float) -> str:
    """A round amount beside an axis, as the language counts: 15万, 150k."""
    yuan_ = amount_fen / FEN_A_YUAN
    if (get_language() or "").startswith("zh"):
        tens = _("%(count)s ten thousand") % {"count": f"{yuan_ / 10_000:g}"}
        return tens if yuan_ >= 10_000 else f"{yuan_:g}"
    return f"{yuan_ / 1_000:g}k" if yuan_ >= 1_000 else f"{yuan_:g}"
