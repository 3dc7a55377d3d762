"""What the rows of a WeChat bill are put beside: orders that may have been paid, transactions booked before."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from core.models import User
from orders.enums import UNDER_WAY, CampaignState, ClaimKind, ClaimState, OrderSource, PayMethod
from orders.models import MemberAlias, Order, Payment, PaymentClaim
from orders.queries.payments import with_due
from orders.rules.bill import Incoming, OpenOrder, Packet
from orders.rules.bill.matching import WITHIN
from orders.rules.jielong import same_name_key

CLOSED_FOR = timedelta(days=30)
"""Money for a closed campaign still comes; later than that somebody records it on the order."""
BY_WECHAT = (PayMethod.WECHAT, PayMethod.RED_PACKET)


def booked_before(external_ids: Collection[str]) -> set[str]:
    """Which of the transactions are booked already, in whatever group."""
    booked = Payment.objects.filter(external_id__in=external_ids).exclude(external_id="")
    return set(booked.values_list("external_id", flat=True))


def orders_for_bill(user: User, rows: Sequence[Incoming], *, now: datetime) -> dict[int, tuple[Order, OpenOrder]]:
    """The orders this person sees that one of the rows may have paid, by id; four queries.

    Also those where one of the amounts stands as recorded by hand: the row may be that money.
    """
    if not rows:
        return {}
    amounts = {row.fen for row in rows}
    first = min(row.at for row in rows) - WITHIN
    by_hand = Payment.objects.filter(
        method__in=BY_WECHAT, external_id="", amount_fen__in=amounts, takes_back=None, taken_back_by=None
    )
    packets = PaymentClaim.objects.filter(
        kind=ClaimKind.RED_PACKET, state__in=[ClaimState.OPEN, ClaimState.EXPIRED], amount_fen__in=amounts
    )
    claims = PaymentClaim.objects.filter(Q(kind=ClaimKind.SAID_PAID, state=ClaimState.OPEN) | Q(pk__in=packets))
    running = Q(campaign__state__in=[CampaignState.OPEN, *UNDER_WAY]) | Q(
        campaign__state=CampaignState.CLOSED, campaign__delivers_on__gte=timezone.localdate(now) - CLOSED_FOR
    )
    orders = (
        with_due(Order.objects.visible_to(user).filter(running, placed_at__gte=first))
        .filter(
            Q(due_fen__in=amounts)
            | Q(due_fen__gt=0, pk__in=packets.values("order"))
            | Q(pk__in=by_hand.values("order"))
        )
        .select_related("member", "group", "campaign")
        .prefetch_related(Prefetch("payments", by_hand, "by_hand"), Prefetch("claims", claims, "told"))
        .order_by("pk")
    )
    found = list(orders)
    signed = signatures(found)
    return {order.pk: (order, as_open(order, signed)) for order in found}


def signatures(orders: Sequence[Order]) -> Mapping[tuple[int, int], set[str]]:
    """How members sign in the chains of a group, by group and member; a signature with a door is told by its name."""
    signed: dict[tuple[int, int], set[str]] = defaultdict(set)
    groups, members = {order.group_id for order in orders}, {order.member_id for order in orders}
    for alias in MemberAlias.objects.filter(group__in=groups, member__in=members):
        signed[alias.group_id, alias.member_id].add(alias.text.partition("@")[0])
    return signed


def as_open(order: Any, signed: Mapping[tuple[int, int], set[str]]) -> OpenOrder:
    """For the rules; an order out of a chain may have been paid since its campaign opened."""
    from_chain = order.source == OrderSource.CHAIN
    return OpenOrder(
        order_id=order.pk,
        names=frozenset({same_name_key(order.member.name), *signed.get((order.group_id, order.member_id), ())}),
        pinyin=order.member.pinyin,
        door=order.door,
        due_fen=max(order.due_fen, 0),
        since=min(order.campaign.opens_at, order.placed_at) if from_chain else order.placed_at,
        placed_at=order.placed_at,
        said_paid=any(claim.kind == ClaimKind.SAID_PAID for claim in order.told),
        packets=tuple(
            Packet(claim.pk, claim.amount_fen, claim.expires_at)
            for claim in order.told
            if claim.kind == ClaimKind.RED_PACKET
        ),
        by_hand=tuple(payment.amount_fen for payment in order.by_hand),
    )
