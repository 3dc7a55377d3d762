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
    VOLUME = "volume"
    DELIVERY_FEE = "delivery_fee"
    DEVELOPMENT = "development"
    REFERRAL = "referral"
    SEED = "seed"


class Kind(StrEnum):
    """An entry gives, or takes back after a refund."""

    EARNED = "earned"
    REVERSED = "reversed"


class Key(NamedTuple):
    """One source of somebody's money. A delivery fee is for the walk, a volume for the month: they have no line.

    What a volume brings stands at the month's first order.
    """

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
    """What one person earns on one order by one rule.

    `asked_fen` is what the rates give, `capped_fen` what the cap leaves of it, `amount_fen` this person's share of that
    (all of it, but where leaders share). `weights` has base × ppm of each line: what the amount comes from and how it
    is spread over the lines.
    """

    beneficiary: str
    rule: Rule
    level: int
    weights: tuple[int, ...]
    asked_fen: int
    capped_fen: int
    amount_fen: int

    @property
    def capped(self) -> bool:
        return self.capped_fen < self.asked_fen


def claims(plan: Plan, order: Order) -> list[Claim]:
    """What the rates give on the order before any refund, under the pool cap.

    Rounded once per (order, rule, beneficiary) on the whole order (R2), not line by line; what leaders share is rounded
    once for all of them and split (R3).
    """
    bases_fen = [line.base_fen if plan.pays_on(line) else 0 for line in order.lines]
    asking = [
        (beneficiary, rule, level, tuple(base * ppm for base, ppm in zip(bases_fen, line_ppm, strict=True)))
        for beneficiary, rule, level, line_ppm in _asking(plan, order)
    ]
    asked_fen = [half_up(sum(weights), PPM) for _, _, _, weights in asking]
    capped_fen = asked_fen
    if plan.pool_cap_ppm is not None:
        capped_fen = list(shrunk(asked_fen, share(sum(bases_fen), plan.pool_cap_ppm)))
    found = []
    for (beneficiary, rule, level, weights), asked, capped in zip(asking, asked_fen, capped_fen, strict=True):
        parts = _shared(order, capped) if rule == Rule.LEADER_RATE else {beneficiary: capped}
        found += [Claim(who, rule, level, weights, asked, capped, amount) for who, amount in parts.items()]
    return found


def _shared(order: Order, fen: int) -> dict[str, int]:
    """What the order's leaders get of the leader's commission: each co-leader the share, the leader what is left."""
    assert order.leader is not None  # noqa: S101 - nobody else is paid a leader's rate
    rest_ppm = PPM - sum(one.share_ppm for one in order.co_leaders)
    people = [order.leader, *(one.member for one in order.co_leaders)]
    shares_ppm = [rest_ppm, *(one.share_ppm for one in order.co_leaders)]
    return dict(zip(people, allocate(fen, shares_ppm), strict=True))


def _asking(plan: Plan, order: Order) -> Iterator[tuple[str, Rule, int, list[int]]]:
    """Beneficiary, rule, level and the rate of each line.

    That is the leader, who opened the group, each referral level, then the seed user. A referrer named again further up
    earns at the nearest level only.
    """
    if order.leader is not None:
        yield order.leader, Rule.LEADER_RATE, 0, [plan.leader_ppm_on(order, line) for line in order.lines]
    if order.developer is not None:
        yield order.developer, Rule.DEVELOPMENT, 0, [plan.development_ppm] * len(order.lines)
    for level, (referrer, ppm) in enumerate(zip(order.referrers, plan.referral_ppm, strict=False), start=1):
        if referrer not in order.referrers[: level - 1]:
            yield referrer, Rule.REFERRAL, level, [ppm] * len(order.lines)
    if order.seed is not None:
        yield order.seed, Rule.SEED, 0, [plan.seed_ppm] * len(order.lines)


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


class Month(NamedTuple):
    """Whose volume, in which group and month; what it brings stands at `order`, the first delivered in it."""

    leader: str
    group: str | None
    month: str


@dataclass
class Sold:
    """What was sold in a month at the plan's own rate, in fen, before and after refunds."""

    order: str
    gross_fen: int = 0
    net_fen: int = 0


def volumes(plan: Plan, orders: Iterable[Order]) -> dict[Month, Sold]:
    """The volume of each leader in each group and month, of orders whose leader and month are known."""
    sold: dict[Month, Sold] = {}
    for order in orders:
        if order.leader is None or order.month is None:
            continue
        of_month = sold.setdefault(Month(order.leader, order.group, order.month), Sold(order.id))
        refunded_fen = order.refunded_fen
        for line in order.lines:
            if plan.counts_to_volume(order, line):
                of_month.gross_fen += line.base_fen
                of_month.net_fen += line.base_fen - refunded_fen[line.id]
    return sold


def volume_pay(plan: Plan, orders: Iterable[Order]) -> dict[Key, tuple[int, int]]:
    """What volumes brought in fen above the plan's rate, before any refund and now, where they brought anything."""
    if plan.volume is None:
        return {}
    brought = {
        Key(sold.order, None, month.leader, Rule.VOLUME, 0): (
            plan.volume.adds(sold.gross_fen, plan.leader_ppm),
            plan.volume.adds(sold.net_fen, plan.leader_ppm),
        )
        for month, sold in volumes(plan, orders).items()
    }
    return {key: (before, now) for key, (before, now) in brought.items() if before}


def earned(plan: Plan, order: Order, fee_fen: int) -> dict[Key, int]:
    """What the order brought in fen before any refund, without zeros, in the order in which entries are told.

    That is the leader's lines, those of who opened the group, the seed user's, the delivery fee, the lines of each
    referral level. A claim is spread over the lines by largest remainder on base × rate, ties to the lower line (R3).
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
    """Order by order: what it brought, then what each of its refunds took back; movements of zero are left out.

    At the end what the months' volumes brought, and what refunds took back of that.
    """
    fees_fen = delivery_fees(plan, orders)
    for order in orders:
        brought = earned(plan, order, fees_fen.get(order.id, 0))
        for key, fen in brought.items():
            yield Entry(*key, fen, Kind.EARNED)
        yield from _reversals(order, brought)
    for key, (before, now) in volume_pay(plan, orders).items():
        yield Entry(*key, before, Kind.EARNED)
        if now < before:
            yield Entry(*key, now - before, Kind.REVERSED)


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
    return kept | {key: now for key, (_before, now) in volume_pay(plan, orders).items()}


def totals(told: Iterable[Entry]) -> dict[str, int]:
    """Fen by beneficiary, in the order in which they first appear."""
    total_fen: dict[str, int] = {}
    for entry in told:
        total_fen[entry.beneficiary] = total_fen.get(entry.beneficiary, 0) + entry.amount_fen
    return total_fen
