"""One entry read: from its text to a draft with name, door, items, notes and doubts."""

import re

from orders.rules.jielong import words
from orders.rules.jielong.catalogue import Catalogue, Meaning
from orders.rules.jielong.chunks import Chunk, split
from orders.rules.jielong.draft import Draft, Item
from orders.rules.jielong.flags import Flag
from orders.rules.jielong.given import Options
from orders.rules.jielong.goods import Goods
from orders.rules.jielong.head import Head, formula_start, odd_start, with_sign
from orders.rules.jielong.text import Span
from orders.rules.jielong.tokens import Kind, Token, scan

LONGEST_ENTRY = 500
"""Letters. Nobody writes more into one entry: it is left to a person, and reading stays linear."""

_ASIDE = frozenset({Kind.PHONE, Kind.PAID, Kind.PRICE, Kind.SAME, Kind.LATIN_QUANTITY, Kind.MENTION, Kind.LABEL})
_SIGNS = frozenset("=+-")
_NUMBER = re.compile(r"\d+")
_REMARK = re.compile(r"备注|留言")
_LETTERS = re.compile(r"[a-z]+")


class EntryReader:
    """Reads entries of one chain: it knows the offers and the campaign's options."""

    def __init__(self, catalogue: Catalogue, options: Options) -> None:
        self.catalogue = catalogue
        self.options = options
        self.places = frozenset(place.lower() for place in options.places)

    def read(self, text: Span) -> Draft:
        """Who, where and what; nothing is thrown away: words that fit nowhere become notes with a flag."""
        draft = Draft()
        if len(text.folded) > LONGEST_ENTRY:
            draft.flag(Flag.AMBIGUOUS, Flag.NO_NAME, Flag.NEEDS_PRODUCT)
            return draft
        signed = text.folded.lstrip()[:1] in _SIGNS
        start = odd_start(text.folded)
        if start:
            draft.name = text.shown[:start].strip()
        elif signed:
            start = self._named_like_a_formula(text, draft)
        tokens = scan(text.folded, self.catalogue, start)
        chunks = split(self._set_aside(tokens, text, draft))
        rest = Head(text, chunks, draft, self.places).read()
        self._read_goods(text, rest, draft)
        if signed and draft.name and not start:
            draft.name = with_sign(text, draft.name)
        self._judge_name(draft)
        return draft

    def _named_like_a_formula(self, text: Span, draft: Draft) -> int:
        """=SUM(A1) or +王姐 before a space, with no product in it, is the name as written; answers where it ends."""
        start, end = formula_start(text.folded)
        if not end or any(self.catalogue.find(text.folded, start, end)):
            return 0
        draft.name = text.shown[start:end]
        return end

    def _set_aside(self, tokens: list[Token], text: Span, draft: Draft) -> list[Token]:
        """Takes out what is neither name nor goods: phones, prices, 已付, mentions, labels, 同上, remarks."""
        kept: list[Token] = []
        for token in tokens:
            if token.kind not in _ASIDE:
                kept.append(token)
                continue
            written = text.folded[token.start : token.end]
            if token.kind == Kind.LABEL and _REMARK.match(written):
                draft.add_note(text.shown[token.end :])
                return kept
            kept += self._aside(token, written, text, draft)
        return kept

    def _aside(self, token: Token, written: str, text: Span, draft: Draft) -> list[Token]:
        match token.kind:
            case Kind.PHONE:
                draft.phone = draft.phone or text.shown[token.start : token.end]
            case Kind.PAID:
                draft.flag(Flag.CLAIMS_PAID)
            case Kind.PRICE:
                draft.flag(Flag.PRICE_IN_LINE, Flag.CHECK)
            case Kind.SAME:
                number = _NUMBER.search(written)
                draft.same_as = int(number[0]) if number else 0
                draft.flag(Flag.SAME_AS_ABOVE)
            case Kind.LATIN_QUANTITY:
                draft.flag(Flag.AMBIGUOUS)
                letters = token.start + _LETTERS.match(written).end()  # type: ignore[union-attr]
                return [Token(Kind.LATIN, token.start, letters), Token(Kind.QUANTITY, letters, token.end)]
        return [Token(Kind.SPACE, token.start, token.end)]

    def _read_goods(self, text: Span, rest: list[Chunk], draft: Draft) -> None:
        free_choice = self.catalogue.free_choice
        if free_choice is not None and rest and not any(chunk.has(Kind.PRODUCT) for chunk in rest):
            draft.add_note(text.shown[rest[0].start : rest[-1].end])
            draft.items.append(Item(text="", meaning=Meaning((free_choice,)), implied_one=True))
            draft.flag(Flag.FREE_TEXT, Flag.CHECK_PRICE)
            return
        Goods(text, self.catalogue, self.options.plus_one, draft).read(rest)
        if not draft.items and draft.same_as is None:
            self._nothing_ordered(draft)

    def _nothing_ordered(self, draft: Draft) -> None:
        """No word of goods: the only offer once, or a question."""
        only = self.catalogue.only
        if self.catalogue.free_choice is None:
            draft.items.append(Item(text="", meaning=None if only is None else Meaning((only,))))
        else:
            draft.flag(Flag.NEEDS_PRODUCT)

    def _judge_name(self, draft: Draft) -> None:
        if draft.name is None:
            if draft.same_as is None:
                draft.flag(Flag.NO_NAME)
        elif words.is_odd_name(draft.name):
            draft.flag(Flag.ODD_NAME)
