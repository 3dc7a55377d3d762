"""Folded text cut into tokens: products, quantities, doors, prices, brackets, and the words between them."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from orders.rules.jielong import doors
from orders.rules.jielong.catalogue import Catalogue
from orders.rules.jielong.numerals import DIGITS, HANZI
from orders.rules.jielong.units import UNITS


class Kind(StrEnum):
    """What a token is. SPOT is `E1`, SPOT_QUANTITY `E1份` (a place or a quantity), LATIN_QUANTITY `mimi2份`."""

    PHONE = "phone"
    LABEL = "label"
    MENTION = "mention"
    DATE = "date"
    PRICE = "price"
    DOOR = "door"
    SAME = "same"
    EACH = "each"
    SHARE = "share"
    RANGE = "range"
    SPOT_QUANTITY = "spot_quantity"
    SPEC = "spec"
    QUANTITY = "quantity"
    PLUS = "plus"
    SPOT = "spot"
    LATIN_QUANTITY = "latin_quantity"
    NUMBER = "number"
    PAID = "paid"
    LATIN = "latin"
    STRONG = "strong"
    SPACE = "space"
    DASH = "dash"
    BRACKET = "bracket"
    PRODUCT = "product"
    WORD = "word"


class Token(NamedTuple):
    """A piece of the text from `start` to `end` (not included)."""

    kind: Kind
    start: int
    end: int


_BRACKET = re.compile(r"\([^()]{0,300}\)")
_KINDS = {kind.value: kind for kind in Kind}


def scan(text: str, catalogue: Catalogue, start: int = 0, end: int | None = None) -> list[Token]:
    """All of the folded text in tokens, without a hole. A product is never cut; what is in a bracket is one token."""
    end = len(text) if end is None else end
    tokens: list[Token] = []
    place = start
    for wholes in _wholes(text, catalogue, start, end):
        _scan_gap(text, place, wholes.start, catalogue, tokens)
        tokens.append(wholes)
        place = wholes.end
    _scan_gap(text, place, end, catalogue, tokens)
    return tokens


def _wholes(text: str, catalogue: Catalogue, start: int, end: int) -> list[Token]:
    """Products and brackets in order, without overlap: a bracket in a product's name belongs to the product."""
    products = [Token(Kind.PRODUCT, found.start(), found.end()) for found in catalogue.find(text, start, end)]
    if "(" not in text:
        return products
    brackets = [Token(Kind.BRACKET, found.start(), found.end()) for found in _BRACKET.finditer(text, start, end)]
    wholes: list[Token] = []
    for token in sorted(products + brackets, key=lambda token: (token.start, -token.end)):
        if not wholes or token.start >= wholes[-1].end:
            wholes.append(token)
    return wholes


def _scan_gap(text: str, start: int, end: int, catalogue: Catalogue, tokens: list[Token]) -> None:
    place = start
    for found in _pattern(catalogue.extra_units).finditer(text, start, end):
        if found.start() > place:
            tokens.append(Token(Kind.WORD, place, found.start()))
        tokens.append(Token(_KINDS[found.lastgroup or ""], found.start(), found.end()))
        place = found.end()
    if place < end:
        tokens.append(Token(Kind.WORD, place, end))


@lru_cache(maxsize=64)
def _pattern(extra_units: frozenset[str]) -> re.Pattern[str]:
    """The token expression. Every repetition in it is bounded, so reading stays linear whatever is pasted."""
    units = sorted({*UNITS, *extra_units}, key=len, reverse=True)
    unit = "(?:" + "|".join(map(re.escape, units)) + ")"
    number = rf"(?<![\d.]){DIGITS}"
    yuan = "(?:元|块钱|圆|rmb" + ("" if "块" in extra_units else "|块(?!装)") + ")"
    per = rf"(?:\s?[/每一]\s?(?:{DIGITS})?{unit})"
    times = r"(?:(?<![a-z])[x*]\s?)"
    amount = rf"(?:(?:{number}\s?|{HANZI}){unit}(?:半|(?:\d|[一二三四五六七八九])两(?!{unit}))?)(?!装)"
    named = {
        Kind.PHONE: r"(?<!\d)1[3-9]\d[\s-]?[\d*]{4}[\s-]?[\d*]{4}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)",
        Kind.LABEL: r"(?:姓名|名字|昵称|微信名|收件人|收货人|联系人|联系电话|电话|手机号?|地址|门牌号?|房号|楼号|数量|备注|留言)\s?:\s?"
        r"|(?:电话|手机号?)\s?(?=1[3-9]\d)",
        Kind.MENTION: r"@[^\s,;。、@]{1,40}",
        Kind.DATE: r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}[日号]?|(?<![\d.])\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
        r"|(?<![\d.])\d{1,2}点(?:半|一刻|\d{1,2}分?)?|(?<![\d.])\d{1,2}月\d{1,2}[日号]?|(?<![\d.])\d{1,2}[日号](?![楼院门\d])",
        Kind.PRICE: rf"¥\s?{DIGITS}(?:\s?/\s?(?:{DIGITS})?{unit})?|{number}\s?{yuan}{per}?"
        rf"|{number}\s?/\s?(?:{DIGITS})?{unit}",
        Kind.DOOR: "|".join((doors.ADDRESS, doors.BUILDING, doors.HYPHENED, doors.LETTERED, doors.AREA)),
        Kind.SAME: r"同上|同楼上|[跟和同与](?:楼上|上面|上边|前面)的?(?:一样|相同|同款)?"
        r"|[跟和同与]\s?#?\d{1,3}\s?(?:号|楼)?的?\s?(?:一样|相同|同款)|同\s?#?\d{1,3}\s?(?:号|楼)?(?![\d.斤份个])",
        Kind.EACH: rf"各(?![位种自])|每样|每种|样样|都要|都来|全要|一样(?={HANZI}{unit}|来|\d)",
        Kind.SHARE: rf"(?:其中|另外?|剩下|其余)的?(?:{DIGITS}|{HANZI}){unit}",
        Kind.RANGE: rf"{number}\s?[-~到至]\s?{DIGITS}\s?{unit}",
        Kind.SPOT_QUANTITY: rf"(?<![a-z\d])[a-wyz]\d{{1,2}}{unit}(?!装)",
        Kind.SPEC: r"(?<![\d.])\d{1,5}(?:\.\d{1,2})?(?:ml|毫升|l|升|g|克|kg)\*\d{1,4}(?:[瓶罐袋包盒支听]|(?!\d))(?:/.)?"
        rf"|(?<![\d.])\d{{1,5}}{unit}装|{HANZI}{unit}装",
        Kind.QUANTITY: rf"{times}?{amount}|{times}{DIGITS}(?![\d.])",
        Kind.PLUS: rf"\+\s?(?:{DIGITS}|{HANZI}(?={unit}))(?:\s?{unit})?",
        Kind.SPOT: rf"(?<![a-z\d])[a-wyz]-?\d{{1,2}}(?![\d.a-z]|{unit})",
        Kind.LATIN_QUANTITY: rf"(?<![a-z\d])[a-z]{{2,20}}\d{{1,4}}{unit}(?![a-z])",
        Kind.NUMBER: rf"{number}(?!\d)|\d+(?:\.\d+)?",
        Kind.PAID: r"(?<![未没])(?:(?:已|已经)?(?:微信|支付宝)?(?:已经?付清?款?|已支付|已经支付|已转账?|已经转)|付过了?|付款了|付了|转了"
        r"|转过了?|已发红包|红包已发|支付了|(?<![a-z])paid(?![a-z]))",
        Kind.LATIN: r"(?<![a-z\d])[a-z](?:[._'&-]?[a-z\d]){1,40}",
        Kind.STRONG: r"[,;。!?、|/\n]+|\+",
        Kind.SPACE: r"[ :=]+",
        Kind.DASH: r"[-~]",
    }
    return re.compile("|".join(f"(?P<{kind}>{expression})" for kind, expression in named.items()))
