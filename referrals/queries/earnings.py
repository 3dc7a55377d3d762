"""What an earner wants to know: how much is coming, how much is being looked at, how much is approved."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q, Sum

from community.models import CoLeader, Group, LeaderAssignment, Member
from core.sql import statement
from orders.models import Campaign, Order
from referrals.enums import Rule, RunState
from referrals.models import CommissionEntry
from referrals.queries.signals import held_from

EXPECTED = statement(__file__, "commission_expected")
AS_PUBLISHED: Mapping[str, str | int | None] = {"campaigns": None, "months": None, "trial": None, "trial_days": "{}"}
"""The parameters of commission_claims.sql for all campaigns and months, when no draft is tried."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the next run would add for one order by one rule, and what it comes from; fen and ppm."""

    order_id: int
    campaign_id: int
    rule: str
    amount_fen: int
    order_base_fen: int | None
    rate_ppm: int | None
    order_amount_fen: int | None


@dataclass(slots=True)
class Sums:
    """In fen: not yet in any run, in runs that are not approved, approved."""

    expected_fen: int = 0
    review_fen: int = 0
    approved_fen: int = 0

    @property
    def total_fen(self) -> int:
        return self.expected_fen + self.review_fen + self.approved_fen


@dataclass(frozen=True, slots=True)
class Earnings:
    """All of an earner's sums, and by campaign, the latest delivery first."""

    sums: Sums
    campaigns: list[tuple[Campaign, Sums]]


def expected_by(member: Member, *, today: date) -> list[Expected]:
    """What a run today would add for the member, from everything delivered so far; two queries.

    Looks at the groups the member leads, alone or with others, has led or has opened, and those with orders they led or
    brought the buyer of.
    """
    led = LeaderAssignment.objects.filter(leader=member).values_list("group")
    opened = Group.objects.filter(opened_by=member).order_by().values_list("pk")
    beside = CoLeader.objects.filter(member=member).values_list("group")
    through = Q(leader=member) | Q(referrer_1=member) | Q(referrer_2=member) | Q(seed=member)
    ordered = Order.objects.filter(through).order_by().values_list("group")
    groups = [group for (group,) in led.union(beside, opened, ordered)]
    with connection.cursor() as cursor:
        cursor.execute(
            EXPECTED,
            {"groups": groups, "before": today + timedelta(days=1), "member": member.pk, **AS_PUBLISHED},
        )
        return [Expected(*row) for row in cursor.fetchall()]


def earnings_of(member: Member, *, today: date) -> Earnings:
    """Everything the member earned or can expect; four queries."""
    by_campaign: dict[int, Sums] = defaultdict(Sums)
    for coming in expected_by(member, today=today):
        by_campaign[coming.campaign_id].expected_fen += coming.amount_fen
    recorded = CommissionEntry.objects.filter(beneficiary=member).values_list("order__campaign", "run__state")
    for campaign_id, state, fen in recorded.annotate(fen=Sum("amount_fen")).order_by():
        if state == RunState.APPROVED:
            by_campaign[campaign_id].approved_fen += fen
        else:
            by_campaign[campaign_id].review_fen += fen
    campaigns = Campaign.objects.filter(pk__in=by_campaign).order_by("-delivers_on", "-pk")
    return Earnings(
        sums=Sums(
            expected_fen=sum(sums.expected_fen for sums in by_campaign.values()),
            review_fen=sum(sums.review_fen for sums in by_campaign.values()),
            approved_fen=sum(sums.approved_fen for sums in by_campaign.values()),
        ),
        campaigns=[(campaign, by_campaign[campaign.pk]) for campaign in campaigns],
    )


@dataclass(frozen=True, slots=True)
class Earned:
    """What one order of a campaign brings by one rule, as far as one state goes."""

    order: Order
    rule: str
    state: str
    amount_fen: int
    expected: Expected | None

    @property
    def rule_label(self) -> str:
        return str(Rule(self.rule).label)


EXPECTED_STATE = "expected"


def earned_in(member: Member, campaign: Campaign, *, today: date) -> list[Earned]:
    """Order by order what the member earned in the campaign, and what is still expected; five queries.

    The state of what is held is that of a HoldState.
    """
    found: list[tuple[int, str, str, int, Expected | None]] = [
        (coming.order_id, coming.rule, EXPECTED_STATE, coming.amount_fen, coming)
        for coming in expected_by(member, today=today)
        if coming.campaign_id == campaign.pk
    ]
    recorded = CommissionEntry.objects.filter(beneficiary=member, order__campaign=campaign)
    sums = recorded.values_list("order", "rule", "run__state").annotate(fen=Sum("amount_fen")).order_by()
    held = {one.order_id: one.state for one in held_from(member)}
    for order_id, rule, state, fen in sums:
        waits = rule == Rule.REFERRAL and state == RunState.APPROVED
        found.append((order_id, rule, held.get(order_id, state) if waits else state, fen, None))
    orders = Order.objects.select_related("member").in_bulk({order_id for order_id, *_ in found})
    return [
        Earned(orders[order_id], rule, state, fen, coming)
        for order_id, rule, state, fen, coming in sorted(found, key=lambda one: one[:3])
    ]
