"""Ticks that were made at the doors, with or without a network: taken in once, whenever and however often they come."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.templatetags.ui import quantity as spoken
from orders.enums import FactKind, TickOutcome
from orders.models import Campaign, DeliveryLink, Order, OrderLine, SaleFact, Tick
from orders.rules.ticks import BESIDE_THE_POINT, judge
from orders.services.fulfilment import deliver, locked, undeliver


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap as a phone reports it: `seen` is how many facts the order had on its page, `at` its own clock."""

    key: UUID
    order_id: int
    delivered: bool
    seen: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a phone is told about a tap; `facts` is what it has seen by now, `said` why it was not taken in."""

    key: UUID
    order_id: int
    delivered: bool
    outcome: TickOutcome
    facts: int = 0
    said: str = ""
    tapped_at: datetime | None = None


@dataclass(slots=True)
class AtTheHouse:
    """What is recorded of one order, its lines locked."""

    lines: list[OrderLine] = field(default_factory=list)
    facts: list[SaleFact] = field(default_factory=list)

    @property
    def delivered(self) -> bool:
        """Something reached the door, and nothing is outstanding."""
        return any(line.delivered_quantity for line in self.lines) and not any(line.outstanding for line in self.lines)

    @property
    def untouched(self) -> bool:
        return not any(line.delivered_quantity for line in self.lines)


@transaction.atomic
def take_ticks(
    *,
    orders: QuerySet[Order],
    campaign: Campaign,
    taps: Sequence[Tap],
    by: User,
    now: datetime,
    link: DeliveryLink | None = None,
) -> list[Told]:
    """Take in what was tapped at the doors of `campaign`, in the order it was tapped; only `orders` are touched.

    A tap that came before is answered as then. One that contradicts what was recorded after the phone last saw the
    order is a conflict and records nothing but itself. Taps through a helper's `link` are taken in as of who made it.
    """
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # one batch after the other
    known = {tick.key: tick for tick in Tick.objects.filter(key__in=[tap.key for tap in taps]).select_related("link")}
    own = set(orders.filter(campaign=campaign, pk__in={tap.order_id for tap in taps}).values_list("pk", flat=True))
    told: dict[UUID, Told] = {}
    new = []
    for tap in {tap.key: tap for tap in taps}.values():
        tick = known.get(tap.key)
        if tap.order_id not in own or (tick and (tick.order_id, tick.by_id, tick.link) != (tap.order_id, by.pk, link)):
            text = _("This order is not in your run any more. Nothing was recorded.")
            told[tap.key] = Told(tap.key, tap.order_id, tap.delivered, TickOutcome.UNKNOWN, said=text)
        elif tick:
            told[tap.key] = as_told(tick)
        else:
            new.append(tap)
    seen = {one.order_id: one.facts for one in told.values() if one.outcome != TickOutcome.UNKNOWN}
    for abreast in one_an_order(new):
        for tick in take_abreast(abreast, seen, by=by, link=link, now=now):
            told[tick.key] = as_told(tick)
            seen[tick.order_id] = tick.facts
    return [told[key] for key in dict.fromkeys(tap.key for tap in taps)]


def as_told(tick: Tick) -> Told:
    outcome = TickOutcome(tick.outcome)
    return Told(tick.key, tick.order_id, tick.delivered, outcome, tick.facts, tick.said, tick.tapped_at)


def one_an_order(taps: Sequence[Tap]) -> Iterator[list[Tap]]:
    """The taps in rounds: the first of each order, then the second of those that have one."""
    by_order: dict[int, list[Tap]] = defaultdict(list)
    for tap in taps:
        by_order[tap.order_id].append(tap)
    for number in range(max(map(len, by_order.values()), default=0)):
        yield [theirs[number] for theirs in by_order.values() if number < len(theirs)]


def take_abreast(
    taps: Sequence[Tap], seen: dict[int, int], *, by: User, link: DeliveryLink | None, now: datetime
) -> list[Tick]:
    """Take in taps of different orders; `seen` is what a phone saw of an order by what it tapped there before."""
    house = as_recorded({tap.order_id for tap in taps})
    ticks = {}
    for tap in taps:
        at, known = house[tap.order_id], seen.get(tap.order_id, tap.seen)
        since = at.facts[known:]
        delivered = at.delivered if tap.delivered else not at.untouched
        outcome = judge(wanted=tap.delivered, delivered=delivered, since={fact.kind for fact in since})
        said = sentence_of(since) if outcome == TickOutcome.CONFLICT else ""
        if outcome == TickOutcome.DONE and tap.delivered and not any(line.outstanding for line in at.lines):
            outcome, said = TickOutcome.CONFLICT, _("Nothing is left to deliver at this door.")
        ticks[tap.order_id] = Tick(
            key=tap.key,
            order_id=tap.order_id,
            delivered=tap.delivered,
            seen=known,
            facts=len(at.facts),
            outcome=outcome,
            said=said,
            tapped_at=tap.at,
            at=now,
            by=by,
            link=link,
        )
    record_done([tick for tick in ticks.values() if tick.outcome == TickOutcome.DONE], house, by=by, now=now)
    return Tick.objects.bulk_create(ticks.values())


def record_done(ticks: Sequence[Tick], house: dict[int, AtTheHouse], *, by: User, now: datetime) -> None:
    """Record what the ticks say and count the facts; what is refused becomes a conflict with its sentence.

    All deliveries go together: what refuses them, the campaign's state, refuses them all.
    """
    together = [tick for tick in ticks if tick.delivered]
    alone = [[tick] for tick in ticks if not tick.delivered]
    helper = next((_("helper: %(name)s") % {"name": tick.link.name} for tick in ticks if tick.link), "")
    for same in filter(None, [together, *alone]):
        lines = [line.pk for tick in same for line in house[tick.order_id].lines]
        verb = deliver if same is together else undeliver
        try:
            with transaction.atomic():
                recorded = [fact.order_id for fact in verb(line_ids=lines, by=by, now=now, reason=helper)]
        except DomainError as error:
            for tick in same:
                tick.outcome, tick.said = TickOutcome.CONFLICT, str(error)
        else:
            for tick in same:
                tick.facts += recorded.count(tick.order_id)


def as_recorded(order_ids: Collection[int]) -> dict[int, AtTheHouse]:
    """What is recorded of the orders, locked; three queries however many."""
    house = {order_id: AtTheHouse() for order_id in order_ids}
    line_ids = OrderLine.objects.filter(order__in=order_ids).values_list("pk", flat=True)
    for line in locked(list(line_ids)):
        house[line.order_id].lines.append(line)
    for fact in SaleFact.objects.filter(order__in=order_ids).select_related("by", "line__offer").order_by("pk"):
        house[fact.order_id].facts.append(fact)
    return house


def sentence_of(facts: Sequence[SaleFact]) -> str:
    """Who recorded what last, of the facts that speak against a tap; times in Asia/Shanghai."""
    fact = next(fact for fact in reversed(facts) if fact.kind not in BESIDE_THE_POINT)
    who = (fact.by.name or fact.by.username) if fact.by else _("the house itself")
    named = {
        "who": f"{who} ({fact.reason})" if fact.kind == FactKind.DELIVERED and fact.reason else who,
        "time": timezone.localtime(fact.at).strftime("%H:%M"),
        "offer": fact.line.offer.name,
        "quantity": spoken(abs(fact.quantity)),
        "unit": fact.line.offer.unit,
    }
    if fact.kind == FactKind.SHORT and fact.quantity < 0:
        return _("%(who)s recorded at %(time)s that %(quantity)s %(unit)s of “%(offer)s” is missing.") % named
    if fact.kind == FactKind.SHORT:
        return _("%(who)s recorded at %(time)s that “%(offer)s” is there after all.") % named
    if fact.kind == FactKind.DELIVERED and fact.quantity > 0:
        return _("%(who)s ticked it as delivered at %(time)s.") % named
    if fact.kind == FactKind.DELIVERED:
        return _("%(who)s took the tick back at %(time)s.") % named
    if fact.kind == FactKind.REFUNDED:
        return _("%(who)s recorded a refund at %(time)s.") % named
    return _("%(who)s changed the order at %(time)s.") % named
