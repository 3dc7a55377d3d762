"""Money adds up: the worked numbers of docs/algorithms/commission.md and what holds for every number."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import money

FEN = st.integers(-(10**12), 10**12)
AMOUNTS = st.integers(0, 10**9)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (5, 2, 3),
        (3, 2, 2),
        (1, 3, 0),
        (2, 3, 1),
        (0, 7, 0),
        (-5, 2, -3),
        (-1, 3, 0),
        (5, -2, -3),
        (-5, -2, 3),
        (10**30 + 5, 10, 10**29 + 1),
    ],
)
def test_halves_go_away_from_zero(numerator, denominator, rounded):
    assert money.half_up(numerator, denominator) == rounded


@given(FEN, st.integers(1, 10**9))
def test_half_up_is_never_further_than_half_from_the_exact_value(numerator, denominator):
    rounded = money.half_up(numerator, denominator)

    assert 2 * abs(rounded * denominator - numerator) <= denominator
    assert money.half_up(-numerator, denominator) == -rounded


@pytest.mark.parametrize(
    ("base_fen", "ppm", "expected_fen"),
    [
        pytest.param(10_00, 200_000, 2_00, id="S1"),
        pytest.param(19_00, 100_000, 1_90, id="S1"),
        pytest.param(7, 200_000, 1, id="S1"),
        pytest.param(2, 200_000, 0, id="S1"),
        pytest.param(3, 200_000, 1, id="S1"),
        pytest.param(15, 100_000, 2, id="S1 half"),
        pytest.param(1, 500_000, 1, id="S1 half"),
        pytest.param(5_00, 29_000, 15, id="S1 where a float gives 14"),
        pytest.param(49_00, 300_000, 14_70, id="S10"),
        pytest.param(100_00, 35_000, 3_50, id="S26 a broken percentage keeps its decimals"),
        pytest.param(-5_00, 29_000, -15, id="R5"),
    ],
)
def test_a_share_is_rounded_half_up_once(base_fen, ppm, expected_fen):
    assert money.share(base_fen, ppm) == expected_fen


@pytest.mark.parametrize(
    ("quantity", "price_fen", "expected_fen"),
    [
        ("2.5", 6_99, 17_48),
        ("2.5", 6_98, 17_45),
        ("0.333", 10_00, 3_33),
        ("0.005", 1_00, 1),
        ("3", 12_99, 38_97),
        ("2.5000", 6_98, 17_45),
        ("-2.5", 6_99, -17_48),
    ],
)
def test_an_amount_is_quantity_times_price_rounded_half_up(quantity, price_fen, expected_fen):
    assert money.amount_of(Decimal(quantity), price_fen) == expected_fen


@pytest.mark.parametrize("quantity", ["0.0001", "2.5005", "NaN", "Infinity"])
def test_a_quantity_finer_than_three_decimals_is_refused(quantity):
    with pytest.raises(money.TooFine):
        money.amount_of(Decimal(quantity), 100)


@pytest.mark.parametrize(
    ("total_fen", "weights", "parts"),
    [
        pytest.param(15, (80, 8, 12), (12, 1, 2), id="S2"),
        pytest.param(15, (80, 15, 5), (12, 2, 1), id="S3"),
        pytest.param(10_00, (1, 2), (3_33, 6_67), id="S4"),
        pytest.param(10_00, (3, 3, 3), (3_34, 3_33, 3_33), id="S4"),
        pytest.param(-11_06, (1, 1, 1, 1), (-2_77, -2_77, -2_76, -2_76), id="S4 negative"),
        pytest.param(11_05, (1, 1, 0), (5_53, 5_52, 0), id="S4 zero weight"),
        pytest.param(8_00, (3, 3, 3), (2_67, 2_67, 2_66), id="S4b"),
        pytest.param(5_00, (60, 40), (3_00, 2_00), id="D9"),
        pytest.param(0, (1, 2), (0, 0), id="nothing to split"),
    ],
)
def test_a_split_gives_the_fen_left_over_to_the_largest_remainders(total_fen, weights, parts):
    assert money.allocate(total_fen, weights) == parts


@pytest.mark.parametrize("weights", [(), (0,), (0, 0), (-1, 2), (-1, 1), (3, -1)])
def test_a_split_without_a_weight_or_with_a_negative_one_is_refused(weights):
    with pytest.raises(money.CannotAllocate):
        money.allocate(100, weights)


@given(FEN, WEIGHTS)
def test_the_parts_of_a_split_add_up_and_are_each_within_a_fen_of_exact(total_fen, weights):
    parts = money.allocate(total_fen, weights)

    assert sum(parts) == total_fen
    assert all(
        abs(part * sum(weights) - total_fen * weight) < sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )
    assert money.allocate(-total_fen, weights) == tuple(-part for part in parts)


def test_a_reversal_is_cumulative_so_that_four_refunds_take_back_exactly_the_earned_amount():
    """D4: 3.50 on 100.00. Rounding each refund by itself would take back 3.51."""
    refunded = [0, 33_33, 66_66, 99_99, 100_00]

    so_far = [money.reversed_so_far(3_50, fen, 100_00) for fen in refunded]

    assert [after - before for before, after in pairwise(so_far)] == [1_17, 1_16, 1_17, 0]


def test_at_an_exact_half_the_reversal_rounds_up_and_not_what_is_kept():
    """docs/decisions/003: 0.05 earned on 1.00, half refunded; the other form would keep 0.03."""
    assert money.reversed_so_far(5, 50, 100) == 3


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_away_from_exact_halves_reversing_the_refund_and_keeping_the_rest_agree(amount_fen, refunded_fen, base_fen):
    assume(base_fen > 0 and refunded_fen <= base_fen)
    assume(2 * amount_fen * refunded_fen % (2 * base_fen) != base_fen)

    kept_fen = amount_fen - money.reversed_so_far(amount_fen, refunded_fen, base_fen)

    assert kept_fen == money.half_up(amount_fen * (base_fen - refunded_fen), base_fen)


@given(AMOUNTS, st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any), st.randoms())
def test_whatever_the_sequence_of_refunds_it_ends_at_exactly_the_amount(amount_fen, refunds, random):
    base_fen = sum(refunds)
    random.shuffle(refunds)

    so_far = [money.reversed_so_far(amount_fen, sum(refunds[:n]), base_fen) for n in range(len(refunds) + 1)]

    assert so_far == sorted(so_far)
    assert (so_far[0], so_far[-1]) == (0, amount_fen)


@pytest.mark.parametrize("refunded_fen", [-1, 101])
def test_refunding_more_than_the_base_is_refused(refunded_fen):
    with pytest.raises(money.RefundBeyondBase):
        money.reversed_so_far(10, refunded_fen, 100)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(1_289_80, "1,289.80"), (5, "0.05"), (0, "0.00"), (-5, "-0.05"), (-1_234_567_00, "-1,234,567.00")],
)
def test_yuan_are_written_with_commas_and_two_decimals(fen, text):
    assert money.format_yuan(fen) == text


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.5", 12_50),
        ("12", 12_00),
        (" 1,289.80 ", 1_289_80),
        ("１，２８９．８０", 1_289_80),
        ("-0.05", -5),
        ("－3", -3_00),
        ("0.00", 0),
    ],
)
def test_yuan_are_read_as_people_type_them(text, fen):
    assert money.parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text", ["", "-", ".5", "5.", "1.234", "1,2", "12,34.00", "1e3", "12²", "②", "٣", "1 000", "¥5", "+5", "--5", "五"]
)
def test_text_that_is_not_clearly_an_amount_is_refused(text):
    with pytest.raises(money.NotAnAmount):
        money.parse_yuan(text)


@given(FEN)
def test_what_is_written_is_read_back(fen):
    assert money.parse_yuan(money.format_yuan(fen)) == fen
