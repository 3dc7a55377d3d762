"""What may be asked about statements: how a period stands, what is on one, what waits."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from community.models import Member
from core.models import User
from ledger.models import Period
from orders.models import Campaign, Order
from referrals.enums import DisputeState, Rule, StatementState
from referrals.models import CommissionEntry, Dispute, HeldOrder, Statement, StatementPart
from referrals.models.run import CommissionEntryQuerySet
from referrals.models.statement import EarnersQuerySet


@dataclass(frozen=True, slots=True)
class PeriodStatements:
    """How the statements of a period stand: how many, approved ones, open disputes; what they pay and carry on, fen."""

    statements: int
    approved: int
    disputes: int
    payable_fen: int
    carries_on_fen: int


def statements_stand(period: Period) -> PeriodStatements:
    """How the period's statements stand; two queries."""
    disputes = Dispute.objects.filter(statement__period=period, state=DisputeState.OPEN).count()
    sums = Statement.objects.filter(period=period).aggregate(
        statements=Count("pk"),
        approved=Count("pk", filter=Q(state=StatementState.APPROVED)),
        payable_fen=Coalesce(Sum("payable_fen"), 0),
        carries_on_fen=Coalesce(Sum("carries_on_fen"), 0),
    )
    return PeriodStatements(disputes=disputes, **sums)


def with_disputes(statements: EarnersQuerySet) -> EarnersQuerySet:
    """Each statement with `disputed`: whether a dispute on it waits for its answer."""
    waiting = Dispute.objects.filter(statement=OuterRef("pk"), state=DisputeState.OPEN)
    found: EarnersQuerySet = statements.annotate(disputed=Exists(waiting))
    return found


def approvable_by(user: User, period: Period) -> list[int]:
    """The ids of the period's statements this person may approve now: others' by others, nothing on them waits."""
    if not user.is_admin:
        return []
    own = StatementPart.objects.filter(statement=OuterRef("pk"), stated_by=user)
    issued = Statement.objects.filter(period=period, state=StatementState.ISSUED).exclude(issued_by=user)
    issued = issued.exclude(earner__in=Member.objects.filter(user=user))
    return list(with_disputes(issued).filter(~Exists(own), disputed=False).order_by("pk").values_list("pk", flat=True))


def disputes_to_answer(*, user: User, now: datetime) -> int:
    """How many disputes wait for an admin's answer. 0, unasked, for who answers none."""
    return Dispute.objects.filter(state=DisputeState.OPEN).count() if user.is_admin else 0


def entries_on(statement: Statement) -> CommissionEntryQuerySet:
    """The statement's lines, as the view referrals_statedentry has them."""
    parts = StatementPart.objects.filter(statement=statement)
    held = Q(rule=Rule.REFERRAL, order__in=HeldOrder.objects.values("order"))
    let_go = parts.filter(run=OuterRef("run"), hold__order=OuterRef("order"))
    own = CommissionEntry.objects.filter(beneficiary=statement.earner_id, run__in=parts.values("run"))
    found: CommissionEntryQuerySet = own.filter(
        (Q(run__in=parts.filter(hold=None).values("run")) & ~held) | Q(Exists(let_go), rule=Rule.REFERRAL)
    )
    return found


@dataclass(slots=True)
class CampaignLines:
    """What one campaign brings on a statement, by rule (its label) in fen, and from how many orders."""

    campaign: Campaign
    orders: int
    by_rule: list[tuple[str, int]] = field(default_factory=list)

    @property
    def total_fen(self) -> int:
        return sum(fen for _rule, fen in self.by_rule)


def campaigns_on(statement: Statement) -> list[CampaignLines]:
    """The statement's lines campaign by campaign, the earliest delivery first; three queries."""
    entries = entries_on(statement)
    sums = list(
        entries.values_list("order__campaign", "rule")
        .annotate(fen=Sum("amount_fen"))
        .order_by("order__campaign", "rule")
    )
    orders = dict(entries.values_list("order__campaign").annotate(orders=Count("order", distinct=True)).order_by())
    lines = {
        campaign.pk: CampaignLines(campaign, orders[campaign.pk])
        for campaign in Campaign.objects.filter(pk__in=orders).order_by("delivers_on", "pk")
    }
    for campaign_id, rule, fen in sums:
        lines[campaign_id].by_rule.append((str(Rule(rule).label), fen))
    return list(lines.values())


@dataclass(slots=True)
class OrderLine:
    """What one order brings on a statement, by rule in fen, and what was said about it."""

    order: Order
    known: bool
    """Whether the reader may know the buyer."""
    by_rule: list[tuple[str, int]] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)

    @property
    def total_fen(self) -> int:
        return sum(fen for _rule, fen in self.by_rule)

    @property
    def waits(self) -> bool:
        return any(dispute.state == DisputeState.OPEN for dispute in self.disputes)


def orders_on(statement: Statement, campaign: Campaign, *, user: User) -> list[OrderLine]:
    """The statement's lines of one campaign order by order; four queries."""
    sums = list(
        entries_on(statement)
        .filter(order__campaign=campaign)
        .values_list("order", "rule")
        .annotate(fen=Sum("amount_fen"))
        .order_by("order", "rule")
    )
    ids = {order_id for order_id, _rule, _fen in sums}
    known = set(Order.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    lines = {
        order.pk: OrderLine(order, order.pk in known)
        for order in Order.objects.filter(pk__in=ids).select_related("member").order_by("pk")
    }
    for order_id, rule, fen in sums:
        lines[order_id].by_rule.append((str(Rule(rule).label), fen))
    for dispute in Dispute.objects.filter(statement=statement, order__in=ids).order_by("pk"):
        lines[dispute.order_id].disputes.append(dispute)
    return list(lines.values())


def statements_of(earner_id: int) -> list[Statement]:
    """An earner's statements, the latest period first, each with whether a dispute on it waits; one query."""
    own = with_disputes(Statement.objects.filter(earner=earner_id)).select_related("period")
    return list(own.order_by(F("period__span").desc())[:24])
