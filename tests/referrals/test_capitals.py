"""Amounts in capital words: the examples of the rule they follow, and that nothing is lost on the way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.rules.capitals import DIGITS, in_capitals


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "人民币零元整"),
        (5, "人民币伍分"),
        (50, "人民币伍角整"),
        (1_409_50, "人民币壹仟肆佰零玖元伍角整"),
        (6_007_14, "人民币陆仟零柒元壹角肆分"),
        (1_680_32, "人民币壹仟陆佰捌拾元叁角贰分"),
        (107_000_53, "人民币壹拾万柒仟元伍角叁分"),
        (16_409_02, "人民币壹万陆仟肆佰零玖元零贰分"),
        (325_04, "人民币叁佰贰拾伍元零肆分"),
        (10_000_00, "人民币壹万元整"),
        (100_001_00, "人民币壹拾万零壹元整"),
        (100_000_000_01, "人民币壹亿元零壹分"),
        (100_000_500_00, "人民币壹亿零伍佰元整"),
        (4_677_09, "人民币肆仟陆佰柒拾柒元零玖分"),  # the net of D22
    ],
)
def test_an_amount_is_written_as_the_bank_wants_it(fen: int, words: str) -> None:
    assert in_capitals(fen) == words


def section(words: str) -> int:
    return sum(
        DIGITS.index(digit) * {"": 1, "拾": 10, "佰": 100, "仟": 1000}[place]
        for digit, place in re.findall(rf"([{DIGITS}])([拾佰仟]?)", words)
    )


def read(words: str) -> int:
    """The fen that somebody reads in the words."""
    yuan, jiao, fen = re.fullmatch(r"人民币(?:(.+?)元)?零?(?:(.)角)?(?:(.)分|整)", words).groups(default="")
    total, rest = 0, yuan
    for name, size in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4), ("", 1)):
        part, found, after = rest.partition(name) if name else (rest, "", "")
        if found or not name:
            total, rest = total + section(part) * size, after
    return total * 100 + (DIGITS.index(jiao) * 10 if jiao else 0) + (DIGITS.index(fen) if fen else 0)


@given(st.integers(0, 10**14 - 1))
def test_what_is_written_reads_as_the_same_amount(fen: int) -> None:
    words = in_capitals(fen)

    assert read(words) == fen
    assert "零零" not in words


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_what_cannot_be_written_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        in_capitals(fen)
