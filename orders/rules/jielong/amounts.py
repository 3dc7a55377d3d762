"""A written quantity read: 3斤, 一斤半, 二两, x2, +1; and ranges, which name no quantity."""

import re
from decimal import Decimal
from functools import lru_cache

from orders.rules.jielong.draft import Amount
from orders.rules.jielong.flags import Flag
from orders.rules.jielong.numerals import DIGITS, HANZI, read_number

_AMOUNT = re.compile(
    rf"[x*+\s]*(?P<number>{DIGITS}|\d+(?:\.\d+)?|{HANZI})\s?(?P<unit>两|[^\d\s半两一二三四五六七八九十]*)(?P<rest>.*)"
)
_LIANG = re.compile(r"([\d一二三四五六七八九])两")
_TOO_LONG = 15


@lru_cache(maxsize=2048)
def read_amount(folded: str, *, is_range: bool = False) -> Amount:
    """The quantity and its unit; no quantity, and a flag, when the text does not name one."""
    if is_range:
        return Amount(None, flags=(Flag.AMBIGUOUS,))
    if len(folded) > _TOO_LONG:
        return Amount(None, flags=(Flag.IMPLAUSIBLE_QTY,))
    unit, number, rest = _take_apart(folded)
    quantity = read_number(number)
    if quantity is None:
        return Amount(None, unit, (Flag.AMBIGUOUS,))
    return Amount(quantity + _and_a_bit(rest), unit)


def _take_apart(folded: str) -> tuple[str, str, str]:
    """Unit, number, and what follows the unit. The last letter of 二两 is the unit, the first of 两斤 the number."""
    found = _AMOUNT.fullmatch(folded.rstrip("x* "))
    if found is None:
        return "", "", ""
    number, unit, rest = found["number"], found["unit"], found["rest"]
    if not unit and number.endswith("两") and len(number) > 1:
        return "两", number[:-1], rest
    return unit, number, rest


def _and_a_bit(rest: str) -> Decimal:
    """What a 半 or a number of 两 behind 斤 adds: 一斤半, 一斤二两."""
    if rest == "半":
        return Decimal("0.5")
    liang = _LIANG.fullmatch(rest)
    number = read_number(liang[1]) if liang else None
    return Decimal(0) if number is None else number / 10
