"""Who and where: the name and the door at the beginning of an entry."""

import re
from itertools import chain

from orders.rules.jielong import doors, words
from orders.rules.jielong.chunks import Chunk, Role, chunk_at, has, has_amount, role_of
from orders.rules.jielong.draft import Draft
from orders.rules.jielong.flags import Flag
from orders.rules.jielong.text import Span
from orders.rules.jielong.tokens import Gap, Kind, Token

_ODD_START = re.compile(r"\s*([。!?.…~*#、]+)(?=\s|$)")
_FORMULA = re.compile(r"\s*(?P<name>[=+-]+[^\W\d_][^\s\d(),;。、:|/+*~-]{0,30}(?:\([^()\s]{0,60}\))?)(?=[\s,]|$)")
_SIGN = re.compile(r"\s*(?P<sign>[=+-]+)(?=[^\W\d_])")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]")
_GOODS = frozenset(
    {
        Kind.PRODUCT,
        Kind.QUANTITY,
        Kind.PLUS,
        Kind.EACH,
        Kind.NUMBER,
        Kind.RANGE,
        Kind.SPOT_QUANTITY,
        Kind.SHARE,
        Kind.DASH,
    }
)
_PLACES = frozenset({Kind.DOOR, Kind.SPOT})


class Head:
    """Reads name and door into a draft, chunk by chunk.

    `at` is the token behind the chunk being read, `rest` are the chunks before it that are left for the goods.
    """

    def __init__(self, text: Span, tokens: list[Token], draft: Draft, places: frozenset[str]) -> None:
        self.text = text
        self.tokens = tokens
        self.draft = draft
        self.places = places
        self.rest: list[Chunk] = []
        self.at = 0

    def read(self) -> list[Token]:
        """Fills name and door; answers the tokens that are about goods and wishes."""
        self._read_chunks()
        left = self.tokens[self.at :]
        return [*chain.from_iterable(self.rest), *left] if self.rest else left

    def _read_chunks(self) -> None:
        chunk: Chunk = ()
        while self.at < len(self.tokens) and self.draft.name is None:
            chunk = self._take_chunk()
            self._read_before_name(chunk)
        if self.draft.name is None:
            self._name_of_last_resort()
        else:
            self._read_after_name(chunk)

    def _take_chunk(self) -> Chunk:
        chunk = chunk_at(self.tokens, self.at)
        self.at += len(chunk)
        return chunk

    def _read_before_name(self, chunk: Chunk) -> None:
        role = role_of(chunk, self.text.folded)
        if role == Role.DOOR and not self.draft.door:
            self._take_door(chunk[0])
        elif role == Role.ROOM_OR_NUMBER and not self.draft.door and not self.rest:
            self._take_room(chunk)
        elif role == Role.TEXT and self._is_place_before_name(chunk):
            self.draft.door = self._shown(chunk)
        elif role == Role.TEXT and self._may_be_name(chunk):
            self._read_name(chunk)
        else:
            self.rest.append(chunk)

    def _is_place_before_name(self, chunk: Chunk) -> bool:
        """云谷 小红 2份: an estate's name, and words behind it that can be a name."""
        if self.draft.door or self.at == len(self.tokens) or not self._is_place_word(chunk):
            return False
        return role_of(chunk_at(self.tokens, self.at), self.text.folded) == Role.TEXT

    def _may_be_name(self, chunk: Chunk) -> bool:
        """After goods only plain words are a name, and not those that wish for something."""
        if not self.rest:
            return True
        if any(token.kind in _GOODS for token in chunk):
            return False
        if words.is_wish(self._folded(chunk)):
            return False
        if any(has(before, Kind.PRODUCT, Kind.QUANTITY, Kind.NUMBER) for before in self.rest):
            self.draft.flag(Flag.CHECK)
        return True

    # ---- the chunk with the name

    def _read_name(self, chunk: Chunk) -> None:
        tokens = list(chunk)
        if len(tokens) == 1:
            self._take_name(tokens)
            return
        if tokens[0].kind in _PLACES and not self.draft.door:
            self._take_door(tokens.pop(0))
        if tokens and tokens[0].kind == Kind.DASH:
            tokens.pop(0)
        at = next((i for i, token in enumerate(tokens) if token.kind in _PLACES and i), None)
        if at is not None and not any(token.kind in _GOODS - {Kind.DASH} for token in tokens[:at]):
            self._take_glued_door(tokens, at)
            return
        goods = next((i for i, token in enumerate(tokens) if token.kind in _GOODS), None)
        if goods is None:
            self._take_name(tokens)
        elif goods == 0:
            self._read_goods_then_words(tokens, chunk)
        else:
            self._read_words_then_goods(tokens, goods, chunk)

    def _take_glued_door(self, tokens: list[Token], at: int) -> None:
        """阿芳5#602各两斤: the name ends where the place begins."""
        if tokens[at].kind == Kind.SPOT:
            self.draft.flag(Flag.CHECK)
        if not self.draft.door:
            self._take_door(tokens[at])
        self._take_name(tokens[:at])
        self._leave(tokens[at + 1 :])

    def _read_goods_then_words(self, tokens: list[Token], chunk: Chunk) -> None:
        """苹果妈妈 is a name, 2斤苹果要甜的 is not; 苹果干 or 三斤妈妈 may be one."""
        amounts = [token for token in tokens if token.kind in (Kind.QUANTITY, Kind.PLUS, Kind.RANGE)]
        in_digits = any(self.text.folded[token.start].isascii() for token in amounts)
        if in_digits or (amounts and has(chunk, Kind.PRODUCT)):
            self._leave(tokens, gap=chunk[0].gap)
            return
        self._take_name(tokens)
        if amounts or not words.ends_with_title(self._folded(chunk)):
            self.draft.flag(Flag.AMBIGUOUS)

    def _read_words_then_goods(self, tokens: list[Token], goods: int, chunk: Chunk) -> None:
        head, tail = tokens[:goods], tokens[goods:]
        dashed = tail[0].kind == Kind.DASH
        if dashed and len(tail) > 1 and tail[1].kind not in _GOODS:  # 王-小明
            self._take_name(tokens)
            return
        kinds = {token.kind for token in tail}
        if kinds == {Kind.NUMBER} or kinds == {Kind.NUMBER, Kind.DASH}:
            self._split_or_keep(
                head, tail, tokens, keep=self._goods_follow(amount=True) or self._goods_follow(product=True)
            )
        elif kinds & {Kind.QUANTITY} and Kind.PRODUCT not in kinds:
            self._read_name_with_quantity(head, tail, tokens)
        elif kinds == {Kind.PRODUCT} or (
            Kind.PRODUCT in kinds and not kinds & {Kind.QUANTITY, Kind.NUMBER, Kind.PLUS, Kind.EACH}
        ):
            self._read_name_with_product(head, tail, tokens)
        elif kinds <= {Kind.DASH}:
            self._take_name(head)
        else:
            self._split(head, tail, sure=dashed or Kind.PRODUCT not in kinds)

    def _read_name_with_quantity(self, head: list[Token], tail: list[Token], tokens: list[Token]) -> None:
        """小明2份; but 小三斤 may be somebody's name, and so may 三个娃他妈."""
        quantity = next(token for token in tail if token.kind == Kind.QUANTITY)
        in_digits = self.text.folded[quantity.start].isascii()
        last = tail[-1] is quantity
        more = self._goods_follow(amount=True)
        if in_digits and not more:
            words_after = self.text.folded[quantity.end : tail[-1].end]
            self._split(head, tail, sure=tail[0] is quantity and (last or words.is_wish(words_after)))
        else:
            self._split_or_keep(head, tail, tokens, keep=more or not last)

    def _read_name_with_product(self, head: list[Token], tail: list[Token], tokens: list[Token]) -> None:
        """张三苹果 or 爱苹果: a product in the name without a number."""
        if tail[-1].kind != Kind.PRODUCT:
            self._take_name(tokens)
        elif tail[0].kind == Kind.DASH or not self._goods_follow(product=True):
            self._split(head, tail, sure=tail[0].kind == Kind.DASH)
        else:
            self._take_name(tokens)
            self.draft.flag(Flag.AMBIGUOUS)

    def _goods_follow(self, *, amount: bool = False, product: bool = False) -> bool:
        """Whether later chunks have a quantity (or a product)."""
        later = self.tokens[self.at :]
        return (amount and has_amount(later)) or (product and has(later, Kind.PRODUCT))

    def _split_or_keep(self, head: list[Token], tail: list[Token], tokens: list[Token], *, keep: bool) -> None:
        """小明2: with other goods it is all a name; without, a name and a number. 小三斤 is asked about either way."""
        if keep:
            self._take_name(tokens)
            if any(token.kind == Kind.QUANTITY for token in tail):
                self.draft.flag(Flag.AMBIGUOUS)
        else:
            self._split(head, tail, sure=False)

    def _split(self, head: list[Token], tail: list[Token], *, sure: bool) -> None:
        """The name ends where the goods begin; unsure unless a title or a verb (王姐苹果2斤, 李四要2份) says so."""
        folded = self.text.folded[head[0].start : head[-1].end]
        end = words.without_trailing_fillers(folded)
        if tail[0].kind == Kind.DASH:
            if not (len(tail) > 1 and tail[1].kind == Kind.PRODUCT):
                sure = False
            tail = tail[1:]
        clear = end > 1 and (end < len(folded) or words.ends_with_title(folded[:end]))
        refused = end < len(folded) and folded[:end].endswith(("不", "别"))  # 王姐不要苹果2斤
        if end and (refused or not (sure or clear)):
            self.draft.flag(Flag.AMBIGUOUS)
        if end:
            self._set_name(head[0].start, head[0].start + end)
        self._leave(tail)

    def _take_name(self, tokens: list[Token]) -> None:
        if tokens:
            self._set_name(tokens[0].start, tokens[-1].end)

    def _set_name(self, start: int, end: int) -> None:
        """The name, without a dash or colon at its end, and without 代/帮 before it."""
        folded = self.text.folded[start:end].rstrip("-~: ")
        behalf = words.on_behalf_of(folded)
        if behalf:
            self.draft.on_behalf = True
            if not words.ends_with_title(folded[behalf[0] : behalf[1]]):
                self.draft.flag(Flag.AMBIGUOUS)  # 代 is a family name, 帮主 a nickname
            start, folded = start + behalf[0], folded[behalf[0] : behalf[1]]
        name = self.text.shown[start : start + len(folded)].strip()
        if name:
            self.draft.name = name

    def _leave(self, tokens: list[Token], *, gap: int = Gap.SPACE) -> None:
        """Leaves what stood behind the name or the door for the goods, as a chunk of its own."""
        if tokens:
            tokens[0].gap = gap
            self.rest.append(tokens)

    # ---- what follows the name

    def _read_after_name(self, last: Chunk) -> None:
        """More of the name, then the door. `last` is the chunk read last."""
        more_name = bool(last) and not (self.rest and self.rest[-1][-1].end > last[0].start)
        while self.at < len(self.tokens):
            chunk = self._take_chunk()
            role = role_of(chunk, self.text.folded)
            more_name = more_name and role == Role.TEXT and self._belongs_to_name(chunk)
            if more_name:
                self._extend_name(chunk)
            elif role == Role.DOOR and self._adds_to_door(chunk):
                self._take_door(chunk[0])
            elif role == Role.ROOM_OR_NUMBER and self._may_take_room(behind=last):
                self._take_room(chunk)
            elif not self.draft.door and role == Role.TEXT and self._is_place_word(chunk):
                self.draft.door = self._shown(chunk)
            else:
                self.at -= len(chunk)
                return
            last = chunk

    def _extend_name(self, chunk: Chunk) -> None:
        first, self.draft.name = self.draft.name, None
        self._read_name(chunk)
        self.draft.name = f"{first} {self.draft.name or ''}".strip()

    def _belongs_to_name(self, chunk: Chunk) -> bool:
        """🍀 杨小茜, Mary Wang, 小陈 🌸: names with a space inside."""
        if self.draft.door or chunk[0].gap != Gap.SPACE:
            return False
        name, folded = self.draft.name or "", self._folded(chunk)
        if any(token.kind in _GOODS for token in chunk) or words.is_wish(folded) or self._is_place_word(chunk):
            return False
        if not _LETTERS.search(folded):
            return True
        letters = "".join(_LETTERS.findall(name))
        if _HAN.search(name):
            return False
        if len(letters) <= 1 or not _HAN.search(folded):
            return True
        if has(chunk, Kind.DOOR):
            return True
        return self.at < len(self.tokens) and role_of(chunk_at(self.tokens, self.at), self.text.folded) == Role.DOOR

    def _adds_to_door(self, chunk: Chunk) -> bool:
        """A first place, or a building after an area: H区 3-201."""
        if not self.draft.door:
            return True
        written = self._folded(chunk)
        return chunk[0].kind == Kind.DOOR and not any(map(str.isdigit, self.draft.door)) and written[0].isdigit()

    def _is_place_word(self, chunk: Chunk) -> bool:
        folded = self._folded(chunk)
        return folded in self.places or (len(chunk) == 1 and doors.is_named_place(folded))

    def _may_take_room(self, *, behind: Chunk) -> bool:
        """A bare 1701 right after the name or a building is a room rather than a quantity; it is asked about."""
        return not has(behind, Kind.PRODUCT) and "-" not in self.draft.door and not self.rest

    def _take_room(self, chunk: Chunk) -> None:
        room = self._shown(chunk)
        self.draft.flag(Flag.AMBIGUOUS)
        joined = f"{self.draft.door} {room}" if self.draft.door else room
        self.draft.door_readings = (joined,)
        self.draft.door = joined

    def _take_door(self, token: Token) -> None:
        place = doors.normalise(self.text.shown[token.start : token.end], self.text.folded[token.start : token.end])
        self.draft.door += place

    def _name_of_last_resort(self) -> None:
        """An entry of one number (66) or of a product before other goods (苹果 香蕉2斤) may be a nickname."""
        if not self.rest:
            return
        first = self.rest[0]
        alone = len(first) == len(self.tokens)
        number_alone = alone and {token.kind for token in first} == {Kind.NUMBER}
        product_first = {token.kind for token in first} == {Kind.PRODUCT} and (
            any(has(chunk, Kind.PRODUCT) and has_amount(chunk) for chunk in self.rest[1:])
            or self._folded(first).isascii()
        )
        if number_alone or product_first:
            self.rest.pop(0)
            self._take_name(list(first))
            self.draft.flag(Flag.AMBIGUOUS if product_first else Flag.ODD_NAME)

    def _shown(self, chunk: Chunk) -> str:
        return self.text.shown[chunk[0].start : chunk[-1].end]

    def _folded(self, chunk: Chunk) -> str:
        return self.text.folded[chunk[0].start : chunk[-1].end]


def formula_start(folded: str) -> tuple[int, int]:
    """Where a name that begins with a sign stands (=SUM(A1), +王姐, -老王); (0, 0) if the entry begins otherwise."""
    found = _FORMULA.match(folded)
    return found.span("name") if found else (0, 0)


def with_sign(text: Span, name: str) -> str:
    """The name with the sign the entry begins with, if it stands right behind that: -老王苹果2斤."""
    found = _SIGN.match(text.folded)
    if found is None or not text.shown.startswith(name, found.end()):
        return name
    return text.shown[found.start("sign") : found.end()] + name


def odd_start(folded: str) -> int:
    """Where the entry goes on after a name of punctuation (`。 云谷`); 0 if it does not begin so."""
    found = _ODD_START.match(folded)
    return found.end() if found else 0
