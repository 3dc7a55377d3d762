"""What is ordered: the pieces of an entry behind name and door read into items, and the words among them into notes."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from orders.rules.jielong import doors, words
from orders.rules.jielong.amounts import read_amount
from orders.rules.jielong.catalogue import Catalogue, Meaning
from orders.rules.jielong.draft import Amount, Draft, Item
from orders.rules.jielong.flags import Flag
from orders.rules.jielong.given import PlusOne
from orders.rules.jielong.pairing import Pairing
from orders.rules.jielong.text import Span, fold
from orders.rules.jielong.tokens import Gap, Kind, Token, scan

_AMOUNTS = frozenset({Kind.QUANTITY, Kind.NUMBER, Kind.RANGE, Kind.PLUS})
_ROOM_FROM = 100
_SHARE_WORDS = "其中另外剩下余的"


class Goods:
    """Reads chunks into the items and notes of a draft, piece by piece; `at` is the piece after the one being read."""

    def __init__(self, text: Span, catalogue: Catalogue, plus_one: PlusOne, draft: Draft) -> None:
        self.text = text
        self.catalogue = catalogue
        self.plus_one = plus_one
        self.draft = draft
        self.pairing = Pairing(catalogue, draft)
        self.pieces: list[Token] = []
        self.at = 0
        self.prefix = ""
        self.unknown_notes: list[int] = []
        self.noted_at = -1
        self.shares_seen = False
        self.amounts_outside_brackets = False

    def read(self, tokens: list[Token]) -> None:
        """Fills items and notes. What fits nowhere becomes a note and a flag, or an item without an offer."""
        self.pieces = tokens
        self.amounts_outside_brackets = self.pairing.last is not None or any(map(_is_amount, tokens))
        while self.at < len(self.pieces):  # a bracket may add pieces
            piece = self.pieces[self.at]
            self.at += 1
            read = _READERS.get(piece.kind)
            if read is not None:
                read(self, piece)
        self._finish()

    # ---- products

    def _product(self, piece: Token) -> None:
        item = Item(text=self._shown(piece), meaning=self.catalogue.meaning(self._folded(piece)))
        if self.prefix:
            item.text, item.note = self.prefix + item.text, self.prefix
            item.flags += (Flag.FUZZY_PRODUCT,)
            self.draft.add_note(self.prefix)
            if words.ends_with_title(fold(self.prefix)):  # 李姐香蕉: somebody else on the same line
                self.draft.flag(Flag.AMBIGUOUS)
            self.prefix = ""
        self._take_product(item)

    def _take_product(self, item: Item) -> None:
        self.pairing.take_product(item, own_amount_follows=self._own_amount_follows())

    def _own_amount_follows(self) -> bool:
        """Whether the next amount is glued to this product and not, as in 1贡1桔, to the next one as well."""
        following = self._following()
        if following is None or following.gap != Gap.NONE or not _is_amount(following):
            return False
        after = self.pieces[self.at + 1] if self.at + 1 < len(self.pieces) else None
        return not (after is not None and after.kind == Kind.PRODUCT and after.gap == Gap.NONE)

    def _guessed(self, text: str) -> Item:
        """An item for a word no offer is known by. The one offer whose name ends so is proposed, else it is asked."""
        near = self.catalogue.close_to(fold(text))
        if near is None:
            return Item(text=text, meaning=None)
        return Item(text=text, meaning=Meaning((near,)), flags=(Flag.FUZZY_PRODUCT,))

    def _spec(self, piece: Token) -> None:
        """A size the offer's name does not have: 苹果10斤装."""
        product = self.pairing.last
        if product is not None and piece.gap == Gap.NONE and self.pairing.expects_amount:
            product.text += self._shown(piece)
            product.flags += (Flag.FUZZY_PRODUCT,)
        else:
            self._note(piece)
            self.draft.flag(Flag.CHECK)

    # ---- amounts

    def _amount(self, piece: Token) -> None:
        amount = read_amount(self._folded(piece), is_range=piece.kind == Kind.RANGE)
        if piece.kind == Kind.NUMBER and self._is_lone_room(piece, amount):
            self._room(piece)
        else:
            self._take_amount(amount, piece.gap)

    def _take_amount(self, amount: Amount, gap: int) -> None:
        following = self._following()
        glued_to_next = following is not None and following.kind == Kind.PRODUCT and following.gap == Gap.NONE
        self.pairing.take_amount(amount, for_next=glued_to_next and gap != Gap.NONE, after_comma=gap == Gap.COMMA)

    def _is_lone_room(self, piece: Token, amount: Amount) -> bool:
        """A bare number from 100 on that stands alone may be a room."""
        alone = piece.gap != Gap.NONE and not self.pairing.waiting and self.pairing.free is None
        return alone and amount.quantity is not None and amount.quantity >= _ROOM_FROM

    def _room(self, piece: Token) -> None:
        written = self._shown(piece)
        self.draft.flag(Flag.AMBIGUOUS)
        self.draft.door_readings += (written,)
        self.draft.door = self.draft.door or written

    def _each(self, piece: Token) -> None:
        self.pairing.take_each()

    def _dash(self, piece: Token) -> None:
        """A minus before a quantity: nobody orders less than nothing, so it is asked about."""
        following = self._following()
        if following is not None and following.gap == Gap.NONE and _is_amount(following):
            self.at += 1
            self._take_amount(Amount(None, flags=(Flag.NEGATIVE,)), following.gap)

    def _plus(self, piece: Token) -> None:
        """水餃+1 is a quantity, +2斤香蕉 a list going on, +1 alone what the campaign says it is."""
        amount = read_amount(self._folded(piece).lstrip("+ "))
        following = self._following()
        behind_product = piece.gap == Gap.NONE and self.pairing.expects_amount
        if self.plus_one is PlusOne.ITEM and not behind_product and not amount.unit:
            self._item_number(amount)
        elif behind_product or (following is not None and following.kind == Kind.PRODUCT):
            self._take_amount(amount, piece.gap)
        else:
            self._bare_plus(amount)

    def _item_number(self, amount: Amount) -> None:
        number = int(amount.quantity) if amount.quantity is not None else 0
        offer = self.catalogue.numbered(number)
        following = self._following()
        if following is not None and _is_amount(following) and following.kind != Kind.PLUS:
            self.draft.by_item_number = True
        self._take_product(Item(f"+{number}", None if offer is None else Meaning((offer,)), implied_one=True))

    def _bare_plus(self, amount: Amount) -> None:
        if self.plus_one is PlusOne.GUEST and amount.quantity is not None:
            amount = replace(amount, quantity=amount.quantity + 1)
        if self.pairing.is_empty:
            self.draft.only_plus = True
        else:
            self.draft.flag(Flag.PLUS_ONE, Flag.AMBIGUOUS)
        self._take_amount(amount, Gap.SPACE)

    def _spot_quantity(self, piece: Token) -> None:
        """E1份: place E and 1份, or place E1. Both readings are kept."""
        letter = self.text.shown[piece.start].upper()
        digits = "".join(filter(str.isdigit, self._folded(piece)))
        self.draft.flag(Flag.AMBIGUOUS)
        self.draft.door_readings = (letter, letter + digits)
        self.draft.door = self.draft.door or f"{letter}?"
        self._take_amount(read_amount(self._folded(piece)[1:]), piece.gap)

    def _share(self, piece: Token) -> None:
        """其中1份少饭: a part of the quantity, never more of it. 另1份 alone may be more of it."""
        end = self.at
        while end < len(self.pieces) and self.pieces[end].gap != Gap.COMMA:
            end += 1
        inside = self.pieces[self.at : end]
        more = self._folded(piece).startswith("另") and not self.shares_seen
        amount = read_amount(self._folded(piece).lstrip(_SHARE_WORDS))
        self.shares_seen = True
        if any(part.kind == Kind.DOOR for part in inside):  # a part of it for another door
            self.draft.flag(Flag.CHECK)
        if self.catalogue.only is None and any(part.kind == Kind.PRODUCT for part in inside):
            self.draft.flag(*([] if more else [Flag.AMBIGUOUS]))  # 另2斤香蕉 is more, 其中2斤青苹果 doubtful
            self._take_amount(amount, piece.gap)
            return
        self.draft.flag(*([Flag.AMBIGUOUS] if more else []))
        rest = self.text.shown[piece.end : inside[-1].end] if inside else ""
        number = "" if amount.quantity is None else f"{amount.quantity.normalize():f}"
        self.draft.add_note(f"{number}: {words.without_decoration(rest)}" if rest else self._shown(piece))
        self.at = end

    # ---- words

    def _words(self, piece: Token) -> None:
        skip = words.without_leading_fillers(self._folded(piece))
        if skip:
            piece = Token(piece.kind, piece.start + skip, piece.end, Gap.SPACE)
        before, following = self._before(), self._following()
        glued = before is not None and piece.gap == Gap.NONE
        if piece.start == piece.end:
            self._loosen_following()
        elif glued and before is not None and before.kind == Kind.DATE:
            self._note(piece)  # 8点取
        elif following is not None and following.gap == Gap.NONE and following.kind == Kind.PRODUCT:
            self.prefix = self._shown(piece)
        elif glued and before is not None and before.kind == Kind.PRODUCT and self.pairing.last is not None:
            self._suffix(piece, self.pairing.last)
        elif self._stands_for_product(piece, before, following):
            self._take_product(self._guessed(self._shown(piece)))
        else:
            self._note(piece, unknown=not words.is_wish(self._folded(piece)))

    def _suffix(self, piece: Token, item: Item) -> None:
        """苹果脆的 is 苹果 with a wish, 苹果醋 something else: the one offer whose name ends so, or it is asked."""
        text, folded = self._shown(piece), self._folded(piece)
        if words.is_wish(folded) or words.describes(folded):
            item.note = text
            item.flags += (Flag.FUZZY_PRODUCT,)
            self.draft.add_note(text)
        else:
            guessed = self._guessed(item.text + text)
            item.text, item.meaning = guessed.text, guessed.meaning
            item.flags += guessed.flags

    def _stands_for_product(self, piece: Token, before: Token | None, following: Token | None) -> bool:
        """Words beside an amount that has no product: 草莓2份, 2斤草莓."""
        has_free = self.pairing.free is not None
        behind_amount = has_free and piece.gap == Gap.NONE and before is not None and _is_amount(before)
        before_amount = following is not None and _is_amount(following) and following.gap != Gap.COMMA
        if words.is_wish(self._folded(piece)):
            return False
        if behind_amount:
            return True
        if before_amount and following is not None:
            return following.gap == Gap.NONE or not has_free
        return has_free and piece.gap == Gap.SPACE and self.catalogue.only is None

    def _loosen_following(self) -> None:
        """Words that only connect keep what stands around them apart."""
        if self.at < len(self.pieces) and self.pieces[self.at].gap == Gap.NONE:
            self.pieces[self.at].gap = Gap.SPACE

    def _note(self, piece: Token, *, unknown: bool = False) -> None:
        """Keeps words as a note. Unknown ones are remembered: they may be goods."""
        same_breath = piece.gap != Gap.COMMA and self.noted_at == self.at - 1 and not unknown
        self.draft.add_note(words.without_decoration(self._shown(piece)), same_breath=same_breath)
        if unknown:
            self.unknown_notes.append(len(self.draft.notes) - 1)
        else:
            self.noted_at = self.at

    def _place(self, piece: Token) -> None:
        """A place among the goods: the door if there is none yet, else something to look at. 10-1 may be a date."""
        if not self.draft.door and piece.kind == Kind.DOOR:
            self.draft.door = doors.normalise(self._shown(piece), self._folded(piece))
            if doors.may_be_date(self._folded(piece)):
                self.draft.flag(Flag.AMBIGUOUS)
        else:
            self._note(piece)
            self.draft.flag(Flag.CHECK)

    # ---- brackets

    def _bracket(self, piece: Token) -> None:
        tokens = scan(self.text.folded, self.catalogue, piece.start + 1, piece.end - 1)
        kinds = {token.kind for token in tokens}
        unbroken = sum(token.end - token.start for token in tokens) == piece.end - piece.start - 2
        if unbroken and kinds == {Kind.DOOR} and not self.draft.door:
            self._place(Token(Kind.DOOR, piece.start + 1, piece.end - 1, Gap.SPACE))
        elif self._bracket_has_goods(kinds, unbroken=unbroken):
            self.pieces[self.at : self.at] = tokens
        else:
            if Kind.DOOR in kinds or self._names_other_goods(tokens):
                self.draft.flag(Flag.CHECK)
            self._note_bracket(self.text.shown[piece.start + 1 : piece.end - 1].strip())

    def _bracket_has_goods(self, kinds: set[str], *, unbroken: bool) -> bool:
        """（1贡1桔） are the goods when no amounts stand outside; （10斤） explains those outside."""
        if self.amounts_outside_brackets or not kinds & {Kind.QUANTITY, Kind.NUMBER}:
            return False
        if unbroken and kinds <= {Kind.QUANTITY, Kind.NUMBER}:
            self.draft.flag(Flag.CHECK)
            return True
        return Kind.PRODUCT in kinds

    def _names_other_goods(self, tokens: Sequence[Token]) -> bool:
        """（或香蕉） behind 苹果2斤, or an amount of anything: not only a word on the goods before the bracket."""
        products = [self.text.folded[token.start : token.end] for token in tokens if token.kind == Kind.PRODUCT]
        if products and any(token.kind in _AMOUNTS for token in tokens):
            return True
        last = self.pairing.last
        return any(last is None or self.catalogue.meaning(product) != last.meaning for product in products)

    def _note_bracket(self, inside: str) -> None:
        self.draft.add_note(words.without_decoration(inside))
        if self.pairing.last is not None and not self.pairing.last.note:
            self.pairing.last.note = inside

    # ---- the end

    def _finish(self) -> None:
        self.pairing.finish()
        if self.prefix:
            self.draft.add_note(self.prefix)
        if self.unknown_notes:
            self._finish_unknown_words()

    def _finish_unknown_words(self) -> None:
        """Words that may be goods nobody knows: an item to ask about if there are no others, else a note to look at."""
        notes = self.draft.notes
        if any(words.ends_with_title(fold(notes[i])) for i in self.unknown_notes):
            self.draft.flag(Flag.AMBIGUOUS)
        if self.draft.items or self.catalogue.only is not None or self.draft.same_as is not None:
            self.draft.flag(Flag.CHECK)
            return
        text = " ".join(notes[i] for i in self.unknown_notes)
        unknown = set(self.unknown_notes)
        self.draft.notes = tuple(note for i, note in enumerate(notes) if i not in unknown)
        self.draft.items.append(self._guessed(text))

    # ---- looking around

    def _before(self) -> Token | None:
        return self.pieces[self.at - 2] if self.at > 1 else None

    def _following(self) -> Token | None:
        """The next piece, looking through brackets."""
        for piece in self.pieces[self.at : self.at + 3]:
            if piece.kind != Kind.BRACKET:
                return piece
        return None

    def _shown(self, piece: Token) -> str:
        return self.text.shown[piece.start : piece.end].strip()

    def _folded(self, piece: Token) -> str:
        return self.text.folded[piece.start : piece.end]


def _is_amount(piece: Token) -> bool:
    return piece.kind in _AMOUNTS


_READERS: dict[str, Callable[[Goods, Token], None]] = {
    Kind.PRODUCT: Goods._product,
    Kind.QUANTITY: Goods._amount,
    Kind.NUMBER: Goods._amount,
    Kind.RANGE: Goods._amount,
    Kind.PLUS: Goods._plus,
    Kind.EACH: Goods._each,
    Kind.SHARE: Goods._share,
    Kind.SPOT_QUANTITY: Goods._spot_quantity,
    Kind.SPEC: Goods._spec,
    Kind.WORD: Goods._words,
    Kind.LATIN: Goods._words,
    Kind.BRACKET: Goods._bracket,
    Kind.DOOR: Goods._place,
    Kind.SPOT: Goods._place,
    Kind.DATE: Goods._note,
    Kind.DASH: Goods._dash,
}
