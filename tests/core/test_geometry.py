"""The shapes of small charts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules import geometry

NUMBER = re.compile(r"-?\d+\.\d")


@pytest.mark.parametrize(
    ("value", "ceiling"),
    [(0, 1), (-3, 1), (7, 8), (10, 10), (11, 12), (186_420, 200_000), (0.3, 0.3), (101, 120)],
)
def test_a_scale_ends_at_a_round_number(value: float, ceiling: float):
    assert geometry.nice_ceiling(value) == pytest.approx(ceiling)


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_a_scale_ends_at_or_above_its_value_and_not_far(value: float):
    ceiling = geometry.nice_ceiling(value)

    assert value * (1 - 1e-9) <= ceiling <= value * 1.34


def test_a_sparkline_spans_its_box():
    assert geometry.spark_points([1, 3, 2], width=20, height=10, padding=0) == "0.0,10.0 10.0,0.0 20.0,5.0"


@pytest.mark.parametrize(("values", "points"), [([], ""), ([5], "2.0,22.0 86.0,22.0")])
def test_a_sparkline_of_little_is_flat(values: list[float], points: str):
    assert geometry.spark_points(values) == points


def test_two_points_make_a_straight_line():
    assert geometry.line_path([0, 100], 0, 100) == "M0.0 100.0C333.3 66.7 666.7 33.3 1000.0 0.0"


def test_a_missing_value_leaves_a_gap():
    assert geometry.line_path([1, 2, None, 1], 0, 2).count("M") == 2


def test_an_area_is_closed_at_the_base():
    assert geometry.area_path([1, 1], 0, 2).endswith("L1000.0 100L0.0 100Z")


def test_no_values_draw_nothing():
    assert geometry.line_path([], 0, 1) == ""
    assert geometry.line_path([None], 0, 1) == ""


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_a_line_never_leaves_the_span_of_its_values(values: list[int]):
    path = geometry.line_path(values, 0, 1000)

    heights = [float(number) for number in NUMBER.findall(path.removesuffix("h0"))[1::2]]
    highest, lowest = 100 - max(values) / 10, 100 - min(values) / 10
    assert all(highest - 0.1 <= height <= lowest + 0.1 for height in heights)


@pytest.mark.parametrize(
    ("value", "low", "high", "step"),
    [(18, 18, 50, 0), (50, 18, 50, 9), (34, 18, 50, 5), (0, 18, 50, 0), (99, 18, 50, 9), (5, 5, 5, 0)],
)
def test_a_cell_gets_one_of_ten_shades(value: float, low: float, high: float, step: int):
    assert geometry.heat_step(value, low, high) == step
