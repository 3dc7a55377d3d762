"""The people and places tests are peopled with: every call saves one row, with defaults a test may replace.

Names repeat when a test does not care; usernames and short codes are numbered because they are unique.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateRange

from community.models import CoLeader, Group, LeaderAssignment, Member, Membership, Neighbourhood
from core.enums import Role, TokenScope
from core.models import ApiToken, User
from orders.enums import CampaignState, OrderSource
from orders.models import Campaign, Offer, Order, Product, Supplier
from orders.services import cut_off, deliver, place_order

LONG_AGO = date(2025, 1, 1)
"""When everything began, unless a test says otherwise."""
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""Friday morning, ten o'clock in Shanghai."""
TODAY = date(2026, 11, 20)
LONG_AGO_MOMENT = datetime(2025, 1, 1, tzinfo=UTC)
FAR_OFF = datetime(2100, 1, 1, tzinfo=UTC)
"""For a campaign that is open whenever a test runs."""

_number = count(1)


def make_user(role: Role = Role.OPERATOR, *, name: str = "", **fields: object) -> User:
    """Somebody with a login and no password; log in with `client.force_login`."""
    user = User(username=f"{role}-{next(_number)}", name=name or str(role.label), role=role, **fields)
    user.set_unusable_password()
    user.save()
    return user


def make_token(user: User, scope: TokenScope = TokenScope.WRITE, **fields: object) -> str:
    """What a program shows to act in the user's name."""
    _row, secret = ApiToken.objects.create(user=user, scope=scope, **fields)
    return str(secret)


def make_neighbourhood(name: str = "锦绣华城", **fields: object) -> Neighbourhood:
    return Neighbourhood.objects.create(name=name, **fields)


def make_group(name: str = "锦绣华城一群", *, neighbourhood: Neighbourhood | None = None, **fields: object) -> Group:
    fields.setdefault("opened_on", LONG_AGO)
    return Group.objects.create(name=name, neighbourhood=neighbourhood or make_neighbourhood(), **fields)


def make_share(
    group: Group, member: Member, share_ppm: int = 400_000, first_day: date = LONG_AGO, last_day: date | None = None
) -> CoLeader:
    """A co-leader's share of the group, its last day included."""
    after = last_day and last_day + timedelta(days=1)
    return CoLeader.objects.create(group=group, member=member, share_ppm=share_ppm, span=DateRange(first_day, after))


def make_member(name: str = "王芳", *, group: Group | None = None, door: str = "", **fields: object) -> Member:
    """A member; with `group` also their membership, at `door`, since the day they joined."""
    fields.setdefault("joined_on", LONG_AGO)
    member = Member.objects.create(name=name, **fields)
    if group is not None:
        Membership.objects.create(group=group, member=member, door=door, joined_on=member.joined_on)
    return member


def make_leader(
    *groups: Group, name: str = "周敏", first_day: date = LONG_AGO, last_day: date | None = None, **fields: object
) -> Member:
    """A member with a leader's login (`.user`), assigned to the groups from `first_day` to `last_day` inclusive."""
    member = make_member(name, user=make_user(Role.LEADER, name=name), **fields)
    for group in groups:
        assign(member, group, first_day=first_day, last_day=last_day)
    return member


def assign(
    leader: Member, group: Group, *, first_day: date = LONG_AGO, last_day: date | None = None
) -> LeaderAssignment:
    """An assignment whose last day, when it has one, is still part of it."""
    span = DateRange(first_day, last_day + timedelta(days=1) if last_day else None, "[)")
    return LeaderAssignment.objects.create(group=group, leader=leader, span=span)


def make_supplier(name: str = "江桥果品", **fields: object) -> Supplier:
    return Supplier.objects.create(name=name, **fields)


def make_product(
    name: str = "苹果", *, unit: str = "斤", counted: bool = False, price_fen: int = 1000, **fields: object
) -> Product:
    fields.setdefault("spec", f"#{next(_number)}")
    return Product.objects.create(name=name, unit=unit, counted=counted, price_fen=price_fen, **fields)


def make_campaign(
    *groups: Group, title: str = "周五鲜果团", state: str = CampaignState.OPEN, **fields: object
) -> Campaign:
    """Opened yesterday, cut off ten hours from NOW, delivered tomorrow."""
    fields.setdefault("opens_at", NOW - timedelta(days=1))
    fields.setdefault("cuts_off_at", NOW + timedelta(hours=10))
    fields.setdefault("delivers_on", TODAY + timedelta(days=1))
    campaign = Campaign.objects.create(title=title, code=f"c{next(_number)}", state=state, **fields)
    campaign.groups.set(groups)
    return campaign


def make_offer(campaign: Campaign, name: str = "苹果", *, price_fen: int = 1000, **fields: object) -> Offer:
    """An offer of a new product of that name; `stock` and `limit_each` as Decimals or None."""
    product_fields = {key: fields.pop(key) for key in ("unit", "counted", "aliases", "code") if key in fields}
    product = make_product(name, price_fen=price_fen, **product_fields)
    return Offer.objects.create(
        campaign=campaign,
        product=product,
        name=name,
        unit=product.unit,
        counted=product.counted,
        price_fen=price_fen,
        position=campaign.offers.count(),
        **fields,
    )


def order_for(member: Member, *wanted: tuple[Offer, int | str], group: Group, now: datetime = NOW) -> Order:
    """An order placed through the service, each offer with its quantity."""
    placed = place_order(
        campaign=wanted[0][0].campaign,
        group=group,
        member=member,
        quantities={offer.pk: Decimal(quantity) for offer, quantity in wanted},
        source=OrderSource.API,
        by=None,
        now=now,
    )
    return Order.objects.get(pk=placed.order_id)


def delivered(order: Order, *, by: User, now: datetime = NOW) -> Order:
    """The order with everything at the door; its campaign is cut off first if it is still open."""
    if Campaign.objects.get(pk=order.campaign_id).state == CampaignState.OPEN:
        cut_off(campaign=order.campaign, by=by, now=now)
    deliver(line_ids=list(order.lines.values_list("pk", flat=True)), by=by, now=now)
    order.refresh_from_db()
    return order
