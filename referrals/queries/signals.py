"""What may be asked about signals: whom and what one is about, what is held back for whom."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import OuterRef, Subquery

from community.models import Member
from core.sql import statement
from ledger.models import Period
from orders.models import Order
from referrals.enums import HoldState
from referrals.models import Referral, Signal, SignalDecision, SignalPair

HELD = statement(__file__, "held_sums")
HOLDS = statement(__file__, "signals_hold")
ORDERS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Held:
    """What one order brings an earner that is on no statement, in fen, and why it was refused if it was."""

    order_id: int
    campaign_id: int
    earner_id: int
    state: str
    fen: int
    reason: str

    @property
    def refused(self) -> bool:
        return self.state == HoldState.REFUSE


def held_from(earner: Member) -> list[Held]:
    """What the earner's approved referral commission has that waits or was refused, the latest orders first."""
    return _held(earner=earner.pk, period=None)


def held_in(period: Period) -> tuple[int, int]:
    """What of the period's approved commission waits for a check, and what was refused; both in fen."""
    held = _held(earner=None, period=period.pk)
    return sum(one.fen for one in held if not one.refused), sum(one.fen for one in held if one.refused)


def _held(*, earner: int | None, period: int | None) -> list[Held]:
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"earner": earner, "period": period})
        return [Held(*row) for row in cursor.fetchall()]


@dataclass(slots=True)
class Seen:
    """One signal as it is looked at: its bindings, how many orders it holds and what referrals bring on them (fen),
    and the last decision."""

    signal: Signal
    pairs: list[SignalPair] = field(default_factory=list)
    orders: int = 0
    fen: int = 0
    decision: SignalDecision | None = None

    @property
    def referrers(self) -> list[Member]:
        return list({pair.referrer_id: pair.referrer for pair in self.pairs}.values())


def seen(signals: Iterable[Signal]) -> list[Seen]:
    """These signals in their order, with everything a list says of them; three queries."""
    found = {signal.pk: Seen(signal) for signal in signals}
    for pair in SignalPair.objects.filter(signal__in=found).select_related("referrer", "referee").order_by("pk"):
        found[pair.signal_id].pairs.append(pair)
    for decision in SignalDecision.objects.filter(signal__in=found).select_related("by").order_by("number"):
        found[decision.signal_id].decision = decision
    for signal_id, _order, _state, fen in _holds(found):
        found[signal_id].orders += 1
        found[signal_id].fen += fen
    return list(found.values())


def _holds(signal_ids: Iterable[int]) -> list[tuple[int, int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(HOLDS, {"signals": list(signal_ids)})
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class HeldOrderLine:
    """One order a signal holds: how it stands, and what referrals bring on it in fen."""

    order: Order
    state: HoldState
    fen: int


def orders_held_by(signal: Signal) -> list[HeldOrderLine]:
    """The latest of the orders the signal holds; two queries."""
    rows = _holds([signal.pk])[:ORDERS_SHOWN]
    orders = Order.objects.select_related("campaign", "member").in_bulk([order_id for _signal, order_id, *_ in rows])
    return [HeldOrderLine(orders[order_id], HoldState(state), fen) for _signal, order_id, state, fen in rows]


def people_of(signal: Signal, pairs: Iterable[SignalPair]) -> list[Member]:
    """Everybody the signal names, each with `came` and `brought_by`: the day they were bound and to whom; one query."""
    ids = {one for pair in pairs for one in (pair.referrer_id, pair.referee_id)} | set(
        signal.figures.get("members", [])
    )
    bound = Referral.objects.filter(referee=OuterRef("pk"))
    people = Member.objects.filter(pk__in=ids).annotate(
        came=Subquery(bound.values("bound_on")), brought_by=Subquery(bound.values("referrer__name"))
    )
    return list(people.order_by("pk"))
