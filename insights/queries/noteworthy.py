"""What may be worth a look this week. Facts with their figures; which of them are said is decided by the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef
from django.utils import timezone

from community.models import SeedProfile
from core.models import User
from core.money import PPM, half_up
from core.sql import statement
from insights.queries.returning import Cohort
from insights.rules import noteworthy as rules
from insights.rules.weeks import monday_of
from orders.models import Campaign, Offer, Order
from orders.queries.campaigns import LIVE_STATES
from referrals.models import Referral

FALLING_GROUPS = statement(__file__, "falling_groups")
LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class FallingGroup:
    """A group whose GMV (fen) fell from week to week over three finished ones; `leader` is empty where nobody leads.

    `opened_on` is the last day a campaign was opened there, None if none ever was; `open_now`: one takes orders now.
    """

    group_id: int
    name: str
    weeks_fen: tuple[int, int, int]
    leader: str
    opened_on: date | None
    open_now: bool

    @property
    def fell_ppm(self) -> int:
        """By how much of the first week, in parts per million."""
        first, _second, last = self.weeks_fen
        return half_up((first - last) * PPM, first)


@dataclass(frozen=True, slots=True)
class ReturningCohort:
    """A cohort (the Monday of its first orders) more of which came back the week after than of those before it."""

    week: date
    returned: int
    members: int
    returned_before: int
    members_before: int
    cohorts_before: int

    @property
    def rate_ppm(self) -> int:
        return half_up(self.returned * PPM, self.members)

    @property
    def before_ppm(self) -> int:
        return half_up(self.returned_before * PPM, self.members_before)


@dataclass(frozen=True, slots=True)
class ScarceOffer:
    """An offer that takes orders and of which little or nothing is left, in its unit."""

    campaign_id: int
    campaign: str
    cuts_off_at: datetime
    name: str
    unit: str
    taken: Decimal
    stock: Decimal

    @property
    def left(self) -> Decimal:
        return self.stock - self.taken


@dataclass(frozen=True, slots=True)
class Bringer:
    """A member who brought people this week: how many, how many of them have ordered; `seed`: is on the seed board."""

    member_id: int
    name: str
    brought: int
    ordered: int
    seed: bool


def falling_groups(*, now: datetime) -> list[FallingGroup]:
    """Those whose fall is worth a word, the deepest (in fen) first. Live, like the sales."""
    today = timezone.localdate(now)
    with connection.cursor() as cursor:
        cursor.execute(FALLING_GROUPS, {"monday": monday_of(today), "today": today, "now": now})
        found = [FallingGroup(row[0], row[1], (row[2], row[3], row[4]), *row[5:]) for row in cursor.fetchall()]
    return [one for one in found if rules.falls_two_weeks(one.weeks_fen)]


def returning_cohorts(cohorts: Sequence[Cohort]) -> list[ReturningCohort]:
    """Of these cohorts (oldest first) the newest whose week after the first is over, if it stands out."""
    over = [(one.week, one.active[0], one.size) for one in cohorts if one.active and one.active[0] is not None]
    if not over:
        return []
    week, returned, members = over[-1]
    before = [(active, size) for _week, active, size in over[:-1][-rules.COHORTS_BEFORE :]]
    if not rules.comes_back_more(returned, members, before):
        return []
    sums = (sum(active for active, _size in before), sum(size for _active, size in before))
    return [ReturningCohort(week, returned, members, *sums, len(before))]


def scarce_offers(*, user: User, now: datetime) -> list[ScarceOffer]:
    """What runs out before its campaign is cut off, what has least of its stock left first."""
    taking = Campaign.objects.taking_orders(now)
    limited = Offer.objects.visible_to(user).filter(campaign__in=taking, stock__gt=0, taken__gt=0)
    fullest = limited.order_by((F("taken") / F("stock")).desc(), "campaign__cuts_off_at", "pk")[:LOOKED_AT]
    shown = ("campaign", "campaign__title", "campaign__cuts_off_at", "name", "unit", "taken", "stock")
    offers = [ScarceOffer(*row) for row in fullest.values_list(*shown)]
    return [one for one in offers if rules.is_running_out(one.taken, one.stock)]


def bringers(*, user: User, now: datetime) -> list[Bringer]:
    """Who brought most this week, at most five; of two equals the one whose people order comes first."""
    today = timezone.localdate(now)
    this_week = Referral.objects.visible_to(user).filter(bound_on__gte=monday_of(today), bound_on__lte=today)
    ordered = Exists(Order.objects.filter(member=OuterRef("referee"), state__in=LIVE_STATES))
    seed = Exists(SeedProfile.objects.filter(member=OuterRef("referrer")))
    by_referrer = this_week.annotate(seed=seed).values_list("referrer", "referrer__name", "seed")
    counted = by_referrer.annotate(brought=Count("pk"), ordered=Count("pk", filter=ordered))
    rows = counted.order_by("-brought", "-ordered", "referrer")[:LOOKED_AT]
    found = [Bringer(pk, name, brought, with_order, on_board) for pk, name, on_board, brought, with_order in rows]
    return [one for one in found if rules.brought_many(one.brought)]
