"""Doors: 3-201, 3栋1701, 5#602, 6号楼2单元301, H区, 云谷B座. What is a place, and its one spelling."""

import re
from functools import lru_cache

from orders.rules.jielong.numerals import read_number
from orders.rules.jielong.units import UNITS

UNIT = "(?:" + "|".join(sorted(UNITS, key=len, reverse=True)) + ")"

_HAN = r"[\u4e00-\u9fff]"
_NO_LETTER = r"(?<![a-z\d])"
_AREA = r"(?:(?:\d{1,2}|[一二三四五六七八九])期|[a-z东南西北中]区|\d{1,4}号院)"
_BUILDING = (
    r"(?:(?<![\d.])\d{1,4}[a-z]?|(?<![a-z])[a-z]|[一二三四五六七八九十]{1,3})"
    r"(?:号楼|栋|幢|座|#楼?|号(?=\d{1,2}单元|\d{3,4}(?!\d))|楼(?=\d{1,2}单元))"
)
_UNIT_OF_BUILDING = r"(?:\d{1,2}|[一二三四五六七八九])(?:单元|门(?=\d))"
_ROOM = rf"(?:\d{{2,5}}|\s\d{{3,4}})(?![\d.]|{UNIT})(?:室|房|户|号)?"
_MARKED = rf"{_BUILDING}(?:[\s-]?{_UNIT_OF_BUILDING})?(?:-?{_ROOM})?"
_HYPHENED = rf"\d{{1,4}}[a-z]?-(?:\d{{1,2}}-)?\d{{1,5}}(?:室|房)?(?![\d.*]|-\d|/\d|{UNIT}|月|日|点|:\d)"
_ESTATE = rf"{_HAN}{{1,6}}?(?:谷|苑|花园|公寓|大厦|广场|小区|家园|新村|公馆|华府|华庭|湾|郡)"

_ADDRESS = rf"{_HAN}{{1,10}}?(?:路|街|大道|巷|弄)\d{{1,5}}(?:号院?|弄)(?:-?(?:{_MARKED}|\d{{3,5}}室?))?"

NAMED = rf"{_ADDRESS}|{_ESTATE}(?:-?\s?{_MARKED}|-?(?<![\d.]){_HYPHENED})"
BUILDING = rf"{_AREA}?\s?-?{_MARKED}"
HYPHENED = rf"(?<![\d.a-z])(?<![a-z\d]-)(?:{_AREA}-?)?(?<![\d.]){_HYPHENED}"
LETTERED = rf"{_NO_LETTER}[a-wyz]-?\d{{3,4}}(?:室|房)?(?![\d.a-z]|{UNIT})"
AREA_NUMERAL = rf"[一二三四五六七八九]期(?:-?(?:{_MARKED}|(?<![\d.]){_HYPHENED}))?"
AREA_LETTERED = r"(?<![a-z])[a-z]区(?:[东南西北]{1,2}门)?"
AREA_COMPASS = (
    rf"[东南西北中]区(?:-?(?:{_MARKED}|(?<![\d.]){_HYPHENED})|(?!{_HAN}))|(?<!{_HAN})[东南西北]{{1,2}}门(?!口)"
)
AREA_NUMBERED = (
    r"\d{1,2}号门|(?<![\d.])\d{1,2}期(?!\d)|(?<![\d.])\d{1,2}楼(?:\d{3,4}(?!\d))?|(?<![\d.])\d{1,2}单元\d{0,4}"
    r"|(?<![\d.])\d{3,5}[室房]"
)

_PARTS = re.compile(
    r"(?P<before>.*?)-?\s?(?P<building>(?<![\d.])\d{1,4}[a-z]?|[a-z]|[一二三四五六七八九十]{1,3})"
    r"(?:号楼|栋|幢|座|#楼?|号|楼)"
    r"(?:[\s-]?(?P<unit>\d{1,2}|[一二三四五六七八九])(?:单元|门))?(?:[\s-]?(?P<room>\d{2,5})(?:室|房|户|号)?)?"
)
_PLAIN = re.compile("[0-9]+(?:-[0-9]+)+")
_LETTERED = re.compile(r"([a-z])-?(\d{3,4})[室房]?")
_DATE_LIKE = re.compile(r"\s*\d{1,2}-\d{1,2}\s*")
_STREET = re.compile(r"(?:路|街|大道|巷|弄)\d")
_NAMED_PLACE = re.compile(
    rf"{_HAN}{{1,6}}(?:谷|苑|园|花园|公寓|大厦|广场|小区|家园|新村|公馆|府|庭|湾|郡)|[东南西北]门"
)


def is_named_place(folded: str) -> bool:
    """Whether a word by itself looks like the name of an estate or a gate."""
    return bool(_NAMED_PLACE.fullmatch(folded))


def may_be_date(folded: str) -> bool:
    """10-1 is a door or the first of October."""
    return bool(_DATE_LIKE.fullmatch(folded))


@lru_cache(maxsize=2048)
def normalise(shown: str, folded: str) -> str:
    """The one spelling of a door: building-unit-room with hyphens; areas and street addresses as they were written."""
    shown, folded = shown.strip(), folded.strip()
    if _PLAIN.fullmatch(folded):
        return folded
    if _STREET.search(folded):
        return shown
    if shown.count("-") < folded.count("-"):  # 3－1701
        shown = "".join("-" if sign == "-" else letter for letter, sign in zip(shown, folded, strict=True))
    lettered = _LETTERED.fullmatch(folded)
    if lettered:
        return f"{lettered[1].upper()}-{lettered[2]}"
    parts = _PARTS.fullmatch(folded)
    if not parts or not (parts["unit"] or parts["room"]):
        return _with_capitals(shown).rstrip("室房") if "-" in folded else _with_capitals(shown)
    numbers = [_digits(number) for number in parts.group("building", "unit", "room") if number]
    return _with_capitals(shown[: len(parts["before"])]) + "-".join(numbers)


def _digits(written: str) -> str:
    """A building's number in digits; a letter in capitals."""
    if written[0].isascii():
        return written.upper()
    return str(read_number(written) or written)


def _with_capitals(place: str) -> str:
    return place.upper() if place.isascii() else "".join(c.upper() if c.isascii() else c for c in place)
