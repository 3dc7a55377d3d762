"""What was paid, what is due, who holds it. Money in fen."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from community.models import Group, Member
from core.sql import statement
from orders.enums import ClaimKind, ClaimState, PayMethod
from orders.models import BalanceMove, Campaign, Coupon, Holding, Order, OrderLine, Payment, PaymentClaim, Settlement
from orders.queries.campaigns import NET_FEN
from orders.queries.delivery import door_order

UNPAID_BY_GROUP = statement(__file__, "unpaid_by_group")
LATEST = 30
"""Payments, hand-overs and moves are listed this far back."""


def with_due(orders: QuerySet[Order]) -> QuerySet[Any]:
    """Orders with `net_fen` (after shortages and refunds), `paid_fen`, of that `coupon_fen`, and `due_fen`: see Due."""
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    paid = Payment.objects.filter(order=OuterRef("pk")).order_by().values("order")
    net = Coalesce(Subquery(lines.annotate(n=Sum(NET_FEN)).values("n")), 0)
    got = Coalesce(Subquery(paid.annotate(n=Sum("amount_fen")).values("n")), 0)
    by_coupon = paid.filter(method=PayMethod.COUPON).annotate(n=Sum("amount_fen")).values("n")
    return orders.annotate(net_fen=net, paid_fen=got, coupon_fen=Coalesce(Subquery(by_coupon), 0)).annotate(
        due_fen=Greatest(F("net_fen") - F("coupon_fen"), 0) - F("paid_fen") + F("coupon_fen")
    )


@dataclass(frozen=True, slots=True)
class Due:
    """Where one order stands: what it comes to, what was paid of it, and how much of that by coupons."""

    net_fen: int
    paid_fen: int
    coupon_fen: int = 0

    @property
    def fen(self) -> int:
        """What is still due; negative is to be given back. A coupon pays first, and its rest is never given back."""
        return max(self.net_fen - self.coupon_fen, 0) - (self.paid_fen - self.coupon_fen)


def due_of(order_id: int) -> Due:
    """Where the order stands now; one query."""
    row = with_due(Order.objects.filter(pk=order_id)).values_list("net_fen", "paid_fen", "coupon_fen").get()
    return Due(*row)


def payments_of(order: Order) -> list[Payment]:
    """Everything that was paid for the order and given back, the latest first; one query."""
    return list(order.payments.select_related("by", "holder", "taken_back_by").order_by("-pk"))


def open_claims(order: Order) -> list[PaymentClaim]:
    return list(order.claims.filter(state=ClaimState.OPEN).order_by("pk"))


def coupons_for(order: Order, due: Due, *, day: date) -> QuerySet[Coupon]:
    """Those of the order's member that can pay for it that day (Asia/Shanghai), the one that ends first at the top."""
    coupons = Coupon.objects.unused().filter(member=order.member_id, last_day__gte=day)
    fits = coupons.filter(least_fen__lte=due.net_fen, amount_fen__lte=max(due.fen, 0))
    return fits.order_by("last_day", "-amount_fen", "pk")


@dataclass(frozen=True, slots=True)
class Unpaid:
    """How many orders are not paid in full, and what is due of them together."""

    orders: int
    fen: int


def unpaid_by_group(campaign: Campaign) -> dict[int, Unpaid]:
    """By group id, what is due of the campaign there; a group that owes nothing is left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(UNPAID_BY_GROUP, {"campaign": campaign.pk})
        return {group: Unpaid(orders, int(fen)) for group, orders, fen in cursor.fetchall()}


def unpaid_of(campaign: Campaign) -> Unpaid:
    """What is due of the whole campaign; one query."""
    groups = unpaid_by_group(campaign).values()
    return Unpaid(sum(one.orders for one in groups), sum(one.fen for one in groups))


@dataclass(frozen=True, slots=True)
class Debtor:
    """One order to collect for: where it stands, what is only said to be paid, and the payment that can be undone."""

    order: Order
    due: Due
    claims: tuple[PaymentClaim, ...]
    latest: Payment | None

    @property
    def settled(self) -> bool:
        return self.due.fen == 0


@dataclass(frozen=True, slots=True)
class Collecting:
    """The orders of a campaign in some groups, those that owe or are owed something first, by group and door."""

    rows: tuple[Debtor, ...] = field(default_factory=tuple)

    @property
    def open(self) -> tuple[Debtor, ...]:
        return tuple(row for row in self.rows if not row.settled)

    @property
    def settled(self) -> int:
        return sum(row.settled for row in self.rows)

    @property
    def due_fen(self) -> int:
        return sum(max(row.due.fen, 0) for row in self.rows)

    @property
    def paid_fen(self) -> int:
        return sum(row.due.paid_fen for row in self.rows)

    def find(self, order_id: int) -> Debtor | None:
        return next((row for row in self.rows if row.order.pk == order_id), None)


def collecting(campaign: Campaign, groups: Collection[Group]) -> Collecting:
    """Every order of the campaign in the groups that comes to something or was paid something; three queries."""
    undone = Payment.objects.filter(takes_back=None, taken_back_by=None).select_related("holder").order_by("pk")
    claims = PaymentClaim.objects.filter(state=ClaimState.OPEN).order_by("pk")
    orders = (
        with_due(Order.objects.filter(campaign=campaign, group__in=groups))
        .filter(Q(net_fen__gt=0) | ~Q(paid_fen=0))
        .select_related("member", "group")
        .prefetch_related(Prefetch("payments", undone, "standing"), Prefetch("claims", claims, "open_claims"))
    )
    rows = [
        Debtor(
            order,
            Due(order.net_fen, order.paid_fen, order.coupon_fen),
            tuple(order.open_claims),
            order.standing[-1] if order.standing else None,
        )
        for order in orders
    ]
    rows.sort(key=lambda row: (row.settled, row.order.group.pinyin, door_order(row.order.door), row.order.pk))
    return Collecting(tuple(rows))


def unopened_packets(groups: QuerySet[Group], *, now: datetime) -> QuerySet[PaymentClaim]:
    """Red packets of the groups that nobody opened yet, the first to expire first."""
    waiting = PaymentClaim.objects.filter(state=ClaimState.OPEN, kind=ClaimKind.RED_PACKET, expires_at__gt=now)
    return waiting.filter(group__in=groups).select_related("order__member", "order__campaign").order_by("expires_at")


def holdings(held: QuerySet[Holding]) -> QuerySet[Holding]:
    """With the leader and `handed_over_at`, when they last handed something over; who holds most first."""
    latest = Settlement.objects.filter(leader=OuterRef("pk"), takes_back=None, taken_back_by=None).order_by()
    when = latest.values("leader").annotate(at=Max("at")).values("at")
    return held.select_related("leader").annotate(handed_over_at=Subquery(when)).order_by("-amount_fen", "leader")


@dataclass(frozen=True, slots=True)
class InHand:
    """What one leader has in hand: what was collected since it was last nothing, by campaign, and the hand-overs."""

    leader: Member
    fen: int
    since: datetime | None
    campaigns: list[tuple[str, int]]
    payments: list[Payment]
    settlements: list[Settlement]

    @property
    def latest_settlement(self) -> int:
        """The id of the latest hand-over, 0 before the first: what somebody saw who records the next."""
        return self.settlements[0].pk if self.settlements else 0


def in_hand(leader: Member) -> InHand:
    """Four queries."""
    holding = Holding.objects.filter(leader=leader).first()
    mine = Payment.objects.filter(holder=leader)
    since = holding.since if holding else None
    by_campaign = mine.filter(at__gte=since) if since else mine.none()
    sums = by_campaign.order_by().values("campaign").annotate(fen=Sum("amount_fen"))
    return InHand(
        leader=leader,
        fen=holding.amount_fen if holding else 0,
        since=since,
        campaigns=list(sums.exclude(fen=0).order_by("-campaign").values_list("campaign__title", "fen")),
        payments=list(mine.select_related("order__member", "campaign", "takes_back").order_by("-pk")[:LATEST]),
        settlements=list(leader.settlements.select_related("by", "taken_back_by")[:LATEST]),
    )


def balance_moves(member: Member) -> list[BalanceMove]:
    return list(member.balance_moves.select_related("by", "payment__order__campaign")[:LATEST])


def coupons_of(member: Member) -> list[Coupon]:
    """The member's coupons, the latest first, with the order each was used for."""
    return list(member.coupons.select_related("payment__order__campaign").order_by("-pk")[:LATEST])
