"""Words and signs that may take an order back: 苹果2斤不要, ✖王姐, ~苹果2斤~. The row is asked about."""

import re
from collections.abc import Iterable

from orders.rules.jielong.doors import UNIT
from orders.rules.jielong.text import Span
from orders.rules.jielong.words import ends_with_title

_FIRST = "(?:先|暂时?|都|全部?|就|我|那|还是|已经?|也|这次|今天|请|麻烦)*"
_NEGATION = (
    "(?:[不别甭莫勿](?:想要|需要|要|用|订|定|买|拿|来)|取消|删除|删[掉去了]?|去掉|划掉|作废|算了|免了"
    "|退[掉单出订]?|撤[销回]?)"
)
_LAST = "(?:了|啦|咯|喽|吧|哈|啊|呢|哦|喔|嘛|它|掉|谢谢|抱歉|不好意思)*"
_WORDS = rf"{_FIRST}{_NEGATION}{_LAST}"
_CLAUSE_END = r"(?=$|[\s,;。.!?、()/|+:~*]|[^\w\s])"
_IN_TEXT = re.compile(
    rf"(?:^|[\s,;。.!?、()/|+:~]|[\d一二两俩三四五六七八九十半](?:\s?{UNIT})?半?){_WORDS}{_CLAUSE_END}"
)
_IN_NOTE = re.compile(rf"\W*{_WORDS}\W*")
_OR = re.compile("(?:或者?|要么|还是)(?!许)")
_STRUCK = re.compile("[✗✘❌❎🚫🙅⛔☒\u0335-\u0338]")
_TIMES = re.compile(r"(?P<before>\S?)\s?[×✕✖╳⨯]+\s?(?P<after>\S?)")
_TILDES = re.compile(r"~(?=(?P<between>[^~\s][^~]{0,200})~)")
_AMOUNT = re.compile(rf"\d|[一二两俩三四五六七八九十半]{UNIT}")
_NUMERALS = frozenset("0123456789０１２３４５６７８９一二两兩俩三仨四五六七八九十百半*xX")

_SIGNS = re.compile("[改不别甭莫勿取删去划作算免退撤更变或还么给✗✘❌❎🚫🙅⛔☒\u0335\u0336\u0337\u0338~]")
_TIMES_SIGNS = re.compile("[×✕✖╳⨯]")


def has_signs(text: Span) -> bool:
    """Whether a letter occurs without which a text takes nothing back and changes nothing: most have none."""
    return bool(_SIGNS.search(text.folded) or ("*" in text.folded and _TIMES_SIGNS.search(text.shown)))


def may_be_withdrawn(text: Span, notes: Iterable[str]) -> bool:
    """Whether a negation stands by itself (不要 is one, 不要辣 a wish), goods are struck, or a note offers a choice."""
    folded = text.folded
    if _STRUCK.search(folded) or _IN_TEXT.search(folded):
        return True
    if ("*" in folded and _strikes(text.shown)) or ("~" in folded and _between_tildes(folded)):
        return True
    return any(_IN_NOTE.fullmatch(note) or _OR.match(note) or _gives_away(note) for note in notes)


def _strikes(shown: str) -> bool:
    """A × that multiplies nothing: no number behind it, none of goods before it, and not inside a Latin word."""
    for found in _TIMES.finditer(shown):
        before, after = found["before"], found["after"]
        in_a_word = before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
        if after not in _NUMERALS and not in_a_word and not (before.isdigit() and after.isalpha()):
            return True
    return False


def _between_tildes(folded: str) -> bool:
    """~苹果2斤~ is struck; ~小雨~ is a name, and 苹果2斤~ 谢谢~ only kind."""
    return any(_AMOUNT.search(found["between"]) for found in _TILDES.finditer(folded))


def _gives_away(note: str) -> bool:
    """1斤给李姐: a part of it may be somebody else's."""
    return "给" in note and ends_with_title(note)
