"""What an invitation says, in the language of the group whoever makes it reads; and what is odd about a signal."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import format_yuan
from core.templatetags.ui import money
from orders.texts import for_the_group
from referrals.enums import RewardKind, SignalKind
from referrals.models import FissionCampaign, ReferralLink, Signal
from referrals.queries import campaign_for


def join_url(link: ReferralLink) -> str:
    """Where somebody joins through the link, without a login."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("join", args=[link.code])


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a poster says: the group, its own words, where it is, who invites and what to do."""

    title: str
    purpose: str
    place: str
    invites: str
    call: str
    gift: str


def gift_of(campaign: FissionCampaign | None) -> str:
    """What whoever joins gets for a first order, in a sentence; nothing without a campaign."""
    if campaign is None:
        return ""
    words = {"amount": format_yuan(campaign.newcomer_fen), "least": format_yuan(campaign.threshold_fen)}
    if campaign.newcomer_kind == RewardKind.COUPON:
        return _("New members get a coupon of ¥%(amount)s for a first order from ¥%(least)s") % words
    return _("New members get ¥%(amount)s credit for a first order from ¥%(least)s") % words


@for_the_group
def invitation(link: ReferralLink) -> Invitation:
    """Load the link with its member and its group's neighbourhood."""
    return Invitation(
        link.group.name,
        link.group.purpose,
        link.group.neighbourhood.name,
        _("%(name)s invites you to join") % {"name": link.member.name},
        _("Long-press or scan to join"),
        gift_of(campaign_for(link.group, today=timezone.localdate())),
    )


def why_signalled(signal: Signal) -> str:
    """What is odd, in a sentence. Who it is about stands beside it."""
    said: dict[str, Any] = signal.figures
    number: int = said.get("number", 0)
    match signal.kind:
        case SignalKind.ACCOUNT:
            return _("They are paid to one bank account.")
        case SignalKind.VELOCITY:
            day = date_format(date.fromisoformat(said["day"]), "SHORT_DATE_FORMAT")
            sentence = ngettext(
                "%(number)d person was brought by one person on %(day)s.",
                "%(number)d people were brought by one person on %(day)s.",
                number,
            )
            said = {"number": number, "day": day}
        case SignalKind.DOOR:
            sentence = _("%(number)d people at one door were brought by one person within %(days)d days.")
        case SignalKind.RING:
            sentence = _("%(number)d people earn mainly on what the next of them buys, in the last %(days)d days.")
        case _other:
            sentence = _("%(orders)d orders were paid back after their commission was paid out: %(back)s of %(paid)s.")
            said = {"orders": said["orders"], "back": money(said["back_fen"]), "paid": money(said["paid_fen"])}
    return sentence % said
