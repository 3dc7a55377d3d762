"""What an invitation says, in the language of the group whoever makes it reads."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.texts import for_the_group
from referrals.models import ReferralLink


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


@for_the_group
def invitation(link: ReferralLink) -> Invitation:
    """Load the link with its member and its group's neighbourhood."""
    return Invitation(
        link.group.name,
        link.group.purpose,
        link.group.neighbourhood.name,
        _("%(name)s invites you to join") % {"name": link.member.name},
        _("Long-press or scan to join"),
    )
