"""A pasted text as lines: as shown to people, and folded so that equal things compare equal."""

import re
import unicodedata
from functools import cache, lru_cache
from string import ascii_uppercase
from typing import NamedTuple

from opencc import OpenCC

from core.errors import DomainError

MAX_LINES = 500
MAX_CHARACTERS = 50_000

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_WIDE = re.compile("[\t\u00a0\u1680\u2002-\u200a\u202f\u205f\u3000\uff10-\uff5a]")
_KEYCAP = re.compile(r"(?m)(?P<number>^\s*(?:\d\ufe0f?\u20e3)+)|(?<=\d)\ufe0f?\u20e3|(?<=[\u2716\u2795])\ufe0f")
_JOINERS = re.compile("[\u200d\ufe0e\ufe0f\\s]")

_SPACES = "\t\u00a0\u1680\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PUNCTUATION = {
    "-": "‐‑‒–—―−﹣－",
    "~": "～〜∼",
    "(": "（【〔［「『{｛[﹙",
    ")": "）】〕］」』}｝]﹚",
    ":": "：∶﹕︰",
    ",": "，﹐､",
    ";": "；﹔",
    "、": "﹑",
    "。": "｡",
    ".": "．﹒",
    "*": "×✕✖╳＊⨯",
    "+": "＋➕﹢",
    "|": "｜︱¦",
    "/": "／∕",
    "#": "＃﹟",
    "@": "＠",
    "¥": "￥",
    "!": "！﹗",
    "?": "？﹖",
    "=": "＝",
}


class TextTooLong(DomainError):
    """More than 500 lines or 50 000 characters were pasted; nothing was read."""

    def __init__(self, *, lines: int, characters: int) -> None:
        self.lines = lines
        self.characters = characters
        super().__init__(
            f"The text has {lines} lines and {characters} characters; at most {MAX_LINES} lines and "
            f"{MAX_CHARACTERS} characters are read at a time. Nothing was read: paste it in parts."
        )


class Span(NamedTuple):
    """A piece of text in two spellings of equal length: `shown` to people, `folded` for comparing."""

    shown: str
    folded: str

    def part(self, start: int, end: int | None = None) -> "Span":
        return Span(self.shown[start:end], self.folded[start:end])


class PastedLine(NamedTuple):
    """A line that is not blank, with its number in the paste (from 1) and as it was pasted."""

    number: int
    raw: str
    span: Span


def read_lines(text: str) -> list[PastedLine]:
    """The lines of a paste that are not blank. Raises TextTooLong beyond 500 lines or 50 000 characters."""
    raw = split_lines(text)
    filled = sum(1 for line in raw if line.strip())
    if len(text) > MAX_CHARACTERS or filled > MAX_LINES:
        raise TextTooLong(lines=filled, characters=len(text))
    if not raw:
        return []
    shown = show("\n".join(raw))
    lines = zip(raw, shown.split("\n"), fold(shown).split("\n"), strict=True)
    return [
        PastedLine(number, line, Span(seen, folded))
        for number, (line, seen, folded) in enumerate(lines, start=1)
        if line.strip()
    ]


def split_lines(text: str) -> list[str]:
    """The lines of a text as people see them, blank ones as well."""
    return _BREAK.sub("\n", text).splitlines()


def show(text: str) -> str:
    """The text as people should see it: composed, half-width letters and digits, nothing invisible."""
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    if "\u20e3" in shown or "\ufe0f" in shown:
        shown = _KEYCAP.sub(lambda found: found["number"] or "", shown)  # 2️⃣斤 is 2斤; an entry's number stays
    return shown.translate(_half_width()) if _WIDE.search(shown) else shown


def fold(shown: str) -> str:
    """The same text for comparing: simplified, lower case, one sign for each kind of punctuation. Keeps the length."""
    return shown.translate(_folding())


def span(text: str) -> Span:
    """A text from elsewhere (a product's name) in both spellings."""
    shown = show(text).strip()
    return Span(shown, fold(shown))


def same_name_key(name: str) -> str:
    """What two spellings of one name share: no spaces, no variation selectors, folded."""
    return identity_part(show(name))


@lru_cache(maxsize=4096)
def identity_part(shown: str) -> str:
    """The same for a text that was shown already."""
    return _JOINERS.sub("", fold(shown))


@cache
def _half_width() -> dict[int, str]:
    letters_and_digits = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
    table = {code: chr(code - 0xFEE0) for code in letters_and_digits}
    return table | {ord(space): " " for space in _SPACES}


@cache
def _folding() -> list[int]:
    """For each character the folded one: character by character, so that a position in one text is one in the other.

    A list, since `translate` looks up in it twice as fast as in a dict.
    """
    table = list(range(0x10000))
    hanzi = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = OpenCC("t2s").convert("\n".join(hanzi)).split("\n")
    pairs = [*zip(hanzi, simplified, strict=True), *((letter, letter.lower()) for letter in ascii_uppercase)]
    pairs += ((sign, plain) for plain, signs in _PUNCTUATION.items() for sign in signs)
    for written, folded in pairs:
        if len(folded) == 1:
            table[ord(written)] = ord(folded)
    return table
