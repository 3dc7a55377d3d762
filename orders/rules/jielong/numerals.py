"""Numbers as people write them in a chain: 2.5, 十五, 两, 半, 一斤半."""

import re
from decimal import Decimal

DIGITS = r"\d{1,12}(?:\.\d{1,4})?"
HANZI_LETTERS = "一二两俩三仨四五六七八九十百半"
HANZI = rf"[{HANZI_LETTERS}]{{1,5}}"

_VALUES = {"一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_UP_TO_999 = re.compile(
    r"(?:(?P<hundreds>[一二两三四五六七八九])百)?(?:(?P<tens>[一二三四五六七八九]?)(?P<ten>十))?(?P<ones>[一二两俩三仨四五六七八九]?)"
)


def read_number(written: str) -> Decimal | None:
    """The value of digits or of a Chinese numeral below 1000; None for what is neither."""
    if written == "半":
        return Decimal("0.5")
    if written[:1].isdigit():
        return Decimal(written)
    found = _UP_TO_999.fullmatch(written)
    if not written or not found:
        return None
    hundreds, tens, ones = (_VALUES.get(found[part] or "", 0) for part in ("hundreds", "tens", "ones"))
    if found["ten"] and not tens:
        tens = 1
    if found["hundreds"] and not found["ten"] and ones:
        return None  # 一百二 is 120 to some and 102 to others
    return Decimal(100 * hundreds + 10 * tens + ones)


def plain(quantity: Decimal) -> str:
    """A quantity without trailing zeros or exponent: 2.50 is "2.5", 10 is "10"."""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
