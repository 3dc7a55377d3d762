"""A fission campaign and people who were brought: what tests of rewards are played with."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from community.models import Group, Member
from core.models import User
from orders.enums import PayMethod
from orders.models import Balance, Order
from orders.queries import due_of
from orders.services import collect_due
from referrals.enums import RewardKind
from referrals.models import FissionCampaign, Reward
from referrals.services import FissionTerms, Gift, plan_fission, refer, start_fission
from tests import factories as make
from tests.factories import NOW, TODAY

COUPON = Gift(RewardKind.COUPON, 1000, least_fen=2990, valid_days=30)
CREDIT = Gift(RewardKind.CREDIT, 800)


def terms(**changes: object) -> FissionTerms:
    """As in case D18: a coupon of 10.00 for the new member, 8.00 for who brought them, from 29.90, held for 7 days."""
    said = {
        "name": "邻里拉新",
        "first_day": TODAY - timedelta(days=10),
        "last_day": TODAY + timedelta(days=20),
        "budget_fen": 100_000,
        "threshold_fen": 2990,
        "hold_days": 7,
        "newcomer": COUPON,
        "referrer": CREDIT,
    }
    return FissionTerms(**{**said, **changes})


def make_fission(*, by: User, started: bool = True, now: datetime = NOW, **changes: object) -> FissionCampaign:
    campaign = plan_fission(terms=terms(**changes), by=by, now=now)
    if started:
        start_fission(campaign=campaign, by=by, now=now)
    campaign.refresh_from_db()
    return campaign


def make_newcomer(referrer: Member, group: Group, name: str = "李强", *, now: datetime = NOW) -> Member:
    """Somebody who joined that day, brought by `referrer`."""
    member = make.make_member(name, group=group, joined_on=timezone.localdate(now))
    refer(referrer=referrer, referee=member, reason="", by=None, now=now)
    return member


def ordered(
    member: Member, group: Group, fen: int = 3500, *, by: User, now: datetime = NOW, paid: bool = True
) -> Order:
    """Delivered to the door for so much, and paid to the house in cash."""
    campaign = make.make_campaign(
        group, opens_at=now - timedelta(days=1), cuts_off_at=now + timedelta(hours=10), delivers_on=TODAY
    )
    order = make.order_for(member, (make.make_offer(campaign, price_fen=fen), 1), group=group, now=now)
    make.delivered(order, by=by, now=now)
    if paid:
        collect_due(order=order, due_fen=due_of(order.pk).fen, method=PayMethod.CASH, by=by, now=now)
    return order


def days(number: int) -> datetime:
    """The same hour so many days later."""
    return NOW + timedelta(days=number)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def states(campaign: FissionCampaign) -> list[str]:
    return list(Reward.objects.filter(qualification__campaign=campaign).order_by("pk").values_list("state", flat=True))


def balance_of(member: Member) -> int:
    return Balance.objects.filter(member=member).values_list("amount_fen", flat=True).first() or 0


ONE = Decimal(1)
