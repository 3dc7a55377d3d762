"""Which order a row of a bill may have paid, and how sure that is. Worked: docs/algorithms/bill.md.

The amount and the time say which orders it can be, the payer and what was written with it say which one it is.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from orders.rules.bill.reading import Incoming
from orders.rules.jielong import doors
from orders.rules.jielong.text import same_name_key, span

WITHIN = timedelta(days=14)
"""So long after an order was taken in its money is looked for."""

DOOR = re.compile(f"{doors.NAMED}|{doors.BUILDING}|{doors.HYPHENED}|{doors.LETTERED}")


class Reason(StrEnum):
    """What speaks for an order, or against."""

    PAYER = "payer"
    WRITTEN = "written"
    DOOR = "door"
    SPELLED = "spelled"
    SAID_PAID = "said_paid"
    PACKET = "packet"
    OTHER_DOOR = "other_door"
    OTHER_ROW = "other_row"


NAMING = {Reason.PAYER, Reason.WRITTEN, Reason.DOOR}


class Confidence(StrEnum):
    """Certain is proposed, of the others somebody decides, and none has nothing to choose from."""

    CERTAIN = "certain"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Packet:
    """A red packet somebody noted for an order; money that came after `expires_at` is not it."""

    claim_id: int
    fen: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order with what is due of it in fen (0: it is only here for `by_hand`).

    `since` is when its member may have paid at the earliest: an order out of a chain is taken in after it was signed.
    `names` are folded: the member's and how they sign in chains. `by_hand` are amounts recorded as WeChat money
    without a transaction number: a row of the bill may be one of them.
    """

    order_id: int
    names: frozenset[str]
    pinyin: str
    door: str
    due_fen: int
    since: datetime
    placed_at: datetime
    said_paid: bool = False
    packets: tuple[Packet, ...] = ()
    by_hand: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order a row may have paid, with what speaks for it. `packet` is the noted red packet it would be."""

    order: OpenOrder
    reasons: tuple[Reason, ...]
    packet: Packet | None = None

    @property
    def strength(self) -> int:
        """How many of name and door say that it is this one; another door says that it is not."""
        if Reason.OTHER_DOOR in self.reasons:
            return 0
        return bool({Reason.PAYER, Reason.WRITTEN} & set(self.reasons)) + (Reason.DOOR in self.reasons)

    @property
    def contradicts(self) -> bool:
        """The row names the member and another door."""
        return Reason.OTHER_DOOR in self.reasons and bool(NAMING & set(self.reasons))


@dataclass(frozen=True, slots=True)
class Match:
    """A row beside the orders it may have paid, the likeliest first; `by_hand` may hold the money already."""

    row: Incoming
    confidence: Confidence
    candidates: tuple[Candidate, ...] = ()
    by_hand: tuple[OpenOrder, ...] = ()


def match_rows(rows: Sequence[Incoming], orders: Sequence[OpenOrder]) -> list[Match]:
    """Each row with its candidates. Certain is a row that names one order which no other row names."""
    by_amount = amounts_of(orders)
    found = [(row, *candidates_of(row, by_amount[row.fen])) for row in rows]
    choices = [choice_of(candidates) for _row, candidates, _by_hand in found]
    named = [named_of(candidates) for _row, candidates, _by_hand in found]
    how_often: dict[int, int] = defaultdict(int)
    for ids in named:
        for order_id in ids:
            how_often[order_id] += 1
    matches = [
        Match(row, confidence(candidates, by_hand, choice, how_often), tuple(candidates), by_hand)
        for (row, candidates, by_hand), choice in zip(found, choices, strict=True)
    ]
    certain = {one.candidates[0].order.order_id for one in matches if one.confidence == Confidence.CERTAIN}
    return [one if one.confidence == Confidence.CERTAIN else spoken_for_last(one, certain) for one in matches]


def spoken_for_last(match: Match, certain: Collection[int]) -> Match:
    """The match with the orders that are certain for other rows behind the others, and said to be so."""
    free = [one for one in match.candidates if one.order.order_id not in certain]
    taken = [
        replace(one, reasons=(*one.reasons, Reason.OTHER_ROW))
        for one in match.candidates
        if one.order.order_id in certain
    ]
    return replace(match, candidates=(*free, *taken))


def amounts_of(orders: Sequence[OpenOrder]) -> Mapping[int, list[OpenOrder]]:
    """The orders by every amount that would pay them, or may have."""
    by_amount: dict[int, list[OpenOrder]] = defaultdict(list)
    for order in orders:
        amounts = {order.due_fen, *order.by_hand, *(packet.fen for packet in order.packets)}
        for fen in amounts - {0}:
            by_amount[fen].append(order)
    return by_amount


def candidates_of(row: Incoming, orders: Sequence[OpenOrder]) -> tuple[list[Candidate], tuple[OpenOrder, ...]]:
    """What the row may have paid, the likeliest first, and named orders where its money may stand already."""
    words, places = row_words(row), row_doors(row)
    candidates: list[Candidate] = []
    by_hand: list[OpenOrder] = []
    for order in orders:
        if not order.since <= row.at <= order.placed_at + WITHIN:
            continue
        packet = packet_of(row, order)
        candidate = Candidate(order, tuple(reasons(words, places, order, packet)), packet)
        if row.fen in order.by_hand and candidate.strength:
            by_hand.append(order)
        if order.due_fen > 0 and (order.due_fen == row.fen or packet):
            candidates.append(candidate)
    candidates.sort(key=lambda one: (-one.strength, -len(one.reasons), abs(row.at - one.order.placed_at)))
    return candidates, tuple(by_hand)


def packet_of(row: Incoming, order: OpenOrder) -> Packet | None:
    if not row.red_packet:
        return None
    return next((one for one in order.packets if one.fen == row.fen and row.at <= one.expires_at), None)


@dataclass(frozen=True, slots=True)
class Words:
    """A row's payer and remark, folded; `payer_key` also without spaces."""

    payer: str
    payer_key: str
    written: str


def row_words(row: Incoming) -> Words:
    return Words(span(row.payer).folded, same_name_key(row.payer), span(row.text).folded)


def row_doors(row: Incoming) -> frozenset[str]:
    """The places that the payer's name or the remark speaks of, in the house's spelling."""
    return frozenset(place for text in (row.payer, row.text) for place in places_in(text))


def places_in(text: str) -> Iterator[str]:
    seen = span(text)
    for found in DOOR.finditer(seen.folded):
        part = seen.part(*found.span())
        yield doors.normalise(part.shown, part.folded)


def reasons(words: Words, places: frozenset[str], order: OpenOrder, packet: Packet | None) -> Iterator[Reason]:
    if any(words.payer_key == name or stands_in(name, words.payer) for name in order.names):
        yield Reason.PAYER
    elif words.payer_key and words.payer_key in order.pinyin.split():
        yield Reason.SPELLED
    if any(stands_in(name, words.written) for name in order.names):
        yield Reason.WRITTEN
    if order.door and order.door in places:
        yield Reason.DOOR
    elif places:
        yield Reason.OTHER_DOOR
    if order.said_paid:
        yield Reason.SAID_PAID
    if packet:
        yield Reason.PACKET


def stands_in(name: str, text: str) -> bool:
    """Whether the text has the name as a word of its own: 王芳 is in 3-1701王芳 and 王芳的菜, not in 王芳芳."""
    if len(name) < 2 or name not in text:
        return False
    more = r"\W_" if name[-1].isdigit() else r"\W\d_"  # 王芳1 is not in 王芳12
    return bool(re.search(rf"(?<![^\W\d_]){re.escape(name)}(?=的|[{more}]|$)", text))


def choice_of(candidates: Sequence[Candidate]) -> Candidate | None:
    """The one candidate that the row names; of several the one it names by name and door."""
    if not candidates or not candidates[0].strength:
        return None
    best = [one for one in candidates if one.strength == candidates[0].strength]
    return best[0] if len(best) == 1 else None


def named_of(candidates: Sequence[Candidate]) -> set[int]:
    """The orders that the row names best."""
    top = candidates[0].strength if candidates else 0
    return {one.order.order_id for one in candidates if top and one.strength == top}


def disputed(choice: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether the door says one order and the payer's name another one; name and door together settle it."""
    return choice.strength < 2 and any(one.contradicts for one in candidates)


def confidence(
    candidates: Sequence[Candidate],
    by_hand: Sequence[OpenOrder],
    choice: Candidate | None,
    how_often: Mapping[int, int],
) -> Confidence:
    if not candidates:
        return Confidence.NONE
    if choice and not by_hand and not disputed(choice, candidates) and how_often[choice.order.order_id] == 1:
        return Confidence.CERTAIN
    return Confidence.LIKELY if choice or len(candidates) == 1 else Confidence.DOUBTFUL
