"""Finding orders, and telling what happened to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import groupby
from operator import and_
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils.timezone import make_aware

from community.models import Group, Member, Membership
from community.queries import groups_matching
from community.queries.members import PHONE_TAIL
from community.rules.doors import tidy_door
from core.models import User
from core.search import named_like, typed
from orders.enums import FactKind, OrderState
from orders.models import Campaign, Offer, Order, OrderLine, Product, SaleFact
from orders.queries.payments import with_due


def orders_matching(orders: QuerySet[Order], text: str, *, by_phone: bool = False) -> QuerySet[Order]:
    """Orders of members named like `text`, at such a door, of such a product; several words must all fit: 王 草莓.

    `by_phone` also those whose member's number ends in it, from four digits on.
    """
    if not (wanted := typed(text)):
        return orders
    words = [_fits(word, by_phone=by_phone) for word in wanted.split()]
    return orders.filter(reduce(and_, words) | _fits(wanted, by_phone=by_phone) if len(words) > 1 else words[0])


def _fits(word: str, *, by_phone: bool) -> Q:
    members = named_like(word)
    if by_phone and PHONE_TAIL.fullmatch(word):
        members |= Q(phone__endswith=word)
    door = tidy_door(word)
    offers = Offer.objects.filter(Q(name__icontains=word) | named_like(word, prefix="product__"))
    return (
        Q(member__in=Member.objects.filter(members))
        | Q(door__istartswith=door)
        | Q(door__icontains=f"-{door}")
        | _of_offers(offers)
    )


def _of_offers(offers: QuerySet[Offer]) -> Q:
    """Orders that want one of the offers; of cancelled ones those that did."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"), offer__in=offers)
    wanted = _has(lines.filter(quantity__gt=0)) | (Q(state=OrderState.CANCELLED) & _has(lines))
    return Q(campaign__in=offers.values("campaign")) & wanted


def _has(lines: QuerySet[OrderLine]) -> Q:
    """Whether there is one. An EXISTS would be answered by reading every line of the offers there ever was, before the
    first order of the page is looked at; this asks order by order, and a page needs few."""
    return Q(IsNull(Subquery(lines.values("pk")[:1]), False))


def orders_narrowed(
    orders: QuerySet[Order],
    *,
    product: Product | None = None,
    since: date | None = None,
    until: date | None = None,
    place: str = "",
    **exactly: Any,
) -> QuerySet[Order]:
    """Orders of a product, placed from one day to another (both included, Asia/Shanghai), in a campaign or group or led
    by somebody called like `place`; and what is `exactly` so: campaign, group, leader, state, source."""
    orders = orders.filter(**{field: value for field, value in exactly.items() if value})
    if product:
        orders = orders.filter(_of_offers(Offer.objects.filter(product=product)))
    if since:
        orders = orders.filter(placed_at__gte=_midnight(since))
    if until:
        orders = orders.filter(placed_at__lt=_midnight(until + timedelta(days=1)))
    if wanted := typed(place):
        orders = orders.filter(
            Q(campaign__in=Campaign.objects.filter(named_like(wanted, name="title")))
            | Q(group__in=groups_matching(Group.objects.all(), wanted))
            | Q(leader__in=Member.objects.filter(named_like(wanted)))
        )
    return orders


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def with_people(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with who led and who referred, beside what `with_goods` gives."""
    return with_goods(orders).select_related("leader", "referrer_1")


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
