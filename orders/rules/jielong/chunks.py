"""Tokens in chunks: what is written without a space between. A bracket is a chunk by itself."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from orders.rules.jielong import words
from orders.rules.jielong.tokens import Kind, Token

WORDS = frozenset({Kind.WORD, Kind.LATIN})
AMOUNTS = frozenset({Kind.QUANTITY, Kind.NUMBER, Kind.PLUS, Kind.RANGE, Kind.SPOT_QUANTITY, Kind.SHARE})
_LONGEST_ROOM, _SHORTEST_ROOM = 5, 3


class Gap:
    """What stands before a chunk."""

    NONE: Final = "none"
    SPACE: Final = "space"
    COMMA: Final = "comma"


_GAPS = {Kind.SPACE: Gap.SPACE, Kind.STRONG: Gap.COMMA}


class Role:
    """What a chunk can be by its looks."""

    DOOR: Final = "door"
    TEXT: Final = "text"
    GOODS: Final = "goods"
    BRACKET: Final = "bracket"
    ROOM_OR_NUMBER: Final = "room or number"


_ROLES = {Kind.BRACKET: Role.BRACKET, Kind.DOOR: Role.DOOR, Kind.SPOT: Role.DOOR}


class Chunk(NamedTuple):
    """Tokens without a space between, and what stood before them."""

    tokens: Sequence[Token]
    gap: str
    start: int
    end: int

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)

    def has_amount(self) -> bool:
        return any(token.kind in AMOUNTS for token in self.tokens)


def chunk_of(tokens: Sequence[Token], gap: str) -> Chunk:
    """A chunk of these tokens."""
    return Chunk(tokens, gap, tokens[0].start, tokens[-1].end)


def role_of(chunk: Chunk, folded: str) -> str:
    """What a chunk of a folded text can be by its looks."""
    if len(chunk.tokens) == 1:
        return _role_alone(chunk.tokens[0], folded)
    for token in chunk.tokens:
        if token.kind in WORDS and _says_something(token, folded):
            return Role.TEXT
    return Role.GOODS


def _role_alone(token: Token, folded: str) -> str:
    if token.kind in WORDS:
        return Role.TEXT if _says_something(token, folded) else Role.GOODS
    if token.kind == Kind.NUMBER and _may_be_room(folded[token.start : token.end]):
        return Role.ROOM_OR_NUMBER
    return _ROLES.get(token.kind, Role.GOODS)


def _says_something(token: Token, folded: str) -> bool:
    return token.kind == Kind.LATIN or not words.is_filler(folded[token.start : token.end])


def _may_be_room(written: str) -> bool:
    return written.isdigit() and _SHORTEST_ROOM <= len(written) <= _LONGEST_ROOM


def split(tokens: Sequence[Token]) -> list[Chunk]:
    """Chunks in order."""
    chunks: list[Chunk] = []
    run: list[Token] = []
    gap: str = Gap.NONE
    for token in tokens:
        between = _GAPS.get(token.kind)
        if between is None and token.kind != Kind.BRACKET:
            run.append(token)
            continue
        if run:
            chunks.append(chunk_of(run, gap))
            run, gap = [], Gap.NONE
        if token.kind == Kind.BRACKET:
            chunks.append(chunk_of([token], gap))
            gap = Gap.NONE
        elif between == Gap.COMMA or gap == Gap.NONE:
            gap = between or Gap.NONE
    if run:
        chunks.append(chunk_of(run, gap))
    return chunks
