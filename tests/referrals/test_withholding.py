"""Withholding, by the published cases S22, S23 and D22; the sums are worked out beside them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.rules.withholding import CUMULATIVE, NONE, PER_PAYMENT, TABLES, NoTable, SoFar, withhold

DAY = date(2026, 4, 15)


@pytest.mark.parametrize(
    ("gross_fen", "tax_fen"),
    [
        (800_00, 0),  # S22: 800 − 800
        (800_01, 0),  # a fifth of one fen is none
        (800_03, 1),  # 0.03 × 20 % = 0.006
        (2_000_00, 240_00),  # (2 000 − 800) × 20 %
        (3_000_00, 440_00),
        (3_500_00, 540_00),  # (3 500 − 800) × 20 %, not 3 500 × 80 % × 20 % = 560
        (4_000_00, 640_00),  # (4 000 − 800) × 20 %; a fifth of 4 000 is the same 800: no step
        (4_000_01, 640_00),  # 4 000.01 × 80 % × 20 % = 640.0016
        (25_000_00, 4_000_00),  # 20 000 × 20 %: the last of the first bracket
        (30_000_00, 5_200_00),  # 24 000 × 30 % − 2 000
        (60_000_00, 12_400_00),  # 48 000 × 30 % − 2 000
        (62_500_00, 13_000_00),  # 50 000 × 30 % − 2 000
        (100_000_00, 25_000_00),  # 80 000 × 40 % − 7 000
        (4_520_36, 723_26),  # D22: 4 520.36 × 80 % = 3 616.288; × 20 % = 723.2576
        (79_99, 0),
    ],
)
def test_a_payment_is_taxed_by_its_bracket(gross_fen: int, tax_fen: int) -> None:
    assert withhold(PER_PAYMENT, gross_fen, day=DAY).amount_fen == tax_fen


def test_the_three_payments_of_d22_add_up() -> None:
    gross = [4_520_36, 800_00, 79_99]

    tax = [withhold(PER_PAYMENT, fen, day=DAY).amount_fen for fen in gross]

    assert [fen - kept for fen, kept in zip(gross, tax, strict=True)] == [3_797_10, 800_00, 79_99]
    assert (sum(gross), sum(tax)) == (5_400_35, 723_26)


def test_two_transfers_of_a_month_are_taxed_as_one_payment() -> None:
    first = withhold(PER_PAYMENT, 700_00, day=DAY)
    second = withhold(PER_PAYMENT, 1_300_00, day=DAY, before=SoFar(700_00, first.amount_fen))

    assert (first.amount_fen, second.amount_fen) == (0, 240_00)  # 2 000 at once: 240


def year(monthly_fen: list[int]) -> list[int]:
    """What is kept back month by month when so much is paid in each."""
    kept: list[int] = []
    for number, gross in enumerate(monthly_fen):
        before = SoFar(sum(monthly_fen[:number]), sum(kept), number + 1)
        kept.append(withhold(CUMULATIVE, gross, day=DAY, before=before).amount_fen)
    return kept


def test_six_thousand_two_hundred_and_fifty_a_month_pays_nothing() -> None:
    assert year([6_250_00] * 12) == [0] * 12  # S23: 6 250 − 1 250 − 5 000 = 0 every month


def test_the_year_moves_into_the_next_bracket() -> None:
    # 20 000 a month: taxed so far 11 000 × n. n = 3: 33 000 × 3 % = 990; n = 4: 44 000 × 10 % − 2 520 = 1 880.
    assert year([20_000_00] * 4) == [330_00, 330_00, 330_00, 890_00]


def test_a_thin_month_after_a_fat_one_gives_nothing_back() -> None:
    # 16 000 − 5 000 = 11 000 at 3 % = 330; then 16 000 + 0.8 − 10 000 = 6 000.80 at 3 % = 180.02, less than was kept.
    assert year([20_000_00, 1_00]) == [330_00, 0]


def test_nobody_without_a_profile_of_tax_is_taxed_and_no_table_is_guessed() -> None:
    assert withhold(NONE, 100_000_00, day=DAY).amount_fen == 0
    with pytest.raises(NoTable):
        withhold(CUMULATIVE, 100_00, day=date(2025, 9, 30))


@given(st.sampled_from([PER_PAYMENT, CUMULATIVE]), st.integers(1, 10**9), st.integers(0, 1_000))
def test_more_pay_is_never_less_in_the_hand(kind: str, gross_fen: int, more_fen: int) -> None:
    less = withhold(kind, gross_fen, day=DAY).amount_fen
    kept = withhold(kind, gross_fen + more_fen, day=DAY).amount_fen

    assert 0 <= less <= kept <= less + more_fen
    assert kept <= gross_fen + more_fen


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.version)
def test_the_quick_deductions_close_the_steps_between_brackets(table) -> None:
    for lower, upper in zip(table.brackets, table.brackets[1:], strict=False):
        edge = lower.up_to_fen
        assert edge * lower.percent - lower.deduction_fen * 100 == edge * upper.percent - upper.deduction_fen * 100
