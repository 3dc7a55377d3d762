"""Texts that are copied out of a page and into a WeChat group or to a supplier.

They speak the installation's language, whatever the person who copies them reads.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from community.models import Group
from core.money import format_yuan
from core.templatetags.ui import quantity as spoken
from orders.enums import CampaignState
from orders.models import Campaign, Offer, Order
from orders.queries import (
    CalledOff,
    DeliveryRun,
    FellShort,
    GroupShort,
    Lost,
    PurchaseLine,
    Results,
    Settled,
    Standing,
)
from orders.terms import progress_of, terms_of

P = ParamSpec("P")
T = TypeVar("T")


def for_the_group(text: Callable[P, T]) -> Callable[P, T]:
    @wraps(text)
    def spoken_there(*args: P.args, **kwargs: P.kwargs) -> T:
        with translation.override(settings.LANGUAGE_CODE):
            return text(*args, **kwargs)

    return spoken_there


def public_url(campaign: Campaign) -> str:
    """Where members look at the campaign, without a login."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("orders:public_campaign", args=[campaign.code])


def helper_url(token: str) -> str:
    """Where a helper opens a run that was handed over, without a login."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("orders:helper_run", args=[token])


@for_the_group
def announcement(campaign: Campaign, goods: Iterable[Standing]) -> str:
    """What the leader posts in the group to open the chain: goods, prices, cut-off, delivery, an example, the link."""
    goods = list(goods)
    lines = [campaign.title, *(price_line(one) for one in goods)]
    lines.append(_("Cut-off: %(moment)s") % {"moment": moment(campaign.cuts_off_at)})
    lines.append(_("Delivery: %(day)s") % {"day": day(campaign.delivers_on)})
    if goods:
        lines.append(_("Example: %(line)s") % {"line": sample_line(goods[0].offer)})
    lines.append(_("See the goods and what is left: %(url)s") % {"url": public_url(campaign)})
    return "\n".join(lines)


def price_line(one: Standing) -> str:
    """An offer at its price, and in brackets what comes with it and how far it has come."""
    offer = one.offer
    line = _("%(offer)s ¥%(price)s/%(unit)s") % {
        "offer": offer.name,
        "price": format_yuan(offer.price_fen),
        "unit": offer.unit,
    }
    said = [*terms_of(one), *progress_of(one)]
    if offer.limit_each is not None:
        limit = _("at most %(limit)s %(unit)s each") % {"limit": spoken(offer.limit_each), "unit": offer.unit}
        said.insert(0, limit)
    return _("%(line)s (%(terms)s)") % {"line": line, "terms": " · ".join(said)} if said else line


@dataclass(frozen=True, slots=True)
class Poster:
    """What a campaign's picture says: its title, each offer with its price and terms, until when, delivered when."""

    title: str
    goods: list[tuple[str, str, str]]
    when: list[str]
    call: str


@for_the_group
def poster(campaign: Campaign, goods: Iterable[Standing]) -> Poster:
    """In few words: a picture is looked at, not read."""
    return Poster(
        campaign.title,
        [
            (one.offer.name, f"¥{format_yuan(one.offer.price_fen)}/{one.offer.unit}", " · ".join(terms_of(one)))
            for one in goods
        ],
        [
            _("Cut-off: %(moment)s") % {"moment": moment(campaign.cuts_off_at)},
            _("Delivery: %(day)s") % {"day": day(campaign.delivers_on)},
        ],
        _("Long-press or scan to order"),
    )


@for_the_group
def sample_line(offer: Offer) -> str:
    """An entry of the chain as it is read without a doubt: door, name, product, quantity, unit."""
    return _("3-1701 Amy %(offer)s 2%(unit)s") % {"offer": offer.name, "unit": offer.unit}


@for_the_group
def outcome_text(campaign: Campaign, results: Results, group: Group) -> str:
    """What the cut-off, or the calling off, means for those of a group who ordered: by name, to post there.

    Empty where it means nothing to anybody.
    """
    lost = [(one, one.in_group(group).lost) for one in results.called_off]
    if campaign.state == CampaignState.CANCELLED:
        return cancelled_text(campaign, [(one.reason, each.order) for one, theirs in lost for each in theirs])
    lines = [called_off_line(one, theirs) for one, theirs in lost if theirs]
    lines += [settled_line(one) for one in results.settled]
    head = _("%(campaign)s: what the cut-off came to") % {"campaign": campaign.title}
    return "\n".join([head, *lines]) if lines else ""


def cancelled_text(campaign: Campaign, lost: Iterable[tuple[str, Order]]) -> str:
    lost = list(lost)
    if not lost:
        return ""
    reasons = dict.fromkeys(reason for reason, _order in lost)
    people = {order.pk: person(order) for _reason, order in lost}
    words = {"campaign": campaign.title, "reason": "；".join(reasons), "people": "、".join(people.values())}
    return "\n".join(
        [
            _("“%(campaign)s” is called off: %(reason)s") % words,
            _("Every order is cancelled and nobody pays: %(people)s") % words,
        ]
    )


def called_off_line(one: CalledOff, lost: Iterable[Lost]) -> str:
    offer = one.offer
    people = "、".join(f"{person(each.order)} {spoken(each.quantity)}{offer.unit}" for each in lost)
    words = {"offer": offer.name, "quantity": spoken(one.quantity), "unit": offer.unit, "people": people}
    words["minimum"] = spoken(offer.minimum)
    said = _("%(offer)s is called off: only %(quantity)s of %(minimum)s %(unit)s were ordered. Nobody pays: %(people)s")
    return said % words


def settled_line(one: Settled) -> str:
    offer = one.offer
    return _("%(offer)s: %(joined)s joined, everybody pays ¥%(price)s/%(unit)s instead of ¥%(before)s") % {
        "offer": offer.name,
        "joined": one.joined,
        "price": format_yuan(offer.unit_price_fen),
        "unit": offer.unit,
        "before": format_yuan(offer.price_fen),
    }


def person(order: Order) -> str:
    return f"{order.door} {order.member.name}".strip()


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
            f"{person(order)} {spoken(quantity)}{shortage.missing.unit}" for order, quantity in shortage.orders
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
