"""After the cut-off: corrections on top, each with who and why. What was recorded stays as it was."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.money import amount_of
from orders.enums import CampaignState, FactKind, OrderSource
from orders.models import Campaign, Order, SaleFact
from orders.services.facts import Outcome, record
from orders.services.fulfilment import NotDeliverable, locked
from orders.services.placing import PlacedLine, Wanted, place
from orders.services.settling import correct_prices


class NotCorrectable(DomainError):
    """The campaign still takes orders, or is over; or nobody said why."""


@transaction.atomic
def correct_order(
    *, order: Order, quantities: Mapping[int, Decimal], reason: str, by: User, now: datetime
) -> list[PlacedLine]:
    """Add to an order (or take from it, negative), by offer id, after the cut-off and before the campaign is closed.

    Stock and limits hold as ever; a settled ladder's price holds for what is added. Raises NotCorrectable, and what
    placing raises.
    """
    if not reason.strip():
        raise NotCorrectable(_("Say why: a correction after the cut-off keeps its reason."))
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=order.campaign_id)
    if campaign.state in {CampaignState.DRAFT, CampaignState.OPEN}:
        raise NotCorrectable(_("The campaign still takes orders. Change the order itself."))
    if campaign.state in {CampaignState.CLOSED, CampaignState.CANCELLED}:
        raise NotCorrectable(_("The campaign is over; its orders stay as they are. Refund what has to be made good."))
    lines = place(
        campaign=campaign,
        group=order.group,
        wanted=[Wanted(order.member_id, quantities, order.door)],
        source=OrderSource(order.source),
        by=by,
        now=now,
        reason=reason.strip(),
        late=True,
    )
    correct_prices(quantities.keys(), by=by, now=now)
    return lines


@transaction.atomic
def record_weights(*, weights: Mapping[int, Decimal], by: User, now: datetime) -> list[SaleFact]:
    """Record what the scale says of weighed lines, by line id in the offer's unit: the weight sets the amount.

    Weighing again replaces the weight; the first one is recorded even where it is what was ordered: it was weighed.
    Raises NotDeliverable for goods that are not weighed, before the cut-off and once the line is delivered.
    """
    lines = locked(weights.keys())
    weighed = SaleFact.objects.filter(line__in=lines, kind=FactKind.WEIGHED)
    on_scale = set(weighed.values_list("line", flat=True))
    outcomes = []
    for line in lines:
        weight, words = weights[line.pk], {"offer": line.offer.name}
        if not line.offer.weighed:
            raise NotDeliverable(_("“%(offer)s” is not sold by weight.") % words)
        if line.order.campaign.state in {CampaignState.DRAFT, CampaignState.OPEN}:
            raise NotDeliverable(_("Goods are weighed after the cut-off. Cut the campaign off first."))
        if line.delivered_quantity:
            raise NotDeliverable(_("“%(offer)s” is delivered already. Take the tick back to weigh it again.") % words)
        if weight <= 0:
            raise NotDeliverable(_("A weight is more than nothing. What did not arrive is a shortage."))
        if not line.to_deliver:
            raise NotDeliverable(_("Nothing of “%(offer)s” is outstanding here, so there is nothing to weigh.") % words)
        heavier, fen = weight - line.to_deliver, amount_of(weight, line.unit_price_fen) - line.owed_fen
        if heavier or fen or line.pk not in on_scale:
            outcomes.append(Outcome(line, FactKind.WEIGHED, heavier, fen))
    return record(outcomes, by=by, now=now)
