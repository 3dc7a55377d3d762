"""Tokens in chunks: what is written without a gap between. A bracket is a chunk by itself."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from orders.rules.jielong import words
from orders.rules.jielong.tokens import Kind, Token

Chunk: TypeAlias = Sequence[Token]
"""Never empty. Its gap is that of its first token; between the others there is none."""

WORDS = frozenset({Kind.WORD, Kind.LATIN})
AMOUNTS = frozenset({Kind.QUANTITY, Kind.NUMBER, Kind.PLUS, Kind.RANGE, Kind.SPOT_QUANTITY, Kind.SHARE})
_LONGEST_ROOM, _SHORTEST_ROOM = 5, 3


class Role:
    """What a chunk can be by its looks."""

    DOOR: Final = "door"
    TEXT: Final = "text"
    GOODS: Final = "goods"
    BRACKET: Final = "bracket"
    ROOM_OR_NUMBER: Final = "room or number"


_ROLES = {Kind.BRACKET: Role.BRACKET, Kind.DOOR: Role.DOOR, Kind.SPOT: Role.DOOR}


def chunk_at(tokens: Sequence[Token], start: int) -> Chunk:
    """The chunk that begins with this token."""
    end = start + 1
    if tokens[start].kind != Kind.BRACKET:
        while end < len(tokens) and not tokens[end].gap and tokens[end].kind != Kind.BRACKET:
            end += 1
    return tokens[start:end]


def has(chunk: Chunk, *kinds: str) -> bool:
    return any(token.kind in kinds for token in chunk)


def has_amount(chunk: Chunk) -> bool:
    return any(token.kind in AMOUNTS for token in chunk)


def role_of(chunk: Chunk, folded: str) -> str:
    """What a chunk of a folded text can be by its looks."""
    if len(chunk) == 1:
        return _role_alone(chunk[0], folded)
    for token in chunk:
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
