"""The usual entry, read at one look: 3-201 王姐 苹果2斤 香蕉1斤. Whatever else an entry says is read the long way.

Only what the long way is sure to read the same is usual: a name of letters no token begins with, a door, and goods of
one product and one quantity each, all of them apart.
"""

import re

from orders.rules.jielong import doors, words
from orders.rules.jielong.amounts import read_amount
from orders.rules.jielong.catalogue import Catalogue
from orders.rules.jielong.draft import Draft, Item
from orders.rules.jielong.numerals import HANZI_LETTERS
from orders.rules.jielong.text import Span
from orders.rules.jielong.tokens import KEYWORD_LETTERS, Kind, Token, names_a_place
from orders.rules.jielong.units import UNITS

_GAP = "[ ,;、。]"
_NAME = rf"(?:(?![{HANZI_LETTERS}{KEYWORD_LETTERS}代帮替给])[\u4e00-\u9fff]){{2,4}}"
_DOOR = r"\d{1,3}(?:-\d{3,4}|(?:号楼|栋|幢|座|#)(?:\d{1,2}单元)?\d{3,4}室?)"
_UNIT = "(?:" + "|".join(sorted(set(UNITS) - {"块", "两"}, key=len, reverse=True)) + ")"
_AMOUNT = rf"(?:(?<![\d.])\d{{1,3}}(?:\.\d{{1,2}})?|[{HANZI_LETTERS}]){_UNIT}"

_DOOR_FIRST = re.compile(rf"(?P<door>{_DOOR})[ ,]+(?P<name>{_NAME})(?=[ ,])")
_NAME_FIRST = re.compile(rf"(?P<name>{_NAME})[ ,]+(?P<door>{_DOOR})(?=[ ,])")
_AHEAD = re.compile(rf"{_GAP}+({_AMOUNT})?")
_AFTER = re.compile(rf"({_AMOUNT})?(?:$|{_GAP}+({_AMOUNT})?)")
"""What may stand behind a product: its quantity; and before the next one: a gap, and that one's quantity."""


def read_usual(text: Span, catalogue: Catalogue, places: frozenset[str], draft: Draft) -> int:
    """Fills name, door and items as far as the entry is usual. Answers where it goes on; 0 if it begins otherwise."""
    shown, folded = text
    head = _DOOR_FIRST.match(folded) or _NAME_FIRST.match(folded)
    if head is None or names_a_place(folded) or not _is_plain_name(head["name"], places):
        return 0
    place = read_pairs(text, head.end(), catalogue, draft)
    if not draft.items:
        return 0
    draft.name = shown[head.start("name") : head.end("name")]
    draft.door = doors.normalise(shown[head.start("door") : head.end("door")], head["door"])
    return place


def _is_plain_name(folded: str, places: frozenset[str]) -> bool:
    return not (words.is_filler(folded) or folded in places or doors.is_named_place(folded))


def read_pairs(text: Span, place: int, catalogue: Catalogue, draft: Draft) -> int:
    """Fills the items that are one product and one quantity, glued and apart from others. Answers where they end."""
    shown, folded = text
    ahead = _AHEAD.match(folded, place)
    before, begins = (ahead[1], ahead.end()) if ahead else (None, -1)
    for product in catalogue.find(folded, 0, len(folded)):
        start, end = product.span()
        after = _AFTER.match(folded, end)
        if start != begins or after is None:
            break
        behind, before_next = after.groups()
        if (before is None) == (behind is None):
            break
        draft.items.append(Item(shown[start:end], catalogue.meaning(product[0]), read_amount(before or behind)))
        place = end if before else after.end(1)
        before, begins = before_next, after.end()
    return place


def read_wish(text: Span, token: Token, draft: Draft) -> bool:
    """Takes a token alone behind the goods, if it is a wish (放门口就行), as a note; says whether it is."""
    if token.kind != Kind.WORD:
        return False
    start = token.start + words.without_leading_fillers(text.folded[token.start : token.end])
    if not words.is_wish(text.folded[start : token.end]):
        return False
    draft.add_note(words.without_decoration(text.shown[start : token.end]))
    return True
