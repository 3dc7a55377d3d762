"""Sales that happened, written straight into the facts: what the commission run reads.

The services of the orders app are tested elsewhere; here a sale has whatever figures, days and deliverers a case needs.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from community.models import Group, Member
from ledger.models import Period
from orders.enums import FactKind, OrderSource, OrderState
from orders.models import Campaign, Offer, Order, OrderLine, SaleFact
from referrals.enums import VersionState
from referrals.models import Plan, PlanVersion
from tests.factories import make_campaign, make_member, make_offer

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
A_DAY_IN_MARCH = date(2026, 3, 10)
A_DAY_IN_APRIL = date(2026, 4, 10)
END_OF_MARCH = datetime(2026, 3, 31, 10, 0, tzinfo=UTC)
END_OF_APRIL = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)
ONE = Decimal(1)

_number = count(1)


def make_period(first_day: date, next_first_day: date) -> Period:
    return Period.objects.create(span=DateRange(first_day, next_first_day, "[)"))


def make_plan(
    *,
    leader_ppm: int = 0,
    referral_1_ppm: int = 0,
    delivery_fee_fen: int = 0,
    delivery_cap_fen: int | None = None,
    first_day: date = date(2026, 1, 1),
    next_first_day: date | None = None,
    plan: Plan | None = None,
) -> PlanVersion:
    """A published version, of a new plan unless told otherwise, in force until the day before `next_first_day`."""
    plan = plan or Plan.objects.create(name=f"方案{next(_number)}")
    return PlanVersion.objects.create(
        plan=plan,
        number=plan.versions.count() + 1,
        span=DateRange(first_day, next_first_day, "[)"),
        leader_ppm=leader_ppm,
        referral_1_ppm=referral_1_ppm,
        delivery_fee_fen=delivery_fee_fen,
        delivery_cap_fen=delivery_cap_fen,
        state=VersionState.PUBLISHED,
        published_at=timezone.now(),
    )


def make_round(*groups: Group, offers: int = 5) -> Campaign:
    """A campaign with so many offers: an order has at most one line of each."""
    campaign = make_campaign(*groups)
    for number in range(offers):
        make_offer(campaign, f"商品{number}")
    return campaign


def make_sale(
    group: Group,
    *bases_fen: int,
    campaign: Campaign | None = None,
    member: Member | None = None,
    door: str = "",
    leader: Member | None = None,
    referrer: Member | None = None,
) -> Order:
    """An order with a line of one piece at each price, nothing delivered yet."""
    campaign = campaign or make_round(group, offers=len(bases_fen))
    order = Order.objects.create(
        campaign=campaign,
        group=group,
        member=member or make_member(),
        door=door,
        source=OrderSource.API,
        state=OrderState.PLACED,
        placed_at=END_OF_MARCH,
        order_day=A_DAY_IN_MARCH,
        leader=leader,
        referrer_1=referrer,
    )
    offers = Offer.objects.filter(campaign=campaign).order_by("pk")[: len(bases_fen)]
    OrderLine.objects.bulk_create(
        OrderLine(order=order, offer=offer, price_fen=base_fen, quantity=ONE, amount_fen=base_fen)
        for offer, base_fen in zip(offers, bases_fen, strict=True)
    )
    return order


def fact(
    line: OrderLine, kind: FactKind, *, amount_fen: int, quantity: Decimal, on: date, by: Member | None = None
) -> SaleFact:
    """A fact of the line, signed as given and not yet saved; `by` is who delivered."""
    return SaleFact(
        line=line,
        order=line.order,
        campaign_id=line.order.campaign_id,
        group_id=line.order.group_id,
        member_id=line.order.member_id,
        kind=kind,
        quantity=quantity,
        amount_fen=amount_fen,
        order_day=line.order.order_day,
        business_date=on,
        leader=by,
    )


def lines_of(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("order").order_by("pk"))


def deliver(order: Order, *, on: date = A_DAY_IN_MARCH, by: Member | None = None, sign: int = 1) -> Order:
    """Everything at the door, carried there by `by` (nobody in particular: by the order's leader)."""
    SaleFact.objects.bulk_create(
        fact(
            line,
            FactKind.DELIVERED,
            amount_fen=sign * line.amount_fen,
            quantity=sign * ONE,
            on=on,
            by=by or order.leader,
        )
        for line in lines_of(order)
    )
    return order


def untick(order: Order, *, on: date = A_DAY_IN_MARCH) -> Order:
    """The delivery taken back: it had been ticked by mistake."""
    return deliver(order, on=on, sign=-1)


def refund(line: OrderLine, fen: int, *, on: date = A_DAY_IN_MARCH) -> None:
    fact(line, FactKind.REFUNDED, amount_fen=-fen, quantity=0 * ONE, on=on).save()


def delivered_sale(
    group: Group, *bases_fen: int, on: date = A_DAY_IN_MARCH, by: Member | None = None, **order: object
) -> Order:
    return deliver(make_sale(group, *bases_fen, **order), on=on, by=by)
