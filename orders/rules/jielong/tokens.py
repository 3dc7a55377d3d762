"""Folded text cut into tokens: products, quantities, doors, prices, brackets, and the words between them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Final

from orders.rules.jielong import doors
from orders.rules.jielong.catalogue import Catalogue
from orders.rules.jielong.numerals import DIGITS, HANZI, HANZI_LETTERS
from orders.rules.jielong.units import UNITS


class Kind:
    """What a token is. SPOT is `E1`, SPOT_QUANTITY `E1份` (a place or a quantity), LATIN_QUANTITY `mimi2份`.

    Plain strings: reading a chain compares them a hundred thousand times, and members of an Enum are slow to fetch.
    """

    PHONE: Final = "phone"
    LABEL: Final = "label"
    MENTION: Final = "mention"
    DATE: Final = "date"
    PRICE: Final = "price"
    DOOR: Final = "door"
    SAME: Final = "same"
    EACH: Final = "each"
    SHARE: Final = "share"
    RANGE: Final = "range"
    SPOT_QUANTITY: Final = "spot_quantity"
    SPEC: Final = "spec"
    QUANTITY: Final = "quantity"
    PLUS: Final = "plus"
    SPOT: Final = "spot"
    LATIN_QUANTITY: Final = "latin_quantity"
    NUMBER: Final = "number"
    PAID: Final = "paid"
    LATIN: Final = "latin"
    DASH: Final = "dash"
    BRACKET: Final = "bracket"
    PRODUCT: Final = "product"
    WORD: Final = "word"


class Gap:
    """What stands before a token. Plain numbers: of two gaps in a row the greater one counts."""

    NONE: Final = 0
    SPACE: Final = 1
    COMMA: Final = 2


@dataclass(slots=True, eq=False)
class Token:
    """A piece of the text from `start` to `end` (not included), and the gap before it."""

    kind: str
    start: int
    end: int
    gap: int = Gap.NONE


KIND = attrgetter("kind")
KEYWORD_LETTERS = "姓名昵微收联电手地门房楼数备留同跟和与各每样都全其另剩已支付转红东南西北中"
"""What words with a meaning of their own begin with."""

_BRACKET = re.compile(r"\([^()]{0,300}\)")
_NAMED_PLACE_SIGN = re.compile("路|街|大道|巷|弄|谷|苑|花园|公寓|大厦|广场|小区|家园|新村|公馆|华府|华庭|湾|郡")
_GAPS = {"space": Gap.SPACE, "strong": Gap.COMMA}
_SINGLE = {" ": Gap.SPACE, ",": Gap.COMMA, "、": Gap.COMMA, "。": Gap.COMMA, "\n": Gap.COMMA}
_GROUPS = {
    f"{kind}_{suffix}": kind
    for kind, suffixes in {
        Kind.DOOR: ("plain", "named", "lettered", "numeral", "compass"),
        Kind.QUANTITY: ("plain", "times", "x", "by", "numeral"),
        Kind.PRICE: ("yuan",),
        Kind.PAID: ("latin",),
        Kind.EACH: ("same",),
        Kind.SPEC: ("numeral",),
        Kind.RANGE: ("fraction",),
    }.items()
    for suffix in suffixes
}


def scan(text: str, catalogue: Catalogue, start: int = 0, end: int | None = None) -> list[Token]:
    """All of the folded text in tokens and the gaps between. A product is never cut; a bracket is one token."""
    end = len(text) if end is None else end
    tokens: list[Token] = []
    pattern = _pattern(text, catalogue.extra_units)
    gap, place = Gap.NONE, start
    for kind, first, last in _wholes(text, catalogue, start, end):
        gap = _scan_between(text, place, first, pattern, gap, tokens)
        tokens.append(Token(kind, first, last, gap))
        gap, place = Gap.NONE, last
    _scan_between(text, place, end, pattern, gap, tokens)
    return tokens


def products(text: str, catalogue: Catalogue) -> list[str]:
    """The products a folded text names, as written there; not those in brackets."""
    wholes = _wholes(text, catalogue, 0, len(text))
    return [text[start:end] for kind, start, end in wholes if kind == Kind.PRODUCT]


def _wholes(text: str, catalogue: Catalogue, start: int, end: int) -> list[tuple[str, int, int]]:
    """Products and brackets in order, without overlap: a bracket in a product's name belongs to the product."""
    found = [(Kind.PRODUCT, *product.span()) for product in catalogue.find(text, start, end)]
    if "(" not in text:
        return found
    found += [(Kind.BRACKET, *bracket.span()) for bracket in _BRACKET.finditer(text, start, end)]
    wholes: list[tuple[str, int, int]] = []
    for kind, first, last in sorted(found, key=lambda whole: (whole[1], -whole[2])):
        if not wholes or first >= wholes[-1][2]:
            wholes.append((kind, first, last))
    return wholes


def _scan_between(text: str, start: int, end: int, pattern: re.Pattern[str], gap: int, tokens: list[Token]) -> int:
    """Adds the tokens between two wholes, the first behind this gap; answers the gap before the next whole."""
    if end - start == 1 and text[start] in _SINGLE:
        return max(gap, _SINGLE[text[start]])
    place = start
    for found in pattern.finditer(text, start, end):
        first, last = found.span()
        if first > place:
            tokens.append(Token(Kind.WORD, place, first, gap))
            gap = Gap.NONE
        place = last
        group = found.lastgroup or ""
        if group in _GAPS:
            gap = max(gap, _GAPS[group])
        else:
            tokens.append(Token(_GROUPS.get(group, group), first, last, gap))
            gap = Gap.NONE
    if place < end:
        tokens.append(Token(Kind.WORD, place, end, gap))
        gap = Gap.NONE
    return gap


def _pattern(text: str, extra_units: frozenset[str]) -> re.Pattern[str]:
    """The token expression. Estates and streets may begin at any letter: they are looked for only if one occurs."""
    return _compiled(extra_units, named_places=names_a_place(text))


def names_a_place(text: str) -> bool:
    """Whether the word for an estate or a street occurs."""
    return bool(_NAMED_PLACE_SIGN.search(text))


@lru_cache(maxsize=64)
def _compiled(extra_units: frozenset[str], *, named_places: bool) -> re.Pattern[str]:
    """Alternatives grouped by their first letter, so that most letters are refused by one look at each group.

    Every repetition in it is bounded, so reading stays linear whatever is pasted. A group's name is a kind, and what
    kind of first letter it begins with.
    """
    units = sorted({*UNITS, *extra_units}, key=len, reverse=True)
    unit = "(?:" + "|".join(map(re.escape, units)) + ")"
    unit = f"(?!两{unit}){unit}"  # 苹果1 两斤橙子: the 两 counts the 斤
    groups = [
        (r"[^\w\u4e00-\u9fff]", _signs(unit)),
        (r"\d", _digits(unit, block_is_a_unit="块" in extra_units)),
        ("[a-z]", _letters(unit)),
        (f"[{HANZI_LETTERS}]", _numerals(unit)),
        (f"[{KEYWORD_LETTERS}]", _keywords(unit)),
    ]
    branches = [
        f"(?={first})(?:" + "|".join(f"(?P<{name}>{expression})" for name, expression in named.items()) + ")"
        for first, named in groups
    ]
    if named_places:
        branches.insert(0, f"(?P<door_named>{doors.NAMED})")
    return re.compile("|".join(branches))


def _signs(unit: str) -> dict[str, str]:
    return {
        "space": r"[ :=]+",
        "plus": rf"\+\s?(?:{DIGITS}|{HANZI}(?={unit}))(?:\s?{unit})?",
        "strong": r"[,;。!?、|/\n]+|\+",
        "dash": "[-~]",
        "quantity_times": rf"\*\s?(?:{_amount(unit)}|{DIGITS}(?![\d.]))",
        "price_yuan": rf"¥\s?{DIGITS}(?:\s?/\s?(?:{DIGITS})?{unit})?",
        "mention": r"@[^\s,;。、@]{1,40}",
    }


def _digits(unit: str, *, block_is_a_unit: bool) -> dict[str, str]:
    yuan = "(?:元|块钱|圆|rmb" + ("" if block_is_a_unit else "|块(?!装)") + ")"
    per = rf"(?:\s?[/每一]\s?(?:{DIGITS})?{unit})"
    number = rf"(?<![\d.]){DIGITS}"
    return {
        # The two usual ones first, for speed: 3斤 and 3-201 with nothing glued to them.
        "quantity_plain": rf"(?<![\d.])\d{{1,3}}(?!块){unit}(?![^\s,;])",
        "door_plain": r"(?<![\d.a-z])(?<![a-z\d]-)\d{1,3}-\d{3,4}(?![^\s,;])",
        "phone": r"(?<!\d)1[3-9]\d[\s-]?[\d*]{4}[\s-]?[\d*]{4}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)",
        "date": r"(?<![\d.])(?:20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}[日号]?|\d{1,2}(?::\d{2}(?::\d{2})?(?!\d)"
        r"|点(?:半|一刻|\d{1,2}分?)?|月\d{1,2}[日号]?|[日号](?![楼院门\d])))",
        "range_fraction": r"[1-8]/(?<![\d.][1-8]/)(?:(?<=1/)[2-9]|(?<=2/)[3-9]|(?<=[34]/)[5-9]|(?<=3/)4"
        rf"|(?<=[5-8]/)9|(?<=[56]/)[78]|(?<=5/)6|(?<=7/)8)\s?{unit}",  # 1/2斤: less than one, or no price at all
        "price": rf"{number}\s?(?:{yuan}{per}?|/\s?(?:{DIGITS})?{unit})",
        "door": "|".join((doors.BUILDING, doors.HYPHENED, doors.AREA_NUMBERED)),
        "range": rf"{number}\s?[-~到至]\s?{DIGITS}\s?{unit}",
        "spec": r"(?<![\d.])\d{1,5}(?:\.\d{1,2})?(?:(?:ml|毫升|l|升|g|克|kg)\*\d{1,4}(?:[瓶罐袋包盒支听]|(?!\d))(?:/.)?"
        rf"|{unit}装)",
        "quantity": _amount(unit),
        "quantity_by": rf"{number}\s?[x*](?=\s?(?:[\u4e00-\u9fff]|$))",
        "number": rf"{number}(?!\d)|\d+(?:\.\d+)?",
    }


def _letters(unit: str) -> dict[str, str]:
    return {
        "door_lettered": "|".join((doors.BUILDING, doors.LETTERED, doors.HYPHENED, doors.AREA_LETTERED)),
        "spot_quantity": rf"(?<![a-z\d])[a-wyz]\d{{1,2}}{unit}(?!装)",
        "quantity_x": rf"(?<![a-z])x\s?(?:{_amount(unit)}|{DIGITS}(?![\d.]))",
        "spot": rf"(?<![a-z\d])[a-wyz]-?\d{{1,2}}(?![\d.a-z]|{unit})",
        "paid_latin": r"(?<![a-z])paid(?![a-z])",
        "latin_quantity": rf"(?<![a-z\d])[a-z]{{2,20}}\d{{1,4}}{unit}(?![a-z])",
        "latin": r"(?<![a-z\d])[a-z](?:[._'&-]?[a-z\d]){1,40}",
    }


def _numerals(unit: str) -> dict[str, str]:
    return {
        "door_numeral": f"{doors.BUILDING}|{doors.AREA_NUMERAL}",
        "each_same": rf"一样(?={HANZI}{unit}|来|\d)",
        "spec_numeral": rf"{HANZI}{unit}装",
        "quantity_numeral": rf"{HANZI}{_measured(unit)}",
    }


def _keywords(unit: str) -> dict[str, str]:
    return {
        "label": r"(?:姓名|名字|昵称|微信名|收件人|收货人|联系人|联系电话|电话|手机号?|地址|门牌号?"
        r"|房号|楼号|数量|备注|留言)\s?:\s?"
        r"|(?:电话|手机号?)\s?(?=1[3-9]\d)",
        "same": r"同上|同楼上|[跟和同与](?:楼上|上面|上边|前面)的?(?:一样|相同|同款)?"
        r"|[跟和同与]\s?#?\d{1,3}\s?(?:号|楼)?的?\s?(?:一样|相同|同款)|同\s?#?\d{1,3}\s?(?:号|楼)?(?![\d.斤份个])",
        "each": r"各(?![位种自])|每样|每种|样样|都要|都来|全要",
        "share": rf"(?:其中|另外?|剩下|其余)的?(?:{DIGITS}|{HANZI}){unit}",
        "paid": r"(?<![未没])(?:(?:已|已经)?(?:微信|支付宝)?(?:已经?付清?款?|已支付|已经支付|已转账?|已经转)"
        r"|付过了?|付款了|付了|转了|转过了?|已发红包|红包已发|支付了)",
        "door_compass": doors.AREA_COMPASS,
    }


def _amount(unit: str) -> str:
    return rf"(?:(?<![\d.]){DIGITS}\s?|{HANZI}){_measured(unit)}"


def _measured(unit: str) -> str:
    """A unit, and what may be added to it: 斤半, 斤二两. A size (斤装) is no quantity."""
    return rf"{unit}(?:半|(?:\d|[一二三四五六七八九])两(?!{unit}))?(?!装)"
