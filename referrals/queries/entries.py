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
    """One entry with the figures between its columns, in fen."""

    entry: CommissionEntry

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
    def is_capped(self) -> bool:
        return (self.asked_fen or 0) > (self.entry.order_amount_fen or 0)

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
class Claim:
    """Everything recorded under one rule for one earner and one line (or delivery), from first to last."""

    steps: list[Explained]

    @property
    def latest(self) -> CommissionEntry:
        return self.steps[-1].entry


def claims_on(order: Order, *, user: User) -> list[Claim]:
    """Why everybody `user` may know of earns what they earn on the order; one query."""
    entries = CommissionEntry.objects.visible_to(user).filter(group=order.group_id, order=order)
    told = entries.select_related("line__offer", "beneficiary", "period", "plan_version__plan", "run").order_by(
        "beneficiary", "rule", "level", "source_id", "seq"
    )
    return list(_claims(told))


def _claims(entries: CommissionEntryQuerySet) -> Iterator[Claim]:
    for _claim, steps in groupby(entries, lambda one: (one.beneficiary_id, one.rule, one.level, one.source_id)):
        yield Claim([Explained(entry) for entry in steps])
