"""The shapes of small charts, in SVG coordinates. Floats are fine here: this is ink, not money."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1000
HEIGHT = 100
"""A chart's drawing area; the page stretches it, so only proportions matter."""

STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
HEAT_STEPS = 10


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float

    def __str__(self) -> str:
        return f"{self.x:.1f} {self.y:.1f}"


def nice_ceiling(value: float) -> float:
    """The round number at or above `value` that a scale should end at; 1 for nothing at all."""
    if value <= 0:
        return 1
    magnitude = 10.0 ** math.floor(math.log10(value))
    return next(step * magnitude for step in STEPS if step * magnitude >= value * (1 - 1e-12))


def spark_points(values: Sequence[float], *, width: int = 88, height: int = 24, padding: int = 2) -> str:
    """The `points` of a sparkline's polyline, scaled to its own lowest and highest value."""
    if not values:
        return ""
    if len(values) == 1:
        values = [values[0], values[0]]
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (width - 2 * padding) / (len(values) - 1)
    inner = height - 2 * padding
    return " ".join(
        f"{padding + index * step:.1f},{height - padding - (value - low) / span * inner:.1f}"
        for index, value in enumerate(values)
    )


def line_path(values: Sequence[float | None], low: float, high: float) -> str:
    """An SVG path through the values, curved but never above or below its points; a gap where a value is missing."""
    return "".join(_curve(stretch) for stretch in _stretches(values, low, high))


def area_path(values: Sequence[float | None], low: float, high: float) -> str:
    """The same line, closed down to the base of the drawing area."""
    return "".join(
        f"{_curve(stretch)}L{stretch[-1].x:.1f} {HEIGHT}L{stretch[0].x:.1f} {HEIGHT}Z"
        for stretch in _stretches(values, low, high)
    )


def heat_step(value: float, low: float, high: float) -> int:
    """Which of the ten shades (0 palest, 9 deepest) a value gets on a scale from `low` to `high`."""
    if high <= low:
        return 0
    share = (value - low) / (high - low)
    return max(0, min(HEAT_STEPS - 1, int(share * HEAT_STEPS)))


def _stretches(values: Sequence[float | None], low: float, high: float) -> list[list[Point]]:
    """Points in unbroken stretches; a missing value ends one."""
    step = WIDTH / max(len(values) - 1, 1)
    span = (high - low) or 1
    stretches: list[list[Point]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(Point(index * step, HEIGHT - (value - low) / span * HEIGHT))
    return [stretch for stretch in stretches if stretch]


def _curve(points: list[Point]) -> str:
    """A monotone cubic through the points (Fritsch–Carlson with harmonic mean tangents): no overshoot."""
    start = f"M{points[0]}"
    if len(points) == 1:
        return f"{start}h0"
    slopes = [(after.y - before.y) / (after.x - before.x) for before, after in zip(points, points[1:], strict=False)]
    inner = [
        0.0 if left * right <= 0 else 2 * left * right / (left + right)
        for left, right in zip(slopes, slopes[1:], strict=False)
    ]
    tangents = [slopes[0], *inner, slopes[-1]]
    pieces = [start]
    for before, after, leaving, arriving in zip(points, points[1:], tangents, tangents[1:], strict=False):
        third = (after.x - before.x) / 3
        one = Point(before.x + third, before.y + leaving * third)
        two = Point(after.x - third, after.y - arriving * third)
        pieces.append(f"C{one} {two} {after}")
    return "".join(pieces)
