"""Commission entries in a list, and each of them explained."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from core.models import User
from core.money import PPM, share
from orders.models import Order
from referrals.enums import Rule
from referrals.models import CommissionEntry
from referrals.models.run import CommissionEntryQuerySet
from referrals.queries.plans import OwnRates, own_rates_of
from referrals.rules.tiers import TierKind

ROWS = 50
KEY_PARTS = 6


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, newest sources first, and the keys its neighbours begin at: empty where there is none."""

    rows: list[CommissionEntry]
    before: str
    after: str


def page_of_entries(entries: CommissionEntryQuerySet, *, after: str = "", before: str = "") -> EntryPage:
    """The page that follows the entry with the key `after`, or precedes `before`; a broken key begins anew.

    Entries have no number of their own: they are paged by the parts of their primary key, within one index.
    """
    backwards, key = bool(before), _key(before or after)
    if key is not None:
        entries = entries.filter(pk__gt=key) if backwards else entries.filter(pk__lt=key)
    found = list(
        entries.select_related("order__member", "line__offer", "beneficiary", "period", "plan_version__plan").order_by(
            "pk" if backwards and key else "-pk"
        )[: ROWS + 1]
    )
    more, rows = len(found) > ROWS, found[:ROWS]
    if backwards and key:
        rows.reverse()
        return EntryPage(rows, written(rows[0]) if more else "", written(rows[-1]) if rows else "")
    return EntryPage(rows, written(rows[0]) if rows and key else "", written(rows[-1]) if more else "")


def written(entry: CommissionEntry) -> str:
    """The entry's key as it stands in an address."""
    return "~".join(str(part) for part in entry.pk)


def _key(text: str) -> tuple[int, int, str, int, int, int] | None:
    parts = text.split("~")
    if len(parts) != KEY_PARTS:
        return None
    period, source, rule, *rest = parts
    numbers = [period, source, *rest]
    if rule not in Rule.values or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in numbers):
        return None
    level, earner, seq = (int(part) for part in rest)
    return int(period), int(source), rule, level, earner, seq


@dataclass(frozen=True, slots=True)
class Explained:
    """One entry with the figures between its columns, in fen.

    `own` says whose the rate is, where it is not the plan's: the "person"'s, the "product"'s or the "group"'s.
    """

    entry: CommissionEntry
    own: str = ""

    @property
    def exact_yuan(self) -> str:
        """Base times rate before it is rounded, in yuan with all its decimals: 2.2869."""
        exact = Decimal((self.entry.order_base_fen or 0) * (self.entry.rate_ppm or 0)) / (100 * PPM)
        yuan, decimals = f"{exact:,.8f}".split(".")
        return f"{yuan}.{decimals.rstrip('0'):0<2}"

    @property
    def asked_fen(self) -> int | None:
        """What the rates give on the order, before the cap; entries of earlier versions knew no cap."""
        return self.entry.order_amount_fen if self.entry.asked_fen is None else self.entry.asked_fen

    @property
    def capped_fen(self) -> int:
        """What the cap leaves of the order's claim, before leaders share it."""
        shared = self.entry.shared_fen
        return (self.entry.order_amount_fen or 0) if shared is None else shared

    @property
    def is_capped(self) -> bool:
        return (self.asked_fen or 0) > self.capped_fen

    @property
    def bands(self) -> list["Band"]:
        """Of a volume bonus, the parts of the month's sales that pay more than the plan's own rate; one query."""
        entry, volume = self.entry, self.entry.plan_version.volume()
        if volume is None or entry.order_base_fen is None:
            return []
        sold_fen = entry.order_base_fen
        reached = [
            (above_fen, ppm)
            for above_fen, ppm in zip(volume.bounds_fen, volume.rates_ppm, strict=True)
            if above_fen < sold_fen
        ]
        if volume.kind == TierKind.SLAB:
            return [Band(0, sold_fen, ppm) for _above_fen, ppm in reached[-1:]]
        tops_fen = [*(above_fen for above_fen, _ppm in reached[1:]), sold_fen]
        return [Band(above, top - above, ppm) for (above, ppm), top in zip(reached, tops_fen, strict=True)]

    @property
    def has_one_rate(self) -> bool:
        """Whether the order's base times this rate is what the order brought: no product of it has another rate."""
        return share(self.entry.order_base_fen or 0, self.entry.rate_ppm or 0) == self.asked_fen

    @property
    def taken_back_fen(self) -> int | None:
        """What refunds take back of the line's amount, in all."""
        earned = self.entry.line_amount_fen
        return None if earned is None else earned - self.entry.due_fen

    @property
    def recorded_before_fen(self) -> int:
        return self.entry.due_fen - self.entry.amount_fen

    @property
    def falls_away(self) -> bool:
        """Nothing pays for this claim any more: the delivery was taken back, or another version pays that day."""
        return self.entry.order_amount_fen is None


@dataclass(frozen=True, slots=True)
class Band:
    """So much of a month's sales lies above a bound, and the rate it pays instead of the plan's own."""

    above_fen: int
    sold_fen: int
    leader_ppm: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Everything recorded under one rule for one earner and one line (or delivery), from first to last."""

    steps: list[Explained]

    @property
    def latest(self) -> CommissionEntry:
        return self.steps[-1].entry


def claims_on(order: Order, *, user: User) -> list[Claim]:
    """Why everybody `user` may know of earns what they earn on the order; two queries."""
    entries = CommissionEntry.objects.visible_to(user).filter(group=order.group_id, order=order)
    told = entries.select_related(
        "line__offer", "beneficiary", "group", "period", "plan_version__plan", "run"
    ).order_by("beneficiary", "rule", "level", "source_id", "seq")
    own_rates = own_rates_of(entry.plan_version_id for entry in told) if told else frozenset()
    return list(_claims(told, order, own_rates))


def _claims(entries: CommissionEntryQuerySet, order: Order, own_rates: OwnRates) -> Iterator[Claim]:
    for _claim, steps in groupby(entries, lambda one: (one.beneficiary_id, one.rule, one.level, one.source_id)):
        yield Claim([Explained(entry, _whose_rate(entry, order, own_rates)) for entry in steps])


def _whose_rate(entry: CommissionEntry, order: Order, own_rates: OwnRates) -> str:
    """The first there is of the leader's own, the product's and the group's; empty for the plan's."""
    if entry.rule != Rule.LEADER_RATE or entry.line is None or order.leader_id is None:
        return ""
    scopes = {"person": order.leader_id, "product": entry.line.offer.product_id, "group": order.group_id}
    return next((scope for scope, of in scopes.items() if (entry.plan_version_id, scope, of) in own_rates), "")
