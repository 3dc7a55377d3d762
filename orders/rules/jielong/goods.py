"""What is ordered: products and quantities paired, and the words around them kept as notes or asked about."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from orders.rules.jielong import doors, words
from orders.rules.jielong.amounts import read_amount
from orders.rules.jielong.catalogue import Catalogue, Meaning
from orders.rules.jielong.chunks import WORDS, Chunk, Gap, split
from orders.rules.jielong.draft import Amount, Draft, Item
from orders.rules.jielong.flags import Flag
from orders.rules.jielong.given import PlusOne
from orders.rules.jielong.text import Span, fold
from orders.rules.jielong.tokens import Kind, Token, scan

_AMOUNTS = frozenset({Kind.QUANTITY, Kind.NUMBER, Kind.RANGE})
_ROOM_FROM = 100
_SHARE_WORDS = "其中另外剩下余的"


class Piece(NamedTuple):
    """A token in its place among the goods, with what stands before it."""

    kind: str
    start: int
    end: int
    gap: str


class Goods:
    """Reads chunks into the items and notes of a draft.

    `waiting` are products without an amount yet, `free` an amount without a product yet: 苹果2斤 and 2斤苹果 both pair,
    and what stays over is never guessed.
    """

    def __init__(self, text: Span, catalogue: Catalogue, plus_one: PlusOne, draft: Draft) -> None:
        self.text = text
        self.catalogue = catalogue
        self.plus_one = plus_one
        self.draft = draft
        self.pieces: list[Piece] = []
        self.at = 0
        self.waiting: list[Item] = []
        self.free: Amount | None = None
        self.loose: list[Amount] = []
        self.unknown_notes: list[int] = []
        self.noted_at = -1
        self.each: list[Item] | None = None
        self.prefix = ""
        self.last: Item | None = None
        self.outside_amounts = False

    def read(self, chunks: Sequence[Chunk]) -> None:
        """Fills items and notes. Afterwards every amount is with a product, or in an item without one."""
        chunks = chunks[self._read_plain(chunks) :]
        if not chunks and self.last is not None:
            return
        self.pieces = _pieces(chunks)
        amounts = (piece.kind in _AMOUNTS or piece.kind == Kind.PLUS for piece in self.pieces)
        self.outside_amounts = self.last is not None or any(amounts)
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            self.at += 1
            self._read(piece)
        self._finish()

    def _read_plain(self, chunks: Sequence[Chunk]) -> int:
        """The usual beginning, quickly: chunks of one product and one quantity, 苹果2斤 or 2斤苹果. Says how many."""
        folded = self.text.folded
        for count, chunk in enumerate(chunks):
            if len(chunk.tokens) != 2 or chunk.gap == Gap.NONE:
                return count
            first, second = chunk.tokens
            product, quantity = (first, second) if first.kind == Kind.PRODUCT else (second, first)
            if product.kind != Kind.PRODUCT or quantity.kind != Kind.QUANTITY:
                return count
            meaning = self.catalogue.meaning(folded[product.start : product.end])
            amount = read_amount(folded[quantity.start : quantity.end])
            self.last = Item(self.text.shown[product.start : product.end], meaning, amount)
            self.draft.items.append(self.last)
        return len(chunks)

    def _read(self, piece: Piece) -> None:
        read = _READERS.get(piece.kind)
        if read is not None:
            read(self, piece)

    # ---- products

    def _product(self, piece: Piece) -> None:
        item = Item(text=self._shown(piece), meaning=self.catalogue.meaning(self._folded(piece)))
        if self.prefix:
            item.text, item.note = self.prefix + item.text, self.prefix
            item.flags.append(Flag.FUZZY_PRODUCT)
            self.draft.add_note(self.prefix)
            self.prefix = ""
        self._place_item(item)

    def _place_item(self, item: Item) -> None:
        self.draft.items.append(item)
        self.last = item
        own_amount = self._own_amount_follows()
        if self.each is not None:
            item.amount = self.free
            self.each.append(item)
            if own_amount and self.free is not None:
                self.draft.flag(Flag.AMBIGUOUS)
        elif self.free is None or own_amount:
            self._give_up_free()
            self.waiting.append(item)
        else:
            item.amount, self.free = self.free, None

    def _own_amount_follows(self) -> bool:
        """Whether the next amount is glued to this product and not, as in 1贡1桔, to the next one as well."""
        following = self._following()
        if following is None or following.gap != Gap.NONE or not self._is_amount(following):
            return False
        after = self.pieces[self.at + 1] if self.at + 1 < len(self.pieces) else None
        return not (after is not None and after.kind == Kind.PRODUCT and after.gap == Gap.NONE)

    def _unknown_product(self, piece: Piece) -> None:
        """Words where a product should be."""
        self._place_item(self._guessed(self._shown(piece)))

    def _guessed(self, text: str) -> Item:
        """An item for a word no offer is known by. The one offer whose name ends so is proposed; else it is asked about."""
        near = self.catalogue.close_to(fold(text))
        if near is None:
            return Item(text=text, meaning=None)
        return Item(text=text, meaning=Meaning((near,)), flags=[Flag.FUZZY_PRODUCT])

    def _spec(self, piece: Piece) -> None:
        """A size the offer's name does not have: 苹果10斤装."""
        if self.last is not None and piece.gap == Gap.NONE and self.last in self.waiting:
            self.last.text += self._shown(piece)
            self.last.flags.append(Flag.FUZZY_PRODUCT)
        else:
            self._note(piece)
            self.draft.flag(Flag.CHECK)

    # ---- amounts

    def _amount(self, piece: Piece) -> None:
        amount = read_amount(self._folded(piece), is_range=piece.kind == Kind.RANGE)
        if piece.kind == Kind.NUMBER and self._is_lone_room(piece, amount):
            self._room(piece)
            return
        self._take_amount(amount, piece)

    def _take_amount(self, amount: Amount, piece: Piece) -> None:
        following = self._following()
        glued_to_next = following is not None and following.kind == Kind.PRODUCT and following.gap == Gap.NONE
        if self.each is not None:
            self._take_each(amount)
        elif self.waiting and not (glued_to_next and piece.gap != Gap.NONE):
            if piece.gap == Gap.COMMA:
                self.draft.flag(Flag.AMBIGUOUS)
            self.waiting.pop().amount = amount
            self._doubt_waiting_in_same_breath()
        else:
            self._give_up_free()
            self.free = amount

    def _doubt_waiting_in_same_breath(self) -> None:
        """苹果香蕉2斤: the earlier product gets one, which its flag says; the row is asked about."""
        if self.waiting:
            self.draft.flag(Flag.AMBIGUOUS)

    def _give_up_free(self) -> None:
        if self.free is not None:
            self.loose.append(self.free)
        self.free = None

    def _is_lone_room(self, piece: Piece, amount: Amount) -> bool:
        """A bare number from 100 on that stands alone may be a room."""
        alone = piece.gap != Gap.NONE and not self.waiting and self.free is None
        return alone and amount.quantity is not None and amount.quantity >= _ROOM_FROM

    def _room(self, piece: Piece) -> None:
        written = self._shown(piece)
        self.draft.flag(Flag.AMBIGUOUS)
        self.draft.door_readings += (written,)
        self.draft.door = self.draft.door or written

    def _each(self, piece: Piece) -> None:
        """各: what waits for an amount gets the next one; if nothing waits, the products that follow or all offers."""
        self.draft.flag(Flag.EACH)
        self.each = list(self.waiting)
        self.waiting = []

    def _take_each(self, amount: Amount) -> None:
        if not self.each:
            self._give_up_free()
            self.free = amount
            return
        if any(item.amount for item in self.each):
            self.draft.flag(Flag.AMBIGUOUS)
        for item in self.each:
            item.amount = item.amount or amount
        self.each = None

    def _dash(self, piece: Piece) -> None:
        """A minus before a quantity: nobody orders less than nothing, so it is asked about."""
        following = self._following()
        if following is not None and following.gap == Gap.NONE and self._is_amount(following):
            self.at += 1
            self._take_amount(Amount(None, flags=(Flag.NEGATIVE,)), following)

    def _plus(self, piece: Piece) -> None:
        amount = read_amount(self._folded(piece).lstrip("+ "))
        following = self._following()
        glued_to_product = piece.gap == Gap.NONE and self.last is not None and self.last in self.waiting
        if self.plus_one is PlusOne.ITEM and not glued_to_product and not amount.unit:
            self._item_number(amount)
        elif glued_to_product or (following is not None and following.kind == Kind.PRODUCT):
            self._take_amount(amount, piece)
        else:
            self._bare_plus(amount)

    def _item_number(self, amount: Amount) -> None:
        number = int(amount.quantity) if amount.quantity is not None else 0
        offer = self.catalogue.numbered(number)
        following = self._following()
        if following is not None and self._is_amount(following) and following.kind != Kind.PLUS:
            self.draft.by_item_number = True
        item = Item(text=f"+{number}", meaning=None if offer is None else Meaning((offer,)), implied_one=True)
        self._place_item(item)

    def _bare_plus(self, amount: Amount) -> None:
        if self.plus_one is PlusOne.GUEST and amount.quantity is not None:
            amount = replace(amount, quantity=amount.quantity + 1)
        if self.draft.items or self.loose or self.free:
            self.draft.flag(Flag.PLUS_ONE, Flag.AMBIGUOUS)
        else:
            self.draft.only_plus = True
        self._take_amount(amount, Piece(Kind.PLUS, 0, 0, Gap.SPACE))

    def _spot_quantity(self, piece: Piece) -> None:
        """E1份: place E and 1份, or place E1. Both readings are kept."""
        letter = self.text.shown[piece.start].upper()
        amount = read_amount(self._folded(piece)[1:])
        digits = "".join(filter(str.isdigit, self._folded(piece)))
        self.draft.flag(Flag.AMBIGUOUS)
        self.draft.door_readings = (letter, letter + digits)
        self.draft.door = self.draft.door or f"{letter}?"
        self._take_amount(amount, piece)

    # ---- words

    def _words(self, piece: Piece) -> None:
        skip = words.without_leading_fillers(self._folded(piece))
        piece = Piece(piece.kind, piece.start + skip, piece.end, Gap.SPACE if skip else piece.gap)
        folded = self._folded(piece)
        following = self._following()
        if not folded:
            self._loosen_following()
        elif following is not None and following.gap == Gap.NONE and following.kind == Kind.PRODUCT:
            self.prefix = self._shown(piece)
        elif piece.gap == Gap.NONE and self.last is not None and self._stands_behind_product(piece):
            self._suffix(piece, self.last)
        elif self._stands_for_product(piece, following):
            self._unknown_product(piece)
        else:
            self._note(piece, unknown=not words.is_wish(folded))

    def _stands_behind_product(self, piece: Piece) -> bool:
        return self.pieces[self.at - 2].kind == Kind.PRODUCT and self.pieces[self.at - 2].end == piece.start

    def _suffix(self, piece: Piece, item: Item) -> None:
        """苹果脆的 is 苹果 with a wish, 苹果醋 is something else."""
        text = self._shown(piece)
        if words.is_wish(self._folded(piece)) or words.describes(self._folded(piece)):
            item.note = text
            item.flags.append(Flag.FUZZY_PRODUCT)
            self.draft.add_note(text)
        else:
            item.text += text
            item.meaning = None

    def _stands_for_product(self, piece: Piece, following: Piece | None) -> bool:
        """Words beside an amount that has no product: 草莓2份, 2斤草莓."""
        wish = words.is_wish(self._folded(piece))
        amount_follows = following is not None and self._is_amount(following) and following.gap != Gap.COMMA
        glued_behind_free = self.free is not None and piece.gap == Gap.NONE
        if wish or (self.catalogue.only is not None and not amount_follows and not glued_behind_free):
            return False
        if glued_behind_free:
            return True
        if amount_follows and following is not None:
            return following.gap == Gap.NONE or self.free is None
        return self.free is not None and piece.gap == Gap.SPACE

    def _loosen_following(self) -> None:
        """Words that only connect keep what stands around them apart."""
        following = self._following()
        if following is not None and following.gap == Gap.NONE and following is self.pieces[self.at]:
            self.pieces[self.at] = following._replace(gap=Gap.SPACE)

    def _note(self, piece: Piece, *, unknown: bool = False) -> None:
        """Keeps words as a note. Unknown ones are remembered: they may be goods."""
        same_breath = piece.gap != Gap.COMMA and self.noted_at == self.at - 1 and not unknown
        self.draft.add_note(words.without_decoration(self._shown(piece)), same_breath=same_breath)
        if unknown:
            self.unknown_notes.append(len(self.draft.notes) - 1)
        else:
            self.noted_at = self.at

    def _share(self, piece: Piece) -> None:
        """其中1份少饭: a part of the quantity, never more of it."""
        end = self.at
        while end < len(self.pieces) and self.pieces[end].gap != Gap.COMMA:
            end += 1
        inside = self.pieces[self.at : end]
        written = self._folded(piece)
        if any(part.kind == Kind.PRODUCT for part in inside) and self.catalogue.only is None:
            self._share_of_product(piece, written)
            return
        amount = read_amount(written.lstrip(_SHARE_WORDS))
        rest = self.text.shown[piece.end : inside[-1].end] if inside else ""
        number = "" if amount.quantity is None else f"{amount.quantity.normalize():f}"
        self.draft.add_note(f"{number}: {words.without_decoration(rest)}" if rest else self._shown(piece))
        self.at = end

    def _share_of_product(self, piece: Piece, written: str) -> None:
        """另2斤香蕉 is more; 其中2斤青苹果 is doubtful."""
        if not written.startswith("另"):
            self.draft.flag(Flag.AMBIGUOUS)
        self._take_amount(read_amount(written.lstrip(_SHARE_WORDS)), piece)

    def _place(self, piece: Piece) -> None:
        """A place among the goods: the door if there is none yet, else something to look at."""
        if not self.draft.door and piece.kind == Kind.DOOR:
            self.draft.door = doors.normalise(self._shown(piece), self._folded(piece))
        else:
            self._note(piece)
            self.draft.flag(Flag.CHECK)

    # ---- brackets

    def _bracket(self, piece: Piece) -> None:
        tokens = scan(self.text.folded, self.catalogue, piece.start + 1, piece.end - 1)
        kinds = {token.kind for token in tokens}
        inside = self.text.shown[piece.start + 1 : piece.end - 1]
        if kinds == {Kind.DOOR} and not self.draft.door:
            self._place(Piece(Kind.DOOR, piece.start + 1, piece.end - 1, Gap.SPACE))
        elif self._bracket_has_goods(kinds):
            self._read_inside(tokens)
        else:
            if Kind.PRODUCT in kinds and kinds & {Kind.QUANTITY, Kind.NUMBER}:
                self.draft.flag(Flag.CHECK)
            self._note_bracket(inside)

    def _bracket_has_goods(self, kinds: set[str]) -> bool:
        """（1贡1桔） are the goods when no amounts stand outside; （10斤） explains those outside."""
        if self.outside_amounts:
            return False
        if kinds <= {Kind.QUANTITY, Kind.NUMBER}:
            self.draft.flag(Flag.CHECK)
            return bool(kinds)
        return Kind.PRODUCT in kinds and bool(kinds & {Kind.QUANTITY, Kind.NUMBER})

    def _read_inside(self, tokens: list[Token]) -> None:
        self.pieces[self.at : self.at] = _pieces(split(tokens))

    def _note_bracket(self, inside: str) -> None:
        self.draft.add_note(words.without_decoration(inside))
        if self.last is not None and not self.last.note:
            self.last.note = inside.strip()

    # ---- the end

    def _finish(self) -> None:
        if self.each is not None:
            self._finish_each()
        self._give_up_free()
        if self.prefix:
            self.draft.add_note(self.prefix)
        self._finish_loose()
        if self.unknown_notes:
            self._finish_unknown_words()

    def _finish_each(self) -> None:
        """Nothing was named: every offer, and a look at it."""
        amount, self.free = self.free, None
        if not self.each:
            self.draft.flag(Flag.CHECK)
            offers = range(len(self.catalogue.offers))
            self.draft.items += [Item(text="", meaning=Meaning((i,)), amount=amount) for i in offers]

    def _finish_loose(self) -> None:
        """Amounts without a product mean the only offer, if there is one and nothing else was said."""
        if len(self.loose) > 1 or (self.loose and self.draft.items):
            self.draft.flag(Flag.AMBIGUOUS)
        only = self.catalogue.only
        alone = not self.draft.items
        for amount in self.loose:
            meaning = Meaning((only,)) if only is not None and alone else None
            self.draft.items.append(Item(text="", meaning=meaning, amount=amount))

    def _finish_unknown_words(self) -> None:
        """Words that may be goods nobody knows: an item to ask about if there are no others, else a note to look at."""
        if self.draft.items or self.catalogue.only is not None or self.draft.same_as is not None:
            self.draft.flag(Flag.CHECK)
            return
        notes = self.draft.notes
        text = " ".join(notes[i] for i in self.unknown_notes)
        self.draft.notes = [note for i, note in enumerate(notes) if i not in self.unknown_notes]
        self.draft.items.append(self._guessed(text))

    # ---- looking around

    def _following(self) -> Piece | None:
        """The next piece that is not a dash or a bracket."""
        for place in range(self.at, min(self.at + 3, len(self.pieces))):
            if self.pieces[place].kind != Kind.BRACKET:
                return self.pieces[place]
        return None

    def _is_amount(self, piece: Piece) -> bool:
        return piece.kind in _AMOUNTS or piece.kind == Kind.PLUS

    def _shown(self, piece: Piece) -> str:
        return self.text.shown[piece.start : piece.end].strip()

    def _folded(self, piece: Piece) -> str:
        return self.text.folded[piece.start : piece.end]


def _pieces(chunks: Sequence[Chunk]) -> list[Piece]:
    return [
        Piece(token.kind, token.start, token.end, chunk.gap if i == 0 else Gap.NONE)
        for chunk in chunks
        for i, token in enumerate(chunk.tokens)
    ]


_READERS: dict[str, Callable[[Goods, Piece], None]] = {
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
