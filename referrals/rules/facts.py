"""What commission is calculated from: a plan and delivered orders with their refunds, each checked as it is made."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.money import PPM
from referrals.rules.checks import NotCalculable, refuse_negative, refuse_rate_beyond_one, refuse_repeated
from referrals.rules.tiers import Volume

MAX_REFERRAL_LEVELS = 2
"""The law bans pay for a third level, so no plan can say one (D20)."""


@dataclass(frozen=True)
class Plan:
    """One plan version. No cap is None; `referral_ppm` holds a rate per level, the nearest referrer first.

    The leader's rate of a line is the first there is of: the leader's own by contract (`person_ppm`), the product's
    (`product_ppm`), the group's (`group_ppm`), the plan's (`leader_ppm`). A product with None is excluded before all
    of these: nobody earns a rate on it. `volume` adds to what the plan's own rate brings, month by month.
    `development_ppm` is for whoever opened the group, while that is paid (`Order.developer`); `seed_ppm` for the seed
    user whose link or content the order came through.
    """

    leader_ppm: int
    delivery_fee_fen: int = 0
    delivery_cap_fen: int | None = None
    referral_ppm: tuple[int, ...] = ()
    pool_cap_ppm: int | None = None
    development_ppm: int = 0
    seed_ppm: int = 0
    product_ppm: Mapping[str, int | None] = field(default_factory=dict)
    group_ppm: Mapping[str, int] = field(default_factory=dict)
    person_ppm: Mapping[str, int] = field(default_factory=dict)
    volume: Volume | None = None

    def __post_init__(self) -> None:
        if len(self.referral_ppm) > MAX_REFERRAL_LEVELS:
            raise NotCalculable("referral_ppm", f"{len(self.referral_ppm)} levels, at most {MAX_REFERRAL_LEVELS}")
        refuse_negative("delivery_fee_fen", self.delivery_fee_fen)
        refuse_negative("delivery_cap_fen", self.delivery_cap_fen or 0)
        refuse_rate_beyond_one("leader_ppm", self.leader_ppm)
        refuse_rate_beyond_one("pool_cap_ppm", self.pool_cap_ppm or 0)
        for index, ppm in enumerate(self.referral_ppm):
            refuse_rate_beyond_one(f"referral_ppm[{index}]", ppm)
        refuse_rate_beyond_one("development_ppm", self.development_ppm)
        refuse_rate_beyond_one("seed_ppm", self.seed_ppm)
        for name, own_ppm in self._own_rates.items():
            refuse_rate_beyond_one(name, own_ppm)
        if self.volume:
            self._check_volume(self.volume)

    @property
    def _own_rates(self) -> dict[str, int]:
        """Every rate of the leader's that is not the plan's, by its place in the plan."""
        scopes = {"product_ppm": self.product_ppm, "group_ppm": self.group_ppm, "person_ppm": self.person_ppm}
        return {f"{scope}.{name}": ppm or 0 for scope, rates in scopes.items() for name, ppm in rates.items()}

    def _check_volume(self, volume: Volume) -> None:
        """Its rates add to the leader's, and under a cap all rates fit at the highest: a volume is of no one order."""
        if volume.rates_ppm[0] <= self.leader_ppm:
            raise NotCalculable("volume.rates_ppm[0]", f"is above the leader's rate, {self.leader_ppm}")
        others = sum(self.referral_ppm) + self.development_ppm + self.seed_ppm
        highest = max(volume.rates_ppm[-1], *self._own_rates.values(), 0)
        if self.pool_cap_ppm is not None and highest + others > self.pool_cap_ppm:
            raise NotCalculable(
                "volume", f"all rates together reach {highest + others}, the cap is {self.pool_cap_ppm}"
            )

    def pays_on(self, line: "Line") -> bool:
        """Whether anybody earns a rate on the line."""
        return line.product is None or self.product_ppm.get(line.product, 0) is not None

    def own_ppm(self, order: "Order", line: "Line") -> int | None:
        """The leader's rate of a person, product or group for the line, the first there is; None: the plan's."""
        scopes = ((self.person_ppm, order.leader), (self.product_ppm, line.product), (self.group_ppm, order.group))
        return next((rates[name] for rates, name in scopes if name is not None and name in rates), None)

    def leader_ppm_on(self, order: "Order", line: "Line") -> int:
        own = self.own_ppm(order, line)
        return self.leader_ppm if own is None else own

    def counts_to_volume(self, order: "Order", line: "Line") -> bool:
        """Goods sold at the plan's own rate do."""
        return self.pays_on(line) and self.own_ppm(order, line) is None


@dataclass(frozen=True)
class Line:
    """One delivered order line. Its base is what commission is paid on: goods after discounts, without freight."""

    id: str
    base_fen: int
    product: str | None = None

    def __post_init__(self) -> None:
        refuse_negative("base_fen", self.base_fen)


@dataclass(frozen=True)
class Refund:
    """So much of the base of one line was given back to the member."""

    line: str
    base_fen: int

    def __post_init__(self) -> None:
        refuse_negative("base_fen", self.base_fen)


@dataclass(frozen=True)
class CoLeader:
    """Somebody who leads beside the order's leader and is given a share of what that one earns by rate."""

    member: str
    share_ppm: int

    def __post_init__(self) -> None:
        refuse_rate_beyond_one("share_ppm", self.share_ppm)


@dataclass(frozen=True)
class Order:
    """A delivered order with the attribution frozen at its intake and its refunds in the order they happened.

    `referrers` are the people who brought the member, the nearest first. What is not known is None: without a leader,
    a household or a round there is no delivery to pay for. `developer` opened the group; None once the days for which
    that is paid are over. `month` is the one its volume counts in, `seed` whose link or content it came through.
    """

    id: str
    lines: tuple[Line, ...]
    household: str | None = None
    round: str | None = None
    leader: str | None = None
    referrers: tuple[str, ...] = ()
    refunds: tuple[Refund, ...] = ()
    developer: str | None = None
    group: str | None = None
    month: str | None = None
    seed: str | None = None
    co_leaders: tuple[CoLeader, ...] = ()

    def __post_init__(self) -> None:
        refuse_repeated("lines", [line.id for line in self.lines])
        refuse_repeated("co_leaders", [one.member for one in self.co_leaders], name="member")
        if any(one.member == self.leader for one in self.co_leaders):
            raise NotCalculable("co_leaders", f'"{self.leader}" leads, and has what is left')
        shared = sum(one.share_ppm for one in self.co_leaders)
        if shared > PPM:
            raise NotCalculable("co_leaders", f"shares come to {shared}, more than the whole {PPM}")
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
