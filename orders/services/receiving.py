"""到货: what came of what was bought is counted as it comes in. Counts are appended; a correction is another one."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.violations import refusing
from orders.enums import UNDER_WAY
from orders.models import Arrival, Campaign
from orders.services.placing import whole_sentence


class NotCounted(DomainError):
    """What came cannot be counted like that: the campaign, the offer or the quantity does not allow it."""


@transaction.atomic
def record_arrivals(
    *, campaign: Campaign, quantities: Mapping[int, Decimal], by: User, now: datetime, note: str = ""
) -> list[Arrival]:
    """Record what was counted, by offer id in the offer's unit, on top of what was counted before. All or nothing.

    Negative takes off what was counted wrongly or is spoilt; 0 says that nothing came. Raises NotCounted.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state not in UNDER_WAY:
        raise NotCounted(_("Goods are counted after the cut-off and before the campaign is put away."))
    offers = {offer.pk: offer for offer in campaign.offers.filter(pk__in=quantities).order_by("pk")}
    if len(offers) < len(quantities):
        raise NotCounted(_("One of the products is not part of this campaign. Nothing was saved."))
    counts = []
    for offer_id, offer in offers.items():
        quantity = quantities[offer_id]
        if offer.counted and quantity != quantity.to_integral_value():
            raise NotCounted(whole_sentence(offer))
        counts.append(Arrival(offer=offer, quantity=quantity, at=now, by=by, note=note.strip()))
    too_much = NotCounted(_("More would be taken off than was counted. Nothing was saved."))
    with refusing({"arrivals_are_never_less_than_nothing": too_much}):
        return Arrival.objects.bulk_create(counts)
