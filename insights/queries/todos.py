"""What waits for somebody today."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast

from django.db.models import Count, Q
from django.utils import timezone

from community.models import SeedProfile
from core.enums import JobState
from core.models import Job, User
from orders.enums import UNDER_WAY, OrderState
from orders.models import Campaign
from referrals.enums import RunState
from referrals.models import Run

NAMED = 2
LISTED = 5


@dataclass(frozen=True, slots=True)
class Closing:
    """An open campaign whose cut-off is today, and how many orders it has."""

    campaign_id: int
    title: str
    cuts_off_at: datetime
    orders: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A campaign that is cut off, whose delivery day is today or past, and how many orders are still to deliver."""

    campaign_id: int
    title: str
    delivers_on: date
    orders: int


@dataclass(frozen=True, slots=True)
class SeedsDue:
    """How many seed users somebody wanted to talk to by today, the longest waiting by name, and since when."""

    number: int
    names: tuple[str, ...]
    since: date


def closing_today(*, user: User, now: datetime) -> list[Closing]:
    """The next to close first, at most five."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now) + timedelta(days=1), time.min))
    campaigns = Campaign.objects.visible_to(user).taking_orders(now).filter(cuts_off_at__lt=midnight)
    live = Count("orders", filter=~Q(orders__state=OrderState.CANCELLED))
    rows = campaigns.order_by("cuts_off_at", "pk").annotate(live=live)[:LISTED]
    return [Closing(*row) for row in rows.values_list("pk", "title", "cuts_off_at", "live")]


def undelivered(*, user: User, now: datetime) -> list[Undelivered]:
    """The longest overdue first, at most five; a campaign whose orders are all delivered does not wait."""
    campaigns = Campaign.objects.visible_to(user).filter(state__in=UNDER_WAY, delivers_on__lte=timezone.localdate(now))
    waiting = campaigns.annotate(waiting=Count("orders", filter=Q(orders__state=OrderState.PLACED)))
    rows = waiting.filter(waiting__gt=0).order_by("delivers_on", "pk")[:LISTED]
    return [Undelivered(*row) for row in rows.values_list("pk", "title", "delivers_on", "waiting")]


def seeds_due(*, user: User, now: datetime) -> SeedsDue | None:
    """None when nobody waits."""
    due = SeedProfile.objects.visible_to(user).filter(next_contact_on__lte=timezone.localdate(now))
    rows = list(due.order_by("next_contact_on", "pk").values_list("member__name", "next_contact_on"))
    if not rows:
        return None
    _name, since = rows[0]
    return SeedsDue(len(rows), tuple(name for name, _day in rows[:NAMED]), cast(date, since))


def runs_to_review(*, user: User) -> int:
    """Runs of commissions that this person may approve: made by somebody else."""
    return Run.objects.visible_to(user).filter(state=RunState.REVIEW).exclude(ran_by=user).count()


def dead_jobs(*, user: User) -> int:
    """Jobs that were given up and wait for a person."""
    return Job.objects.filter(state=JobState.DEAD).visible_to(user).count()
