"""Sales that happened, written straight into the facts: what the commission run reads.

The services of the orders app are tested elsewhere; here a sale has whatever figures, days and deliverers a case needs.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from types import MappingProxyType

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from community.models import Group, Member
from ledger.models import Period
from orders.enums import FactKind, OrderSource, OrderState
from orders.models import Campaign, Offer, Order, OrderLine, Product, SaleFact
from referrals.enums import Clock, VersionState
from referrals.models import Plan, PlanVersion, RateTerm, VolumeTier
from referrals.rules.tiers import Volume
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
    first_day: date = date(2026, 1, 1),
    next_first_day: date | None = None,
    plan: Plan | None = None,
    product_ppm: Mapping[Product, int | None] = MappingProxyType({}),
    group_ppm: Mapping[Group, int] = MappingProxyType({}),
    person_ppm: Mapping[Member, int] = MappingProxyType({}),
    volume: Volume | None = None,
    clock: Clock = Clock.DELIVERED,
    **terms: int | None,
) -> PlanVersion:
    """A published version, of a new plan unless told otherwise, in force until the day before `next_first_day`."""
    plan = plan or Plan.objects.create(name=f"方案{next(_number)}", clock=clock)
    version = PlanVersion.objects.create(
        plan=plan,
        number=plan.versions.count() + 1,
        span=DateRange(first_day, next_first_day, "[)"),
        leader_ppm=leader_ppm,
        level_2_acknowledged_by="钱总" if terms.get("referral_2_ppm") else "",
        volume_kind=volume.kind if volume else "",
        cliffs_acknowledged_by="钱总" if volume else "",
        **terms,
    )
    own = [({"product": product}, ppm) for product, ppm in product_ppm.items()]
    own += [({"group": group}, ppm) for group, ppm in group_ppm.items()]
    own += [({"person": person}, ppm) for person, ppm in person_ppm.items()]
    RateTerm.objects.bulk_create(RateTerm(version=version, leader_ppm=ppm, **scope) for scope, ppm in own)
    if volume:
        tiers = zip(volume.bounds_fen, volume.rates_ppm, strict=True)
        VolumeTier.objects.bulk_create(VolumeTier(version=version, above_fen=fen, leader_ppm=ppm) for fen, ppm in tiers)
    version.state, version.published_at = VersionState.PUBLISHED, timezone.now()
    version.save()
    return version


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
    referrer_2: Member | None = None,
    seed: Member | None = None,
    order_day: date = A_DAY_IN_MARCH,
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
        order_day=order_day,
        leader=leader,
        referrer_1=referrer,
        referrer_2=referrer_2,
        seed=seed,
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
