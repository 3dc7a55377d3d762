"""Texts that are copied out of a page and into a WeChat group or to a supplier.

They speak the installation's language, whatever the person who copies them reads.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import wraps
from typing import ParamSpec

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.money import format_yuan
from core.templatetags.ui import quantity as spoken
from orders.models import Campaign, Offer
from orders.queries import DeliveryRun, FellShort, GroupShort, PurchaseLine

P = ParamSpec("P")


def for_the_group(text: Callable[P, str]) -> Callable[P, str]:
    @wraps(text)
    def spoken_there(*args: P.args, **kwargs: P.kwargs) -> str:
        with translation.override(settings.LANGUAGE_CODE):
            return text(*args, **kwargs)

    return spoken_there


def public_url(campaign: Campaign) -> str:
    """Where members look at the campaign, without a login."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("orders:public_campaign", args=[campaign.code])


@for_the_group
def announcement(campaign: Campaign, offers: Iterable[Offer]) -> str:
    """What the leader posts in the group to open the chain: goods, prices, cut-off, delivery, an example, the link."""
    offers = list(offers)
    lines = [campaign.title, *(price_line(offer) for offer in offers)]
    lines.append(_("Cut-off: %(moment)s") % {"moment": moment(campaign.cuts_off_at)})
    lines.append(_("Delivery: %(day)s") % {"day": day(campaign.delivers_on)})
    if offers:
        lines.append(_("Example: %(line)s") % {"line": sample_line(offers[0])})
    lines.append(_("See the goods and what is left: %(url)s") % {"url": public_url(campaign)})
    return "\n".join(lines)


def price_line(offer: Offer) -> str:
    words = {"offer": offer.name, "price": format_yuan(offer.price_fen), "unit": offer.unit}
    if offer.limit_each is None:
        return _("%(offer)s ¥%(price)s/%(unit)s") % words
    words["limit"] = spoken(offer.limit_each)
    return _("%(offer)s ¥%(price)s/%(unit)s (at most %(limit)s %(unit)s each)") % words


@for_the_group
def sample_line(offer: Offer) -> str:
    """An entry of the chain as it is read without a doubt: door, name, product, quantity, unit."""
    return _("3-1701 Amy %(offer)s 2%(unit)s") % {"offer": offer.name, "unit": offer.unit}


@for_the_group
def purchase_text(campaign: Campaign, lines: Iterable[PurchaseLine]) -> str:
    """What one supplier is asked for: what and how much, packs where there are packs, no prices. Empty for nothing."""
    wanted = [line for line in lines if line.to_buy]
    if not wanted:
        return ""
    head = _("%(campaign)s: purchase list for %(day)s") % {"campaign": campaign.title, "day": day(campaign.delivers_on)}
    return "\n".join([head, *map(purchase_row, wanted)])


def purchase_row(line: PurchaseLine) -> str:
    if line.packed is None:
        return f"{line.name} {spoken(line.to_buy)}{line.unit}"
    return _("%(offer)s %(packs)s%(pack)s (%(size)s%(unit)s a %(pack)s, %(bought)s%(unit)s in all)") % {
        "offer": line.name,
        "packs": line.packed.packs,
        "pack": line.pack_name,
        "size": spoken(line.pack_size),
        "bought": spoken(line.bought),
        "unit": line.unit,
    }


@for_the_group
def shortage_text(campaign: Campaign, run: DeliveryRun) -> str:
    """What is missing, and at which doors, to send to the operator or the group. Empty when nothing is."""
    if not run.shortages:
        return ""
    lines = [_("%(campaign)s: missing") % {"campaign": campaign.title}]
    for shortage in run.shortages:
        doors = "、".join(
            f"{order.door} {order.member.name} {spoken(quantity)}{shortage.missing.unit}".strip()
            for order, quantity in shortage.orders
        )
        what = {"offer": shortage.missing.name, "unit": shortage.missing.unit, "doors": doors}
        what["quantity"] = spoken(shortage.missing.quantity)
        lines.append(_("%(offer)s %(quantity)s%(unit)s: %(doors)s") % what)
    return "\n".join(lines)


@for_the_group
def group_shortage_text(campaign: Campaign, short: GroupShort) -> str:
    """What the group is told: of which goods too little came, who gets how much less, and what they owe now."""
    owed = {one.order.pk: one.order_fen for one in short.orders}
    lines = [_("%(campaign)s: too little came, we are sorry.") % {"campaign": campaign.title}]
    for goods in short.goods:
        words = {"offer": goods.offer.name, "quantity": spoken(goods.quantity), "unit": goods.offer.unit}
        lines.append(
            _("%(offer)s: %(quantity)s%(unit)s missing") % words + (f" ({goods.reason})" if goods.reason else "")
        )
        for line in goods.lines:
            words |= {"who": f"{line.order.door} {line.order.member.name}".strip()}
            words |= {"quantity": spoken(line.short_quantity), "fen": format_yuan(owed[line.order_id])}
            lines.append(_("%(who)s: %(quantity)s%(unit)s less, ¥%(fen)s in all now") % words)
    lines.append(_("Nobody pays for what did not come."))
    return "\n".join(lines)


@for_the_group
def member_shortage_text(campaign: Campaign, short: FellShort) -> str:
    """What one member is told: what they get of what they ordered, and what the order costs now."""
    lines = [
        _("%(name)s, too little came of “%(campaign)s”, we are sorry.")
        % {"name": short.order.member.name, "campaign": campaign.title}
    ]
    for line in short.lines:
        words = {"offer": line.offer.name, "unit": line.offer.unit}
        words |= {"ordered": spoken(line.to_deliver + line.short_quantity), "given": spoken(line.to_deliver)}
        said = (
            _("%(offer)s: %(given)s%(unit)s of the %(ordered)s%(unit)s ordered")
            if line.to_deliver
            else _("%(offer)s: none of the %(ordered)s%(unit)s ordered")
        )
        lines.append(said % words)
    lines.append(
        _("You don't pay for what did not come; the order is ¥%(fen)s now.") % {"fen": format_yuan(short.order_fen)}
    )
    return "\n".join(lines)


def moment(at: datetime) -> str:
    """A moment in Asia/Shanghai as people say it: 11月20日 星期五 20:00."""
    local = timezone.localtime(at)
    return f"{day(local.date())} {local:%H:%M}"


def day(on: date) -> str:
    return f"{date_format(on, 'MONTH_DAY_FORMAT')} {date_format(on, 'D')}"
