"""What a page hands to `ui/kpis.html`, `ui/line_chart.html` and `ui/heat_table.html`: numbers with their texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from core.rules import geometry

MAIN, SECOND, PAST = "main", "second", "past"
"""How a line is drawn: solid brand with its area, solid accent, dashed grey (an earlier period to compare with)."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A change: `text` says how much without a sign (12.4%), `direction` is up, down or same."""

    direction: str
    better: bool
    text: str


@dataclass(frozen=True, slots=True)
class Kpi:
    """A key figure: its value as text with what stands `before` (¥) and `after` it (%), a change, a note, a trend."""

    label: str | Promise
    value: str
    before: str = ""
    after: str = ""
    delta: Delta | None = None
    note: str | Promise = ""
    url: str = ""
    trend: Sequence[float] = ()
    trend_is_worse: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One line: `values` draw it (None is a gap), `texts` say each value as a person reads it (¥1,289.80, 41.8%)."""

    name: str
    values: Sequence[float | None]
    texts: Sequence[str]
    style: str = MAIN


@dataclass(frozen=True, slots=True)
class Line:
    """A series with its path."""

    name: str
    style: str
    path: str
    area: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Series on one scale. A chart with two scales has two panels, one above the other."""

    series: tuple[Series, ...]
    low: float
    high: float
    ticks: tuple[str, ...]

    @property
    def lines(self) -> list[Line]:
        return [
            Line(
                one.name,
                one.style,
                geometry.line_path(one.values, self.low, self.high),
                geometry.area_path(one.values, self.low, self.high) if one.style == MAIN else "",
            )
            for one in self.series
        ]

    @property
    def grid(self) -> str:
        """The path of the horizontal lines, one a tick."""
        last = max(len(self.ticks) - 1, 1)
        heights = [geometry.HEIGHT * index / last for index in range(len(self.ticks))]
        return "".join(f"M0 {height:.1f}H{geometry.WIDTH}" for height in heights)


@dataclass(frozen=True, slots=True)
class LineChart:
    """Panels over one row of labels (weeks, days), which `told` may say in full where there is room: Week of 11/16.

    What is `listed` stands in the table alone, not as a line.
    """

    labels: tuple[str, ...]
    panels: tuple[Panel, ...]
    listed: tuple[Series, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def series(self) -> list[Series]:
        return [one for panel in self.panels for one in panel.series]

    @property
    def columns(self) -> list[Series]:
        return [*self.series, *self.listed]

    @property
    def axis_labels(self) -> list[str]:
        """At most 13 of the labels, evenly chosen, the others empty: more would not fit under the axis."""
        every = max(1, -(-len(self.labels) // 13))
        return [label if index % every == 0 else "" for index, label in enumerate(self.labels)]

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table under the chart: one row a label."""
        return [(label, [one.texts[index] for one in self.columns]) for index, label in enumerate(self.labels)]

    @property
    def hover(self) -> dict[str, object]:
        """What `charts.js` needs to answer the pointer and the arrow keys."""
        return {
            "labels": list(self.told or self.labels),
            "panels": [
                {
                    "low": panel.low,
                    "high": panel.high,
                    "series": [
                        {"name": one.name, "style": one.style, "values": list(one.values), "texts": list(one.texts)}
                        for one in panel.series
                    ],
                }
                for panel in self.panels
            ],
        }


def panel(
    *series: Series,
    tick: Callable[[float], str],
    low: float = 0,
    high: float | None = None,
    steps: int = 4,
) -> Panel:
    """A panel whose scale runs from `low` to `high` (a round number above all values when left out)."""
    highest = max((value for one in series for value in one.values if value is not None), default=0)
    top = geometry.nice_ceiling(highest) if high is None else high
    ticks = tuple(tick(top - (top - low) * index / steps) for index in range(steps + 1))
    return Panel(series, low, top, ticks)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell: its text and its shade 0–9."""

    text: str
    step: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A cohort: its label, its size, one cell a period; None where the period has not come yet."""

    label: str
    size: int
    cells: Sequence[HeatCell | None]


def change(now: float, before: float, *, more_is_better: bool = True) -> Delta | None:
    """How `now` compares with `before`, in percent with one decimal; None when there was nothing to compare with."""
    if not before:
        return None
    share = (now - before) / before * 100
    text = f"{abs(share):.1f}%"
    if text == "0.0%":
        return Delta("same", better=True, text=text)
    return Delta("up" if share > 0 else "down", better=(share > 0) == more_is_better, text=text)
