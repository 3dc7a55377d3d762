"""How figures are drawn and worded."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from insights.queries import Repurchase, SalesWeek, Window
from insights.views import figures

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("highest_fen", "ticks"),
    [
        (1_457_854, ("15k", "10k", "5k", "0")),
        (18_642_000, ("200k", "150k", "100k", "50k", "0")),
        (0, ("1", "0.75", "0.5", "0.25", "0")),
    ],
)
def test_the_scale_is_parted_into_round_amounts(highest_fen, ticks):
    chart = figures.sales_chart([SalesWeek(TODAY, highest_fen)], [])

    assert chart.panels[0].ticks == ticks


def test_a_week_without_buyers_is_a_gap_in_the_rates():
    weeks = [SalesWeek(TODAY, 100), SalesWeek(TODAY, 100)]
    rates = [Repurchase(Window(30, TODAY), 0, 0), Repurchase(Window(30, TODAY), 8, 3)]

    (_gmv, rate) = figures.sales_chart(weeks, rates).series

    assert (list(rate.values), list(rate.texts)) == ([None, 37.5], ["—", "37.5%"])


def test_last_year_has_a_line_on_the_scale_of_both_once_there_were_sales():
    weeks = [SalesWeek(TODAY, 100_000, year_ago_fen=0), SalesWeek(TODAY, 50_000, year_ago_fen=380_000)]

    chart = figures.sales_chart(weeks, [])
    without = figures.sales_chart([SalesWeek(TODAY, 100_000)], [])

    assert [(line.name, line.style) for line in chart.series] == [
        ("GMV", "main"),
        ("Last year, 52 weeks earlier", "past"),
    ]
    assert chart.panels[0].ticks[0] == "4k"
    assert [texts for _week, texts in chart.rows] == [["¥1,000.00", "¥0.00"], ["¥500.00", "¥3,800.00"]]
    assert [line.name for line in without.series] == ["GMV"]
    assert (without.axis_labels, without.hover["labels"]) == (["11/20"], ["Week of 11/20"])


@pytest.mark.parametrize(("trend", "worse"), [([5, 9, 4], True), ([4, 9, 5], False), ([4, 9, 4], False), ([], False)])
def test_a_trend_that_ends_lower_than_it_began_is_drawn_as_worse(trend, worse):
    assert figures.kpi(trend, label="", value="").trend_is_worse is worse


def test_weeks_end_on_sunday_and_the_running_one_today():
    assert figures.week_ends(TODAY, 2) == [date(2026, 11, 15), TODAY]


def test_what_was_counted_today_says_the_time_and_before_the_day():
    now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

    assert figures.moment(datetime(2026, 11, 19, 19, 10, tzinfo=UTC), now) == "03:10"
    assert figures.moment(datetime(2026, 11, 18, 19, 10, tzinfo=UTC), now) == "November 19 03:10"
