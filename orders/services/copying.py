"""A campaign planned once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from core.models import User
from orders.models import Campaign, GroupStock, Offer, PriceStep
from orders.queries import Standing, standings
from orders.services.campaigns import create_campaign
from orders.services.offers import frozen

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Copied:
    """The new draft, by how many weeks its dates moved, and the goods that are not in the catalogue any more."""

    campaign: Campaign
    weeks: int
    left_out: tuple[str, ...]


@transaction.atomic
def copy_campaign(*, campaign: Campaign, keep_prices: bool, by: User, now: datetime) -> Copied:
    """Plan a campaign like this one: same groups, goods and terms, moved by whole weeks until its cut-off is ahead.

    Wording, cost, supplier and pack are the catalogue's of today; so are the prices, unless `keep_prices`. What is
    sold by another unit today comes without the old terms, they were said of the old unit.
    """
    weeks = max(1, (now - campaign.cuts_off_at) // WEEK + 1)
    later = weeks * WEEK
    draft = create_campaign(
        title=campaign.title,
        groups=list(campaign.groups.all()),
        opens_at=campaign.opens_at + later,
        cuts_off_at=campaign.cuts_off_at + later,
        delivers_on=campaign.delivers_on + later,
        plus_one=campaign.plus_one,
        default_quantity=campaign.default_quantity,
        by=by,
    )
    old = standings(campaign.offers.select_related("product"))
    kept = [one for one in old if one.offer.product.active]
    new = Offer.objects.bulk_create(
        Offer(campaign=draft, position=position, **terms_today(one, keep_prices=keep_prices))
        for position, one in enumerate(kept)
    )
    copy_ladders_and_shares(kept, new)
    return Copied(draft, weeks, tuple(one.offer.name for one in old if not one.offer.product.active))


def terms_today(one: Standing, *, keep_prices: bool) -> dict[str, Any]:
    offer, product = one.offer, one.offer.product
    if product.unit != offer.unit:
        return {**frozen(product), "price_fen": product.price_fen}
    return {
        **frozen(product),
        "price_fen": offer.price_fen if keep_prices else product.price_fen,
        "stock": offer.stock,
        "limit_each": offer.limit_each,
        "minimum": offer.minimum,
    }


def copy_ladders_and_shares(old: Sequence[Standing], new: Sequence[Offer]) -> None:
    """A step that is no longer below the price is none."""
    same = [(one, offer) for one, offer in zip(old, new, strict=True) if one.offer.unit == offer.unit]
    PriceStep.objects.bulk_create(
        PriceStep(offer=offer, joined=step.joined, price_fen=step.price_fen)
        for one, offer in same
        for step in one.steps
        if step.price_fen < offer.price_fen
    )
    GroupStock.objects.bulk_create(
        GroupStock(offer=offer, group_id=share.group_id, stock=share.stock)
        for one, offer in same
        for share in one.shares
    )
