"""Finding orders, and telling what happened to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Prefetch, Q, QuerySet

from community.models import Membership
from core.models import User
from core.search import named_like, typed
from orders.enums import FactKind
from orders.models import Order, OrderLine, SaleFact
from orders.queries.payments import with_due


def orders_matching(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Orders of members whose name, pinyin or initials match, or at a door that begins like that."""
    wanted = typed(text)
    if not wanted:
        return orders
    return orders.filter(named_like(wanted, prefix="member__") | Q(door__istartswith=wanted))


def with_goods(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what they come to and what is due (`with_due`), the people and places, and their `wanted` lines."""
    wanted = OrderLine.objects.filter(quantity__gt=0).select_related("offer").order_by("offer__position", "pk")
    return (
        with_due(orders)
        .select_related("member", "group", "campaign")
        .prefetch_related(Prefetch("lines", wanted, to_attr="wanted"))
    )


def others_at_the_door(order: Order) -> list[str]:
    """Names of other members at the order's door: on the public page anybody may claim to live there."""
    there = Membership.objects.current().filter(group=order.group_id, door=order.door).exclude(member=order.member_id)
    return list(there.exclude(door="").order_by("member__pinyin", "pk").values_list("member__name", flat=True))


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to an order in one go: which lines, by whom (None: the clock or a program), when and why."""

    kind: FactKind
    at: datetime
    by: User | None
    reason: str
    facts: Sequence[SaleFact]

    @property
    def amount_fen(self) -> int:
        return sum(fact.amount_fen for fact in self.facts)


def timeline(order: Order) -> list[Event]:
    """Everything that happened to an order, the latest first; one query."""
    facts = order.facts.select_related("by", "line__offer").order_by("-at", "kind", "by", "reason", "pk")
    together = groupby(facts, key=lambda fact: (fact.at, fact.kind, fact.by, fact.reason))
    return [Event(FactKind(kind), at, by, reason, tuple(same)) for (at, kind, by, reason), same in together]
