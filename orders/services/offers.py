"""What a campaign offers and on which terms. Once somebody has ordered, terms change in their favour or not at all.

Which terms may change when, and why: docs/decisions/090-terms-change-in-favour-of-who-ordered.md.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.money import format_yuan
from core.violations import refusing
from orders.enums import CampaignState
from orders.models import Campaign, GroupStock, Offer, OrderLine, PriceStep, Product
from orders.rules.ladders import MOST_STEPS, Step, first_without_lower_price, first_without_more_members, is_as_good
from orders.services.campaigns import CampaignNotOpen, CampaignNotReady


class TermsRefused(CampaignNotReady):
    """A term cannot be, or is worse for who ordered. `field` says which: `minimum`, `step_2_price`, `share_7`."""

    def __init__(self, text: str, *, field: str) -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def save_offer(
    *,
    campaign: Campaign,
    product: Product,
    price_fen: int | None = None,
    stock: Decimal | None = None,
    limit_each: Decimal | None = None,
    minimum: Decimal | None = None,
    steps: Sequence[Step] = (),
    shares: Mapping[int, Decimal] | None = None,
) -> Offer:
    """Offer a product in the campaign; its wording, price and cost are frozen here as they are now.

    So are the supplier and the pack: a list that has been sent to somebody does not move to somebody else. `steps` is
    the ladder, `shares` what each group may take, by group id. Raises TermsRefused for terms that cannot be.
    """
    campaign = still_changeable(campaign)
    price_fen = product.price_fen if price_fen is None else price_fen
    shares = shares or {}
    refuse_impossible(campaign, price_fen=price_fen, stock=stock, minimum=minimum, steps=steps, shares=shares)
    refusals: dict[str, DomainError] = {
        "campaign_offers_a_product_once": CampaignNotReady(
            _("“%(product)s” is already offered in this campaign.") % {"product": product.name}
        )
    }
    with refusing(refusals):
        offer = Offer.objects.create(
            campaign=campaign,
            position=campaign.offers.count(),
            price_fen=price_fen,
            **frozen(product),
            stock=stock,
            limit_each=limit_each,
            minimum=minimum,
        )
    write_ladder(offer, steps)
    write_shares(offer, shares)
    return offer


def frozen(product: Product) -> dict[str, Any]:
    """What an offer keeps of its product as it is now, whatever becomes of it in the catalogue."""
    kept = ("name", "unit", "counted", "weighed", "cost_fen", "supplier_id", "pack_size", "pack_name")
    return {"product": product, **{field: getattr(product, field) for field in kept}}


@transaction.atomic
def change_offer(
    *,
    offer: Offer,
    price_fen: int,
    stock: Decimal | None,
    limit_each: Decimal | None,
    minimum: Decimal | None = None,
    steps: Sequence[Step] = (),
    shares: Mapping[int, Decimal] | None = None,
    aliases: Sequence[str] | None = None,
) -> Offer:
    """Let an offer be sold on these terms from now on. Raises TermsRefused; then everything stays as it was.

    `aliases` are the product's, in this campaign and wherever else it is offered; None leaves them.
    """
    campaign = still_changeable(offer.campaign)
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    shares = shares or {}
    refuse_impossible(campaign, price_fen=price_fen, stock=stock, minimum=minimum, steps=steps, shares=shares)
    if OrderLine.objects.filter(offer=offer).exists():
        refuse_worse(offer, price_fen=price_fen, minimum=minimum, steps=steps)
    if campaign.state == CampaignState.OPEN:
        refuse_new_shares(offer, shares)
    with refusing({"offer_is_never_oversold": below_taken(offer, offer.taken, field="stock")}):
        offer.price_fen, offer.stock, offer.limit_each, offer.minimum = price_fen, stock, limit_each, minimum
        offer.save(update_fields=["price_fen", "stock", "limit_each", "minimum"])
    write_ladder(offer, steps)
    write_shares(offer, shares)
    if aliases is not None and list(aliases) != offer.product.aliases:
        offer.product.aliases = list(aliases)
        offer.product.save(update_fields=["aliases"])
    return offer


@transaction.atomic
def remove_offer(*, offer: Offer) -> None:
    """Take an offer out of a campaign, as long as nobody has ordered it."""
    still_changeable(offer.campaign)
    if OrderLine.objects.filter(offer=offer).exists():
        raise CampaignNotReady(_("“%(offer)s” has already been ordered and stays.") % {"offer": offer.name})
    offer.delete()


def still_changeable(campaign: Campaign) -> Campaign:
    """The campaign, locked: neither orders come in nor is it opened or cut off meanwhile."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state not in {CampaignState.DRAFT, CampaignState.OPEN}:
        raise CampaignNotOpen(_("The campaign is past its cut-off; its offers stay as they are."))
    return campaign


def refuse_impossible(
    campaign: Campaign,
    *,
    price_fen: int,
    stock: Decimal | None,
    minimum: Decimal | None,
    steps: Sequence[Step],
    shares: Mapping[int, Decimal],
) -> None:
    """What no campaign could keep, whoever has ordered."""
    refuse_wrong_ladder(price_fen, steps)
    if minimum is not None and stock is not None and minimum > stock:
        raise TermsRefused(_("The minimum is more than the stock, so the offer could never go ahead."), field="minimum")
    if shares:
        refuse_impossible_shares(campaign, stock=stock, minimum=minimum, shares=shares)


def refuse_impossible_shares(
    campaign: Campaign, *, stock: Decimal | None, minimum: Decimal | None, shares: Mapping[int, Decimal]
) -> None:
    groups = set(campaign.groups.values_list("pk", flat=True))
    for group_id, share in shares.items():
        if group_id not in groups:
            raise CampaignNotReady(_("Only the campaign's own groups have a stock of their own."))
        if stock is not None and share > stock:
            raise TermsRefused(_("One group cannot have more than there is for all."), field=f"share_{group_id}")
    if minimum is not None and groups == shares.keys() and sum(shares.values()) < minimum:
        raise TermsRefused(
            _("All groups together may order less than that, so the offer could never go ahead."), field="minimum"
        )


def refuse_wrong_ladder(price_fen: int, steps: Sequence[Step]) -> None:
    if len(steps) > MOST_STEPS:
        raise TermsRefused(_("A ladder has at most 4 steps."), field="step_1_joined")
    few = first_without_more_members(steps)
    if few == 0:
        raise TermsRefused(_("A step of the ladder needs at least two members."), field="step_1_joined")
    if few is not None:
        raise TermsRefused(
            _("This step asks for more members than the one before it: more than %(joined)s.")
            % {"joined": steps[few - 1].joined},
            field=f"step_{few + 1}_joined",
        )
    dear = first_without_lower_price(price_fen, steps)
    if dear is not None:
        before = steps[dear - 1].price_fen if dear else price_fen
        raise TermsRefused(
            _("A step is cheaper than what comes before it: less than ¥%(price)s.") % {"price": format_yuan(before)},
            field=f"step_{dear + 1}_price",
        )


def refuse_worse(offer: Offer, *, price_fen: int, minimum: Decimal | None, steps: Sequence[Step]) -> None:
    """What somebody who ordered did not agree to. The offer is locked, so that nobody orders meanwhile."""
    words = {"offer": offer.name, "unit": offer.unit}
    if price_fen != offer.price_fen:
        raise TermsRefused(
            _("“%(offer)s” has already been ordered at its price. A step of the ladder makes it cheaper for all.")
            % words,
            field="price_fen",
        )
    if minimum is not None and offer.minimum is None:
        raise TermsRefused(
            _("“%(offer)s” has already been ordered without a minimum, and goes ahead.") % words, field="minimum"
        )
    if minimum is not None and offer.minimum is not None and minimum > offer.minimum:
        words["minimum"] = f"{offer.minimum.normalize():f}"
        raise TermsRefused(
            _("“%(offer)s” has already been ordered: the minimum is %(minimum)s %(unit)s or less.") % words,
            field="minimum",
        )
    if not is_as_good(price_fen, ladder_of(offer), steps):
        raise TermsRefused(
            _("“%(offer)s” has already been ordered with this ladder. It may only get better.") % words,
            field="step_1_joined",
        )


def refuse_new_shares(offer: Offer, shares: Mapping[int, Decimal]) -> None:
    """An order that is being placed in this moment would not see a stock that is new, and not be counted in it."""
    known = set(offer.group_stocks.values_list("group", flat=True))
    new = sorted(shares.keys() - known)
    if new:
        raise TermsRefused(
            _("Orders come in already: a group gets a stock of its own before the opening."), field=f"share_{new[0]}"
        )


def below_taken(offer: Offer, taken: Decimal, *, field: str) -> TermsRefused:
    words = {"taken": f"{taken.normalize():f}", "unit": offer.unit}
    return TermsRefused(_("%(taken)s %(unit)s are already ordered; the stock cannot be lower.") % words, field=field)


def ladder_of(offer: Offer) -> list[Step]:
    return [Step(*row) for row in offer.steps.order_by("joined").values_list("joined", "price_fen")]


def write_ladder(offer: Offer, steps: Sequence[Step]) -> None:
    if list(steps) == ladder_of(offer):
        return
    offer.steps.all().delete()
    PriceStep.objects.bulk_create(PriceStep(offer=offer, joined=one.joined, price_fen=one.price_fen) for one in steps)


def write_shares(offer: Offer, shares: Mapping[int, Decimal]) -> None:
    """What a group has taken stays with its stock."""
    offer.group_stocks.exclude(group__in=shares).delete()
    taken = dict(offer.group_stocks.values_list("group", "taken"))
    for group_id, share in shares.items():
        if share < taken.get(group_id, 0):
            raise below_taken(offer, taken[group_id], field=f"share_{group_id}")
    GroupStock.objects.bulk_create(
        [GroupStock(offer=offer, group_id=group_id, stock=share) for group_id, share in shares.items()],
        update_conflicts=True,
        unique_fields=["offer", "group"],
        update_fields=["stock"],
    )
