"""Which facts are worth a word, and in which order they are said."""

from decimal import Decimal

import pytest

from insights.rules import noteworthy as rules


@pytest.mark.parametrize(
    ("weeks_fen", "falls"),
    [
        ((30_000, 28_000, 27_000), True),
        ((30_000, 28_000, 27_001), False),
        ((30_000, 28_000, 28_000), False),
        ((30_000, 31_000, 10_000), False),
        ((30_000, 30_000, 10_000), False),
        ((20_000, 10_000, 0), True),
        ((19_999, 10_000, 0), False),
    ],
    ids=["a tenth", "a fen less", "the last week holds", "only once", "from level", "¥200", "below ¥200"],
)
def test_a_group_falls_when_two_weeks_take_a_tenth_of_the_first(weeks_fen, falls):
    assert rules.falls_two_weeks(weeks_fen) is falls


# Before: 50 of 100 and 30 of 100, together 80 of 200, 40 %.
# 52 of 100: pooled 132 / 300 = 0.44, error (0.44 × 0.56 × (1/100 + 1/200)) ^ ½ = 0.0608; above by 0.12 < 0.1216.
# 53 of 100: pooled 133 / 300, error 0.0609; above by 0.13 ≥ 0.1217.
# 130 of 200 beside 120 of 200 is five points, but the error is 0.0484.
# 4 100 of 10 000 beside 4 000 of 10 000 is one point.
# 4 499 of 10 000 is 4.99 points above 40 %, 4 500 five; the error is about 0.0070.
@pytest.mark.parametrize(
    ("returned", "members", "before", "stands_out"),
    [
        (53, 100, [(50, 100), (30, 100)], True),
        (52, 100, [(50, 100), (30, 100)], False),
        (27, 100, [(50, 100), (30, 100)], False),
        (130, 200, [(60, 100), (60, 100)], False),
        (4_500, 10_000, [(2_000, 5_000), (2_000, 5_000)], True),
        (4_499, 10_000, [(2_000, 5_000), (2_000, 5_000)], False),
        (53, 100, [(80, 200)], False),
        (30, 30, [(4, 15), (4, 15)], True),
        (29, 29, [(4, 15), (4, 15)], False),
        (30, 30, [(4, 15), (4, 14)], False),
        (50, 100, [(0, 0), (0, 0)], False),
        (100, 100, [(100, 100), (100, 100)], False),
    ],
    ids=[
        "two standard errors",
        "just below two",
        "below those before",
        "five points by chance",
        "five points",
        "a hundredth less",
        "one cohort before",
        "thirty members",
        "29 members",
        "29 before",
        "nobody before",
        "everybody always",
    ],
)
def test_a_cohort_stands_out_when_it_is_clearly_above_those_before(returned, members, before, stands_out):
    assert rules.comes_back_more(returned, members, before) is stands_out


@pytest.mark.parametrize(
    ("taken", "stock", "runs_out"),
    [("48", "60", True), ("47.999", "60", False), ("60", "60", True), ("0", "60", False), ("0", "0", False)],
    ids=["a fifth left", "a little more left", "nothing left", "nothing taken", "no stock at all"],
)
def test_an_offer_runs_out_when_a_fifth_is_left(taken, stock, runs_out):
    assert rules.is_running_out(Decimal(taken), Decimal(stock)) is runs_out


def test_one_person_brought_is_not_many():
    assert [rules.brought_many(number) for number in (1, 2)] == [False, True]


def test_each_kind_is_said_once_before_one_is_said_twice_and_four_are_enough():
    assert rules.chosen(["a1", "a2", "a3"], ["b1"], [], ["d1", "d2"]) == ["a1", "b1", "d1", "a2"]
    assert rules.chosen(["a1", "a2", "a3"], [], [], []) == ["a1", "a2"]
    assert rules.chosen([], []) == []
