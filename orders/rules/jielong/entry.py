"""One entry read: from its text to a draft with name, door, items, notes and doubts."""

import re
from functools import lru_cache

from orders.rules.jielong import words
from orders.rules.jielong.catalogue import Catalogue, Meaning
from orders.rules.jielong.chunks import has
from orders.rules.jielong.draft import Draft, Item
from orders.rules.jielong.flags import Flag
from orders.rules.jielong.given import Offer, Options
from orders.rules.jielong.goods import Goods
from orders.rules.jielong.head import Head, formula_start, odd_start, with_sign
from orders.rules.jielong.lines import Judge
from orders.rules.jielong.text import Span
from orders.rules.jielong.tokens import KIND, Gap, Kind, Token, scan
from orders.rules.jielong.usual import read_pairs, read_usual, read_wish

LONGEST_ENTRY = 500
"""Letters. Nobody writes more into one entry: it is left to a person, and reading stays linear."""

_ASIDE = frozenset({Kind.PHONE, Kind.PAID, Kind.PRICE, Kind.SAME, Kind.LATIN_QUANTITY, Kind.MENTION, Kind.LABEL})
_SIGNS = frozenset("=+-")
_NUMBER = re.compile(r"\d+")
_REMARK = re.compile(r"备注|留言")
_LETTERS = re.compile(r"[a-z]+")


class EntryReader:
    """Reads entries: it knows the offers and the campaign's options. `of` remembers the readers of the last few."""

    def __init__(self, catalogue: Catalogue, options: Options) -> None:
        self.catalogue = catalogue
        self.options = options
        self.judge = Judge(catalogue, options)
        self.places = frozenset(place.lower() for place in options.places)

    @staticmethod
    @lru_cache(maxsize=16)
    def of(offers: tuple[Offer, ...], options: Options) -> "EntryReader":
        return EntryReader(Catalogue(offers), options)

    def read(self, text: Span) -> Draft:
        """Who, where and what; nothing is thrown away: words that fit nowhere become notes with a flag."""
        draft = Draft()
        if len(text.folded) > LONGEST_ENTRY:
            draft.flag(Flag.AMBIGUOUS, Flag.NO_NAME, Flag.NEEDS_PRODUCT)
            return draft
        usual = read_usual(text, self.catalogue, self.places, draft)
        if not usual:
            self._read_from_start(text, draft)
        elif usual < len(text.folded):
            self._read_goods(text, self._set_aside(scan(text.folded, self.catalogue, usual), text, draft), draft)
        self._judge_name(draft)
        return draft

    def _read_from_start(self, text: Span, draft: Draft) -> None:
        signed = text.folded.lstrip()[:1] in _SIGNS
        start = odd_start(text.folded)
        if start:
            draft.name = text.shown[:start].strip()
        elif signed:
            start = self._named_like_a_formula(text, draft)
        tokens = self._set_aside(scan(text.folded, self.catalogue, start), text, draft)
        head = Head(text, tokens, draft, self.places)
        rest = head.read()
        if head.at and not head.rest:
            place = read_pairs(text, tokens[head.at - 1].end, self.catalogue, draft)
            rest = [token for token in rest if token.start >= place]
        self._read_goods(text, rest, draft)
        if signed and draft.name and not start:
            draft.name = with_sign(text, draft.name)

    def _named_like_a_formula(self, text: Span, draft: Draft) -> int:
        """=SUM(A1) or +王姐 before a space, with no product in it, is the name as written; answers where it ends."""
        start, end = formula_start(text.folded)
        if not end or any(self.catalogue.find(text.folded, start, end)):
            return 0
        draft.name = text.shown[start:end]
        return end

    def _set_aside(self, tokens: list[Token], text: Span, draft: Draft) -> list[Token]:
        """Takes out what is neither name nor goods: phones, prices, 已付, mentions, labels, 同上, remarks."""
        if _ASIDE.isdisjoint(map(KIND, tokens)):
            return tokens
        kept: list[Token] = []
        gap: int = Gap.NONE
        for token in tokens:
            token.gap = gap = max(gap, token.gap)
            if token.kind not in _ASIDE:
                kept.append(token)
                gap = Gap.NONE
                continue
            written = text.folded[token.start : token.end]
            if token.kind == Kind.LABEL and _REMARK.match(written):
                draft.add_note(text.shown[token.end :])
                return kept
            if token.kind == Kind.LATIN_QUANTITY:
                letters = token.start + _LETTERS.match(written).end()  # type: ignore[union-attr]
                kept += Token(Kind.LATIN, token.start, letters, gap), Token(Kind.QUANTITY, letters, token.end)
                draft.flag(Flag.AMBIGUOUS)
                gap = Gap.NONE
                continue
            self._take_aside(token, written, text, draft)
            gap = max(gap, Gap.SPACE)
        return kept

    def _take_aside(self, token: Token, written: str, text: Span, draft: Draft) -> None:
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

    def _read_goods(self, text: Span, rest: list[Token], draft: Draft) -> None:
        free_choice = self.catalogue.free_choice
        if free_choice is not None and rest and not draft.items and not has(rest, Kind.PRODUCT):
            draft.add_note(text.shown[rest[0].start : rest[-1].end])
            draft.items.append(Item(text="", meaning=Meaning((free_choice,)), implied_one=True))
            draft.flag(Flag.FREE_TEXT, Flag.CHECK_PRICE)
            return
        if draft.items and (not rest or (len(rest) == 1 and read_wish(text, rest[0], draft))):
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
