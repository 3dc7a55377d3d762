"""What fission campaigns brought, and which one an invitation may speak of. Money in fen, days in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from community.models import Group
from core.sql import statement
from referrals.enums import FissionState, Granting, RewardState
from referrals.models import FissionCampaign, FissionGroup, Qualification, Reward

RESULTS = statement(__file__, "fission_results")
REFERRERS = statement(__file__, "fission_referrers")
K_DAYS = 14
"""Within so many days after their own first order people of a cohort bring the others that K counts."""
REFERRERS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Spread:
    """How a campaign spread: links opened, who joined, who of them bought; the cohort old enough for K, what it grew.

    `cycle_days` is the median from the inviter's first valid order to the invitee's.
    """

    opened: int
    joined: int
    bought: int
    cohort: int
    grown: int
    cycle_days: float | None

    @property
    def conversion(self) -> float | None:
        """Of those who joined the share that bought; None while nobody has joined."""
        return self.bought / self.joined if self.joined else None

    @property
    def k(self) -> float | None:
        """New buying invitees a member of the cohort; None while no cohort is old enough."""
        return self.grown / self.cohort if self.cohort else None


def spread_of(campaign: FissionCampaign, *, today: date) -> Spread:
    """One query."""
    with connection.cursor() as cursor:
        cursor.execute(RESULTS, {"campaign": campaign.pk, "days": K_DAYS, "today": today})
        return Spread(*cursor.fetchone())


@dataclass(frozen=True, slots=True)
class Granted:
    """How many first orders are rewarded, found no budget or were lost, and where the rewards are, in fen."""

    rewarded: int
    no_budget: int
    lost: int
    pending_fen: int
    available_fen: int
    back_fen: int
    lost_fen: int


def granted_of(campaign: FissionCampaign) -> Granted:
    """Two queries."""
    outcomes = Qualification.objects.filter(campaign=campaign).aggregate(
        rewarded=Count("pk", filter=Q(outcome=Granting.GRANTED, lost_at=None)),
        no_budget=Count("pk", filter=Q(outcome=Granting.NO_BUDGET)),
        lost=Count("pk", filter=Q(lost_at__isnull=False)),
    )
    rewards = Reward.objects.filter(qualification__campaign=campaign)
    sums = rewards.aggregate(
        pending=Coalesce(Sum("amount_fen", filter=Q(state=RewardState.PENDING)), 0),
        available=Coalesce(Sum("amount_fen", filter=Q(state=RewardState.AVAILABLE)), 0),
        back=Coalesce(Sum("taken_back_fen"), 0),
        lost=Coalesce(Sum("lost_fen"), 0),
    )
    return Granted(
        **outcomes,
        pending_fen=sums["pending"],
        available_fen=sums["available"],
        back_fen=sums["back"],
        lost_fen=sums["lost"],
    )


@dataclass(frozen=True, slots=True)
class ReferrerRow:
    """One who brought somebody in a campaign; `place` is None while nobody they brought has been rewarded."""

    member_id: int
    name: str
    place: int | None
    extra_fen: int
    joined: int
    rewarded: int
    pending_fen: int
    available_fen: int
    back_fen: int
    lost_fen: int


def referrers_in(campaign: FissionCampaign) -> list[ReferrerRow]:
    """The early ones first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(REFERRERS, {"campaign": campaign.pk, "most": REFERRERS_SHOWN})
        return [ReferrerRow(*row) for row in cursor.fetchall()]


def campaign_for(group: Group, *, today: date) -> FissionCampaign | None:
    """What whoever joins this group today would be rewarded by, as long as its budget pays for one more."""
    some = FissionGroup.objects.filter(campaign=OuterRef("pk"))
    running: QuerySet[FissionCampaign] = FissionCampaign.objects.filter(
        ~Exists(some) | Exists(some.filter(group=group)),
        state=FissionState.RUNNING,
        span__contains=today,
        budget_fen__gte=F("spent_fen") + F("newcomer_fen") + F("referrer_fen"),
    )
    return running.order_by("span", "pk").first()
