"""From the cut-off to the door: what was delivered, what fell short."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import LeaderAssignment
from core.errors import DomainError
from core.models import User
from core.money import amount_of
from orders.enums import BEFORE_DELIVERY, CampaignState, FactKind
from orders.models import Campaign, OrderLine, SaleFact
from orders.services.facts import Outcome, record


class NotDeliverable(DomainError):
    """The line cannot be delivered, taken back or recorded as short in that measure."""


class NotShort(NotDeliverable):
    """That much of the line `line_id` cannot be missing."""

    def __init__(self, text: str, *, line_id: int) -> None:
        super().__init__(text)
        self.line_id = line_id


def locked(line_ids: Collection[int]) -> list[OrderLine]:
    """The lines with order and campaign, locked in id order."""
    return list(
        OrderLine.objects.filter(pk__in=line_ids)
        .select_related("order__campaign", "offer")
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def refuse_before_cut_off(lines: Collection[OrderLine]) -> None:
    if any(line.order.campaign.state in {CampaignState.DRAFT, CampaignState.OPEN} for line in lines):
        raise NotDeliverable(_("Delivery begins after the cut-off. Cut the campaign off first."))


@transaction.atomic
def deliver(*, line_ids: Collection[int], by: User, now: datetime, reason: str = "") -> list[SaleFact]:
    """Record that everything still outstanding of these lines reached the door; ticking again records nothing.

    The first tick says that the campaign is being delivered. Parent first: a campaign that is called off waits for it.
    """
    campaigns = Campaign.objects.filter(orders__lines__in=line_ids).values("pk")
    Campaign.objects.filter(pk__in=campaigns, state__in=BEFORE_DELIVERY).update(state=CampaignState.DELIVERING)
    lines = locked(line_ids)
    refuse_before_cut_off(lines)
    day = timezone.localdate(now)
    carriers = who_delivers({line.order.group_id for line in lines}, by=by, day=day)
    outcomes = []
    for line in lines:
        rest = line.outstanding
        if rest > 0:
            fen = amount_of(line.delivered_quantity + rest, line.unit_price_fen) - line.delivered_fen
            outcomes.append(Outcome(line, FactKind.DELIVERED, rest, fen, carriers.get(line.order.group_id)))
    return record(outcomes, by=by, now=now, reason=reason)


@transaction.atomic
def undeliver(*, line_ids: Collection[int], by: User, now: datetime, reason: str = "") -> list[SaleFact]:
    """Take a tick back that was made by mistake. What has been refunded since stays delivered, and what is put away."""
    lines = locked(line_ids)
    if any(line.order.campaign.state == CampaignState.CLOSED for line in lines):
        raise NotDeliverable(_("The campaign is closed; what was delivered stays as it is recorded."))
    if any(line.refunded_fen or line.refunded_quantity for line in lines):
        raise NotDeliverable(_("A refund is already recorded on this line, so it stays delivered."))
    carriers = last_carriers(line_ids)
    outcomes = [
        Outcome(line, FactKind.DELIVERED, -line.delivered_quantity, -line.delivered_fen, carriers.get(line.pk))
        for line in lines
        if line.delivered_quantity
    ]
    return record(outcomes, by=by, now=now, reason=reason or _("ticked by mistake"))


@transaction.atomic
def record_shortages(*, quantities: Mapping[int, Decimal], by: User, now: datetime, reason: str = "") -> list[SaleFact]:
    """Record how much did not arrive, by line; the members no longer owe it. All of it or nothing.

    Raises NotShort when more of a line is named than is outstanding.
    """
    lines = locked(quantities.keys())
    refuse_before_cut_off(lines)
    return record([shortage_of(line, quantities[line.pk]) for line in lines], by=by, now=now, reason=reason)


def record_shortage(*, line_id: int, quantity: Decimal, by: User, now: datetime, reason: str = "") -> SaleFact:
    """Record that so much of one line did not arrive; raises NotShort like record_shortages."""
    (fact,) = record_shortages(quantities={line_id: quantity}, by=by, now=now, reason=reason)
    return fact


def shortage_of(line: OrderLine, quantity: Decimal) -> Outcome:
    """So much less of the line, and what that takes off its amount: the rest costs what it would have cost alone."""
    if not 0 < quantity <= line.outstanding:
        raise NotShort(
            _("Of “%(offer)s” %(left)s %(unit)s are outstanding; a shortage lies between 0 and that.")
            % {"offer": line.offer.name, "left": f"{line.outstanding.normalize():f}", "unit": line.offer.unit},
            line_id=line.pk,
        )
    if line.offer.counted and quantity != quantity.to_integral_value():
        raise NotShort(
            _("“%(offer)s” is sold in whole %(unit)s.") % {"offer": line.offer.name, "unit": line.offer.unit},
            line_id=line.pk,
        )
    still_wanted = amount_of(line.to_deliver - quantity, line.unit_price_fen)
    return Outcome(line, FactKind.SHORT, -quantity, still_wanted - line.owed_fen)


@transaction.atomic
def take_back_shortage(*, line_id: int, by: User, now: datetime) -> SaleFact | None:
    """Take back what was recorded as short of a line by mistake or has turned up since: it is outstanding again."""
    (line,) = locked([line_id])
    if line.order.campaign.state == CampaignState.CLOSED:
        raise NotDeliverable(_("The campaign is closed; what fell short stays as it is recorded."))
    if not line.short_quantity:
        return None
    outcome = Outcome(line, FactKind.SHORT, line.short_quantity, line.short_fen)
    (fact,) = record([outcome], by=by, now=now, reason=_("turned up after all"))
    return fact


def who_delivers(group_ids: Collection[int], *, by: User, day: date) -> dict[int, int]:
    """By group: the leader who ticks, or else the one assigned to the group on that day (Asia/Shanghai)."""
    assigned = LeaderAssignment.objects.filter(group__in=group_ids, span__contains=day)
    carriers = dict(assigned.values_list("group_id", "leader_id"))
    if by.is_leader and hasattr(by, "member"):
        carriers |= dict.fromkeys(group_ids, by.member.pk)
    return carriers


def last_carriers(line_ids: Collection[int]) -> dict[int, int | None]:
    """By line: who carried the delivery that is being taken back."""
    facts = SaleFact.objects.filter(line__in=line_ids, kind=FactKind.DELIVERED).order_by("pk")
    return dict(facts.values_list("line_id", "leader_id"))
