"""What waits for somebody today."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from community.models import SeedProfile
from core.enums import JobState
from core.models import Job, User
from orders.enums import UNDER_WAY, OrderState
from orders.models import Campaign, OrderLine
from orders.queries import unsettled_chains

NAMED = 2


@dataclass(frozen=True, slots=True)
class Campaigning:
    """A campaign that is at hand: what happens to it today or tomorrow, or should have happened before.

    `orders` are all that are not cancelled, `waiting` those to deliver still, `short` those something is missing of.
    """

    campaign_id: int
    title: str
    state: str
    cuts_off_at: datetime
    delivers_on: date
    orders: int
    waiting: int
    short: int


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A pasted chain nobody has confirmed, and when its campaign is cut off."""

    paste_id: int
    campaign: str
    group: str
    cuts_off_at: datetime


@dataclass(frozen=True, slots=True)
class SeedsDue:
    """How many seed users somebody wanted to talk to by today, the longest waiting by name, and since when."""

    number: int
    names: tuple[str, ...]
    since: date


def campaigns_at_hand(*, user: User, now: datetime) -> list[Campaigning]:
    """What is cut off or delivered today or tomorrow, and what is overdue; by delivery day, then cut-off.

    A campaign that is cut off and has nothing left to deliver is not at hand any more.
    """
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    end = timezone.make_aware(datetime.combine(tomorrow, time.max))
    open_now = Q(pk__in=Campaign.objects.taking_orders(now).values("pk"))
    soon = Q(cuts_off_at__lte=end) | Q(delivers_on__lte=tomorrow)
    under_way = Q(state__in=UNDER_WAY, delivers_on__lte=tomorrow)
    missing = OrderLine.objects.filter(order=OuterRef("orders"), short_quantity__gt=0)
    campaigns = (
        Campaign.objects.visible_to(user)
        .filter((open_now & soon) | under_way)
        .annotate(
            live=Count("orders", filter=~Q(orders__state=OrderState.CANCELLED)),
            waiting=Count("orders", filter=Q(orders__state=OrderState.PLACED)),
            short=Count("orders", filter=Exists(missing)),
        )
        .exclude(state__in=UNDER_WAY, waiting=0)
    )
    shown = ("pk", "title", "state", "cuts_off_at", "delivers_on", "live", "waiting", "short")
    return [Campaigning(*row) for row in campaigns.order_by("delivers_on", "cuts_off_at", "pk").values_list(*shown)]


def unsettled(*, user: User, now: datetime) -> list[Unsettled]:
    """The chains an operator may settle, the next cut-off first."""
    rows = unsettled_chains(user, now).values_list("pk", "campaign__title", "group__name", "campaign__cuts_off_at")
    return [Unsettled(*row) for row in rows]


def seeds_due(*, user: User, now: datetime) -> SeedsDue | None:
    """None when nobody waits."""
    due = SeedProfile.objects.visible_to(user).filter(next_contact_on__lte=timezone.localdate(now))
    rows = list(due.order_by("next_contact_on", "pk").values_list("member__name", "next_contact_on"))
    if not rows:
        return None
    _name, since = rows[0]
    return SeedsDue(len(rows), tuple(name for name, _day in rows[:NAMED]), cast(date, since))


def dead_jobs(*, user: User) -> int:
    """Jobs that were given up and wait for a person."""
    return Job.objects.filter(state=JobState.DEAD).visible_to(user).count()
