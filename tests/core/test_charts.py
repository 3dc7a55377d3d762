"""What a page hands to its charts."""

import pytest

from core.charts import PAST, Delta, LineChart, Series, change, panel


def _percent(value: float) -> str:
    return f"{value:g}%"


def test_a_panel_ends_at_a_round_number_above_all_its_series():
    made = panel(Series("a", [3, 7], ["3", "7"]), Series("b", [11, None], ["11", "—"], PAST), tick=_percent, steps=2)

    assert (made.low, made.high) == (0, 12)
    assert made.ticks == ("12%", "6%", "0%")
    assert made.grid == "M0 0.0H1000M0 50.0H1000M0 100.0H1000"


def test_only_the_main_line_has_an_area():
    made = panel(Series("a", [3, 7], ["3", "7"]), Series("b", [1, 2], ["1", "2"], PAST), tick=_percent)

    assert [bool(line.area) for line in made.lines] == [True, False]


def test_the_table_says_what_the_lines_draw():
    sales = Series("Sales", [3, None], ["¥3", "—"])
    share = Series("Share", [0.5, 0.6], ["50%", "60%"])
    chart = LineChart(("Mon", "Tue"), (panel(sales, tick=_percent), panel(share, tick=_percent)))

    assert chart.rows == [("Mon", ["¥3", "50%"]), ("Tue", ["—", "60%"])]


def test_what_is_listed_stands_in_the_table_alone():
    sales, refunds = Series("Sales", [3], ["¥3"]), Series("Refunds", [1], ["¥1"])
    chart = LineChart(("Mon",), (panel(sales, tick=_percent),), listed=(refunds,))

    assert [one.name for one in chart.columns] == ["Sales", "Refunds"]
    assert chart.rows == [("Mon", ["¥3", "¥1"])]
    assert [one.name for one in chart.series] == ["Sales"]


def test_a_long_axis_names_every_so_many_labels():
    chart = LineChart(tuple(str(day) for day in range(30)), ())

    assert [label for label in chart.axis_labels if label] == ["0", "3", "6", "9", "12", "15", "18", "21", "24", "27"]
    assert len(chart.axis_labels) == 30


@pytest.mark.parametrize(
    ("now", "before", "more_is_better", "expected"),
    [
        (112, 100, True, Delta("up", better=True, text="12.0%")),
        (90, 100, True, Delta("down", better=False, text="10.0%")),
        (90, 100, False, Delta("down", better=True, text="10.0%")),
        (100, 100, True, Delta("same", better=True, text="0.0%")),
        (5, 0, True, None),
    ],
)
def test_a_change_is_a_direction_and_a_share(now: float, before: float, more_is_better: bool, expected: Delta | None):
    assert change(now, before, more_is_better=more_is_better) == expected
