"""缺货分配: less came than is wanted. Who gets how much is shown first; what was shown is what is recorded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import chain

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import User
from core.money import amount_of
from core.templatetags.ui import quantity as spoken
from orders.enums import UNDER_WAY, SharingRule
from orders.models import Campaign, Offer, OrderLine, SaleFact
from orders.queries.sharing import Asked, ShortOffer, short_offer
from orders.rules.sharing import Share, Want, first_come, pro_rata, seeds_first, step_of
from orders.services.fulfilment import record_shortages

COMPUTED = {
    SharingRule.FIRST_COME: first_come,
    SharingRule.PRO_RATA: pro_rata,
    SharingRule.SEEDS_FIRST: seeds_first,
}


class NotShared(DomainError):
    """There is no shortage of the offer that could be shared like that; nothing was saved."""


class NotAsShown(NotShared):
    """Orders, counts or quantities are not those of the preview."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one line gets of what came, in all, in the offer's unit."""

    asked: Asked
    given: Decimal

    @property
    def less(self) -> Decimal:
        return self.asked.line.to_deliver - self.given

    @property
    def order_fen(self) -> int:
        """What the whole order comes to then."""
        line = self.asked.line
        return self.asked.order_fen - line.owed_fen + amount_of(self.given, line.unit_price_fen)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who would get how much of an offer by a rule, first come first."""

    short: ShortOffer
    rule: SharingRule
    parts: tuple[Part, ...]

    @property
    def left(self) -> Decimal:
        """What came and nobody is given; negative is given beyond what came. Only the hand leaves any."""
        return (self.short.arrived or Decimal()) - sum(part.given for part in self.parts)

    @property
    def seen(self) -> str:
        """Stands for everything that is shown: another count, another line or another part gives another one."""
        lines = [
            (line.pk, *map(spoken, (line.to_deliver, line.delivered_quantity, part.given)))
            for part in self.parts
            for line in [part.asked.line]
        ]
        shown = json.dumps([self.short.offer.pk, self.short.last_count, lines])
        return sha256(shown.encode()).hexdigest()[:32]


def preview_sharing(*, offer: Offer, rule: SharingRule, by_hand: Mapping[int, Decimal] | None = None) -> Sharing:
    """Who would get how much; nothing is saved. `by_hand` says it by line id; before it does, the hand begins pro rata.

    Raises NotShared when there is nothing to share.
    """
    short = short_offer(offer)
    refuse_without_shortage(short)
    if rule == SharingRule.BY_HAND and by_hand is not None:
        given = [by_hand.get(one.line.pk, one.line.delivered_quantity) for one in short.asked]
    else:
        given = computed(COMPUTED.get(rule, pro_rata), short)
    return Sharing(short, rule, tuple(Part(one, part) for one, part in zip(short.asked, given, strict=True)))


def refuse_without_shortage(short: ShortOffer) -> None:
    offer, words = short.offer, {"offer": short.offer.name, "unit": short.offer.unit}
    if offer.campaign.state not in UNDER_WAY:
        raise NotShared(_("A shortage is shared after the cut-off and before the campaign is put away."))
    if short.arrived is None:
        raise NotShared(_("“%(offer)s” is not counted yet. Count what came first.") % words)
    if short.missing <= 0:
        raise NotShared(_("Enough of “%(offer)s” came for everybody; there is nothing to share.") % words)
    if short.delivered > short.arrived:
        words |= {"delivered": spoken(short.delivered), "arrived": spoken(short.arrived)}
        raise NotShared(
            _(
                "%(delivered)s %(unit)s of “%(offer)s” are delivered already, but only %(arrived)s %(unit)s were "
                "counted. Correct the count first."
            )
            % words
        )


def computed(rule: Share, short: ShortOffer) -> list[Decimal]:
    """What each line gets by a rule of arithmetic, in the offer's unit."""
    arrived = short.arrived or Decimal()
    amounts = [(one.line.to_deliver, one.line.delivered_quantity) for one in short.asked]
    step = step_of([arrived, *chain.from_iterable(amounts)], counted=short.offer.counted)
    wants = [
        Want(int(wanted / step), int(got / step), one.seed)
        for one, (wanted, got) in zip(short.asked, amounts, strict=True)
    ]
    return [part * step for part in rule(int(arrived / step), wants)]


@transaction.atomic
def share_shortage(
    *,
    offer: Offer,
    rule: SharingRule,
    seen: str,
    by: User,
    now: datetime,
    by_hand: Mapping[int, Decimal] | None = None,
) -> list[SaleFact]:
    """Record what each line gets less, exactly as the preview `seen` stands for showed it, with the rule as the reason.

    Raises NotAsShown when orders, counts or quantities have changed since, and NotShared as the preview does. Parent
    first: campaign, offer, lines; so nothing is ordered, counted, weighed or delivered meanwhile.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=offer.campaign_id)
    offer = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    offer.campaign = campaign
    list(OrderLine.objects.filter(offer=offer).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    sharing = preview_sharing(offer=offer, rule=rule, by_hand=by_hand)
    if sharing.seen != seen:
        raise NotAsShown(
            _("Orders, counts or quantities are not what was shown. Nothing was saved: look again, then record it.")
        )
    if sharing.left:
        raise NotShared(left_sentence(sharing))
    return record_shortages(
        quantities={part.asked.line.pk: part.less for part in sharing.parts if part.less},
        by=by,
        now=now,
        reason=_("shortage shared: %(rule)s") % {"rule": rule.label},
    )


def left_sentence(sharing: Sharing) -> str:
    words = {"quantity": spoken(abs(sharing.left)), "unit": sharing.short.offer.unit}
    if sharing.left < 0:
        return _("%(quantity)s %(unit)s more are given than came.") % words
    return _("%(quantity)s %(unit)s are left. Give them to somebody, or take them off the count if spoilt.") % words
