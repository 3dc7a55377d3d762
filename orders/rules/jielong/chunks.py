"""Tokens in chunks: what is written without a space between. A bracket is a chunk by itself."""

from dataclasses import dataclass
from enum import Enum, auto

from orders.rules.jielong import words
from orders.rules.jielong.tokens import Kind, Token

WORDS = frozenset({Kind.WORD, Kind.LATIN})
AMOUNTS = frozenset({Kind.QUANTITY, Kind.NUMBER, Kind.PLUS, Kind.RANGE, Kind.SPOT_QUANTITY, Kind.SHARE})
_LONGEST_ROOM, _SHORTEST_ROOM = 5, 3


class Gap(Enum):
    """What stands before a chunk."""

    NONE = auto()
    SPACE = auto()
    COMMA = auto()


class Role(Enum):
    """What a chunk can be by its looks."""

    DOOR = auto()
    TEXT = auto()
    GOODS = auto()
    BRACKET = auto()
    ROOM_OR_NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Tokens without a space between, and what stood before them."""

    tokens: tuple[Token, ...]
    gap: Gap

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    def has(self, *kinds: Kind) -> bool:
        return any(token.kind in kinds for token in self.tokens)

    def has_amount(self) -> bool:
        return any(token.kind in AMOUNTS for token in self.tokens)

    def role(self, folded: str) -> Role:
        first = self.tokens[0]
        if first.kind is Kind.BRACKET:
            return Role.BRACKET
        if len(self.tokens) == 1 and first.kind in (Kind.DOOR, Kind.SPOT):
            return Role.DOOR
        if any(self._says_something(token, folded) for token in self.tokens):
            return Role.TEXT
        if len(self.tokens) == 1 and first.kind is Kind.NUMBER and self._may_be_room(folded[first.start : first.end]):
            return Role.ROOM_OR_NUMBER
        return Role.GOODS

    @staticmethod
    def _says_something(token: Token, folded: str) -> bool:
        if token.kind is Kind.WORD:
            return not words.is_filler(folded[token.start : token.end])
        return token.kind in (Kind.LATIN, Kind.LATIN_QUANTITY)

    @staticmethod
    def _may_be_room(written: str) -> bool:
        return written.isdigit() and _SHORTEST_ROOM <= len(written) <= _LONGEST_ROOM


def split(tokens: list[Token]) -> list[Chunk]:
    """Chunks in order."""
    chunks: list[Chunk] = []
    run: list[Token] = []
    gap = Gap.NONE

    def close(following: Gap) -> None:
        nonlocal run, gap
        if run:
            chunks.append(Chunk(tuple(run), gap))
            run, gap = [], Gap.NONE
        if following is Gap.COMMA or gap is Gap.NONE:
            gap = following

    for token in tokens:
        if token.kind is Kind.SPACE:
            close(Gap.SPACE)
        elif token.kind is Kind.STRONG:
            close(Gap.COMMA)
        elif token.kind is Kind.BRACKET:
            close(Gap.NONE)
            run = [token]
            close(Gap.NONE)
        else:
            run.append(token)
    close(Gap.NONE)
    return chunks
