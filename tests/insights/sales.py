"""Orders and their facts, written straight into the tables: what Insights reads, without the services that write it."""

from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from community.models import Group, Member
from orders.enums import CampaignState, FactKind, OrderSource, OrderState
from orders.models import Campaign, Offer, Order, OrderLine, Product, SaleFact

SHANGHAI = ZoneInfo("Asia/Shanghai")

_number = count(1)


def noon(day: date) -> datetime:
    """Midday in Shanghai."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def make_campaign(group: Group, day: date, **fields: object) -> Campaign:
    """A campaign of that day with one offer at one fen apiece, so that a quantity is also its amount."""
    number = next(_number)
    defaults: dict[str, object] = {
        "title": f"团购 {number}",
        "code": f"c{number}",
        "state": CampaignState.OPEN,
        "opens_at": noon(day) - timedelta(hours=12),
        "cuts_off_at": noon(day) + timedelta(hours=8),
        "delivers_on": day + timedelta(days=1),
    }
    campaign = Campaign.objects.create(**defaults | fields)
    campaign.groups.add(group)
    product = Product.objects.create(name=f"苹果 {number}", unit="分", price_fen=1)
    Offer.objects.create(campaign=campaign, product=product, name=product.name, unit=product.unit, price_fen=1)
    return campaign


def make_order(
    member: Member, group: Group, *, fen: int, day: date | None = None, at: datetime | None = None, **fields: object
) -> Order:
    """A member's order of one line placed at `at` (at noon of `day`), in a campaign of its own unless one is given."""
    placed_at = at or noon(day or date(2026, 11, 20))
    order_day = placed_at.astimezone(SHANGHAI).date()
    campaign = fields.pop("campaign", None) or make_campaign(group, order_day)
    order = Order.objects.create(
        campaign=campaign,
        group=group,
        member=member,
        source=OrderSource.CHAIN,
        placed_at=placed_at,
        order_day=order_day,
        **fields,
    )
    OrderLine.objects.create(order=order, offer=campaign.offers.get(), price_fen=1)
    happened(order, FactKind.PLACED, fen)
    return order


def happened(order: Order, kind: FactKind, fen: int, *, on: date | None = None) -> SaleFact:
    """Append one fact to the order's line, signed as it is kept, and let line and order follow."""
    line = order.lines.get()
    if kind in {FactKind.PLACED, FactKind.CHANGED, FactKind.CANCELLED}:
        line.quantity = line.amount_fen = line.amount_fen + fen
    elif kind in {FactKind.REPRICED, FactKind.WEIGHED}:
        line.corrected_quantity = line.corrected_fen = line.corrected_fen + fen
    elif kind == FactKind.SHORT:
        line.short_quantity = line.short_fen = line.short_fen - fen
    elif kind == FactKind.DELIVERED:
        line.delivered_quantity = line.delivered_fen = line.delivered_fen + fen
    else:
        line.refunded_quantity = line.refunded_fen = line.refunded_fen - fen
    line.save()
    wanted = line.owed_fen
    order.state = (
        OrderState.CANCELLED
        if not wanted
        else OrderState.DELIVERED
        if line.delivered_fen == wanted
        else OrderState.PLACED
    )
    order.save(update_fields=["state"])
    return SaleFact.objects.create(
        line=line,
        order=order,
        campaign=order.campaign,
        group=order.group,
        member=order.member,
        kind=kind,
        quantity=fen,
        amount_fen=fen,
        order_day=order.order_day,
        business_date=on or order.order_day,
    )


def deliver(order: Order, *, on: date | None = None) -> SaleFact:
    """Everything still wanted arrives."""
    line = order.lines.get()
    return happened(order, FactKind.DELIVERED, line.owed_fen, on=on)
