"""Who earns what on delivered orders, to the fen. docs/algorithms/commission.md says it in words, with the numbers.

`due` is what everybody has earned after refunds; `entries` tells the same as a story, in the order things happened.
The database run computes `due` in SQL and is held equal to this module by tests.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from core.money import PPM, allocate, half_up, reversed_so_far, share
from referrals.rules.facts import Order, Plan


class Rule(StrEnum):
    """For what somebody earns."""

    LEADER_RATE = "leader_rate"
    DELIVERY_FEE = "delivery_fee"
    DEVELOPMENT = "development"
    REFERRAL = "referral"


class Kind(StrEnum):
    """An entry gives, or takes back after a refund."""

    EARNED = "earned"
    REVERSED = "reversed"


class Key(NamedTuple):
    """One source of somebody's money. A delivery fee is for the walk, so it has no line."""

    order: str
    line: str | None
    beneficiary: str
    rule: Rule
    level: int


class Entry(NamedTuple):
    """One movement under a key, in fen: positive when earned, negative when reversed, never zero."""

    order: str
    line: str | None
    beneficiary: str
    rule: Rule
    level: int
    amount_fen: int
    kind: Kind

    @property
    def key(self) -> Key:
        return Key(self.order, self.line, self.beneficiary, self.rule, self.level)


@dataclass(frozen=True)
class Claim:
    """What one person earns on one order by one rule: `asked_fen` by the rates alone, `amount_fen` under the cap.

    `weights` has base × ppm of each line: what the amount comes from and how it is spread over the lines.
    """

    beneficiary: str
    rule: Rule
    level: int
    weights: tuple[int, ...]
    asked_fen: int
    amount_fen: int

    @property
    def capped(self) -> bool:
        return self.amount_fen < self.asked_fen


def claims(plan: Plan, order: Order) -> list[Claim]:
    """What the rates give on the order before any refund, under the pool cap.

    Rounded once per (order, rule, beneficiary) on the whole order (R2), not line by line.
    """
    bases_fen = [line.base_fen if plan.pays_on(line) else 0 for line in order.lines]
    asking = [
        (beneficiary, rule, level, tuple(base * ppm for base, ppm in zip(bases_fen, line_ppm, strict=True)))
        for beneficiary, rule, level, line_ppm in _asking(plan, order)
    ]
    asked_fen = [half_up(sum(weights), PPM) for _, _, _, weights in asking]
    amounts_fen = asked_fen
    if plan.pool_cap_ppm is not None:
        amounts_fen = list(shrunk(asked_fen, share(sum(bases_fen), plan.pool_cap_ppm)))
    return [Claim(*known, asked, amount) for known, asked, amount in zip(asking, asked_fen, amounts_fen, strict=True)]


def _asking(plan: Plan, order: Order) -> Iterator[tuple[str, Rule, int, list[int]]]:
    """Beneficiary, rule, level and the rate of each line: leader, who opened the group, then each referral level.

    A referrer named again further up earns at the nearest level only.
    """
    if order.leader is not None:
        yield order.leader, Rule.LEADER_RATE, 0, [plan.leader_ppm_on(line) for line in order.lines]
    if order.developer is not None:
        yield order.developer, Rule.DEVELOPMENT, 0, [plan.development_ppm] * len(order.lines)
    for level, (referrer, ppm) in enumerate(zip(order.referrers, plan.referral_ppm, strict=False), start=1):
        if referrer not in order.referrers[: level - 1]:
            yield referrer, Rule.REFERRAL, level, [ppm] * len(order.lines)


def shrunk(asked_fen: Sequence[int], cap_fen: int) -> tuple[int, ...]:
    """The claims as they are if they fit under the cap, else the cap split in proportion to them (S12, S15)."""
    return tuple(asked_fen) if sum(asked_fen) <= cap_fen else allocate(cap_fen, asked_fen)


def delivery_fees(plan: Plan, orders: Iterable[Order]) -> dict[str, int]:
    """The fee in fen each order brings its leader, by order id; an order that brings none is absent.

    A leader is paid once for each household in a round, with the first order delivered there, until the round's cap:
    the household that crosses it brings what is left of it, the next ones nothing.
    """
    visited: set[tuple[str, str, str]] = set()
    paid_fen: Counter[tuple[str, str]] = Counter()
    fees: dict[str, int] = {}
    for order in orders:
        if order.leader is None or order.household is None or order.round is None:
            continue
        walk, visit = (order.leader, order.round), (order.leader, order.round, order.household)
        fee_fen = 0 if visit in visited else plan.delivery_fee_fen
        if plan.delivery_cap_fen is not None:
            fee_fen = min(fee_fen, plan.delivery_cap_fen - paid_fen[walk])
        visited.add(visit)
        paid_fen[walk] += fee_fen
        if fee_fen:
            fees[order.id] = fee_fen
    return fees


def earned(plan: Plan, order: Order, fee_fen: int) -> dict[Key, int]:
    """What the order brought in fen before any refund, without zeros, in the order in which entries are told.

    That is the leader's lines, those of who opened the group, the delivery fee, the lines of each referral level. A
    claim is spread over the lines by largest remainder on base × rate, ties to the lower line (R3).
    """
    brought: list[tuple[Key, int]] = []
    for claim in claims(plan, order):
        if claim.amount_fen:
            for line, fen in zip(order.lines, allocate(claim.amount_fen, claim.weights), strict=True):
                brought.append((Key(order.id, line.id, claim.beneficiary, claim.rule, claim.level), fen))
    if order.leader is not None:
        brought.append((Key(order.id, None, order.leader, Rule.DELIVERY_FEE, 0), fee_fen))
    brought.sort(key=lambda part: part[0].level)  # stable: the fee, of level 0, comes after the other lines of it
    return {key: fen for key, fen in brought if fen}


def entries(plan: Plan, orders: Sequence[Order]) -> Iterator[Entry]:
    """Order by order: what it brought, then what each of its refunds took back; movements of zero are left out."""
    fees_fen = delivery_fees(plan, orders)
    for order in orders:
        brought = earned(plan, order, fees_fen.get(order.id, 0))
        for key, fen in brought.items():
            yield Entry(*key, fen, Kind.EARNED)
        yield from _reversals(order, brought)


def _reversals(order: Order, brought: dict[Key, int]) -> Iterator[Entry]:
    """What each refund took back of what its line brought: with the line's own amounts, whatever a plan says by now."""
    base_fen = {line.id: line.base_fen for line in order.lines}
    refunded_fen: Counter[str] = Counter()
    for refund in order.refunds:
        before = refunded_fen[refund.line]
        after = refunded_fen[refund.line] = before + refund.base_fen
        for key, fen in brought.items():
            if key.line == refund.line:
                base = base_fen[refund.line]
                back_fen = reversed_so_far(fen, after, base) - reversed_so_far(fen, before, base)
                if back_fen:
                    yield Entry(*key, -back_fen, Kind.REVERSED)


def due(plan: Plan, orders: Sequence[Order]) -> dict[Key, int]:
    """What is due in fen under each key that ever brought something, after all refunds; fully refunded is 0.

    A delivery fee stays whole when the goods are refunded: the walk to the door was made.
    """
    fees_fen = delivery_fees(plan, orders)
    kept: dict[Key, int] = {}
    for order in orders:
        refunded_fen = order.refunded_fen
        base_fen = {line.id: line.base_fen for line in order.lines}
        for key, fen in earned(plan, order, fees_fen.get(order.id, 0)).items():
            back_fen = 0 if key.line is None else reversed_so_far(fen, refunded_fen[key.line], base_fen[key.line])
            kept[key] = fen - back_fen
    return kept


def totals(told: Iterable[Entry]) -> dict[str, int]:
    """Fen by beneficiary, in the order in which they first appear."""
    total_fen: dict[str, int] = {}
    for entry in told:
        total_fen[entry.beneficiary] = total_fen.get(entry.beneficiary, 0) + entry.amount_fen
    return total_fen
