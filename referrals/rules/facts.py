"""What commission is calculated from: a plan and delivered orders with their refunds, each checked as it is made."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from core.errors import DomainError
from core.money import PPM

MAX_REFERRAL_LEVELS = 2
"""The law bans pay for a third level, so no plan can say one (D20)."""


class NotCalculable(DomainError):
    """Facts or a plan that contradict themselves; `where` is the path to the value at fault."""

    def __init__(self, where: str, sentence: str) -> None:
        super().__init__(f"{where}: {sentence}")
        self.where = where
        self.sentence = sentence

    def under(self, path: str) -> Self:
        """The same fault, seen from where the part at fault stands in something larger."""
        return type(self)(f"{path}.{self.where}", self.sentence)


@dataclass(frozen=True)
class Plan:
    """One plan version. No cap is None; `referral_ppm` holds a rate per level, the nearest referrer first.

    `product_ppm` has the leader's rate for products that have their own; None: on this product nobody earns a rate.
    `development_ppm` is for whoever opened the group, while that is paid (`Order.developer`).
    """

    leader_ppm: int
    delivery_fee_fen: int = 0
    delivery_cap_fen: int | None = None
    referral_ppm: tuple[int, ...] = ()
    pool_cap_ppm: int | None = None
    development_ppm: int = 0
    product_ppm: Mapping[str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.referral_ppm) > MAX_REFERRAL_LEVELS:
            raise NotCalculable("referral_ppm", f"{len(self.referral_ppm)} levels, at most {MAX_REFERRAL_LEVELS}")
        _refuse_negative("delivery_fee_fen", self.delivery_fee_fen)
        _refuse_negative("delivery_cap_fen", self.delivery_cap_fen or 0)
        refuse_rate_beyond_one("leader_ppm", self.leader_ppm)
        refuse_rate_beyond_one("pool_cap_ppm", self.pool_cap_ppm or 0)
        for index, ppm in enumerate(self.referral_ppm):
            refuse_rate_beyond_one(f"referral_ppm[{index}]", ppm)
        refuse_rate_beyond_one("development_ppm", self.development_ppm)
        for product, product_ppm in self.product_ppm.items():
            refuse_rate_beyond_one(f"product_ppm.{product}", product_ppm or 0)

    def pays_on(self, line: "Line") -> bool:
        """Whether anybody earns a rate on the line."""
        return line.product is None or self.product_ppm.get(line.product, 0) is not None

    def leader_ppm_on(self, line: "Line") -> int:
        """The leader's rate for the line: its product's own, else the plan's."""
        own = None if line.product is None else self.product_ppm.get(line.product)
        return self.leader_ppm if own is None else own


@dataclass(frozen=True)
class Line:
    """One delivered order line. Its base is what commission is paid on: goods after discounts, without freight."""

    id: str
    base_fen: int
    product: str | None = None

    def __post_init__(self) -> None:
        _refuse_negative("base_fen", self.base_fen)


@dataclass(frozen=True)
class Refund:
    """So much of the base of one line was given back to the member."""

    line: str
    base_fen: int

    def __post_init__(self) -> None:
        _refuse_negative("base_fen", self.base_fen)


@dataclass(frozen=True)
class Order:
    """A delivered order with the attribution frozen at its intake and its refunds in the order they happened.

    `referrers` are the people who brought the member, the nearest first. What is not known is None: without a leader,
    a household or a round there is no delivery to pay for. `developer` opened the group; None once the days for which
    that is paid are over.
    """

    id: str
    lines: tuple[Line, ...]
    household: str | None = None
    round: str | None = None
    leader: str | None = None
    referrers: tuple[str, ...] = ()
    refunds: tuple[Refund, ...] = ()
    developer: str | None = None

    def __post_init__(self) -> None:
        refuse_repeated("lines", [line.id for line in self.lines])
        remaining = {line.id: line.base_fen for line in self.lines}
        for index, refund in enumerate(self.refunds):
            where = f"refunds[{index}]"
            if refund.line not in remaining:
                raise NotCalculable(f"{where}.line", f'no line "{refund.line}" in order "{self.id}"')
            if refund.base_fen > remaining[refund.line]:
                left = f'line "{refund.line}" of order "{self.id}" has {remaining[refund.line]} fen left'
                raise NotCalculable(f"{where}.base_fen", f"{left}, {refund.base_fen} cannot be refunded")
            remaining[refund.line] -= refund.base_fen

    @property
    def refunded_fen(self) -> Counter[str]:
        """How much of its base each line has had refunded in all, by line id."""
        refunded: Counter[str] = Counter()
        for refund in self.refunds:
            refunded[refund.line] += refund.base_fen
        return refunded


def refuse_repeated(where: str, ids: Sequence[str]) -> None:
    """Raise NotCalculable naming the first element of `where` whose id stands earlier already."""
    seen: set[str] = set()
    for index, id_ in enumerate(ids):
        if id_ in seen:
            raise NotCalculable(f"{where}[{index}].id", f'"{id_}" stands here twice')
        seen.add(id_)


def refuse_rate_beyond_one(where: str, ppm: int) -> None:
    if not 0 <= ppm <= PPM:
        raise NotCalculable(where, f"a rate lies between 0 and {PPM} parts per million, this is {ppm}")


def _refuse_negative(where: str, fen: int) -> None:
    if fen < 0:
        raise NotCalculable(where, f"an amount cannot be negative here, this is {fen}")
