"""Somebody joins through an invitation link: who they are, what they agreed to, whether it binds them to whom."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from community.consent import Wording
from community.enums import Channel
from community.models import Member
from community.services import Visitor, record_consent, take_in
from core.models import User
from core.violations import refusing
from orders.services import is_new_form
from referrals.enums import Refusal
from referrals.models import BindingRule, Joining, Plan, Referral, ReferralLink
from referrals.queries import terms_in_force
from referrals.rules.binding import Joiner, Terms, Touch, decide
from referrals.services.links import LinkRetired
from referrals.services.referring import AlreadyReferred, refer


@dataclass(frozen=True, slots=True)
class Opened:
    """An invitation link was opened on this device."""

    code: str
    at: datetime


@transaction.atomic
def join_through(
    *,
    link: ReferralLink,
    visitor: Visitor,
    opened: Sequence[Opened],
    wording: Wording,
    nonce: str,
    now: datetime,
) -> Joining | None:
    """Take somebody into the link's group who agreed to `wording`; keep for ever whether that binds them, or why not.

    Once for each `nonce`: sent again it does nothing, None. `opened` is what the device knows; links retired meanwhile
    do not count, and this one counts as opened now if the device forgot it. Raises LinkRetired; then nobody has joined.
    """
    if not is_new_form(nonce):
        return None
    retired = LinkRetired(_("This invitation does not count any more. Ask for a new one. Nothing was saved."))
    with refusing({"retired_link_takes_nobody_in": retired}):
        arrived = take_in(visitor=visitor, group=link.group, channel=Channel.REFERRAL, now=now)
        member = arrived.member
        joiner = Joiner(member.pk, arrived.is_new, Referral.objects.filter(referee=member).exists())
        terms = terms_in_force()
        decision = decide(_touches(link, opened, now), joiner, terms, now=now)
        referral, refusal = None, decision.refusal
        if not refusal:
            referral, refusal = _bind(decision.touch, member, now)
        return Joining.objects.create(
            link=link,
            credited_id=decision.touch.link,
            member=member,
            is_new=arrived.is_new,
            consent=record_consent(member=member, wording=wording, now=now),
            touched_at=decision.touch.at,
            at=now,
            referral=referral,
            refusal=refusal,
            **asdict(terms),
        )


def _touches(link: ReferralLink, opened: Sequence[Opened], now: datetime) -> list[Touch]:
    """What was opened of links that live, in that order, the one somebody joins on among it; one query."""
    living = {one.code: one for one in ReferralLink.objects.living().filter(code__in={one.code for one in opened})}
    living[link.code] = link
    seen = [one for one in opened if one.code in living and one.at <= now]
    if all(one.code != link.code for one in seen):
        seen.append(Opened(link.code, now))
    return [Touch(living[one.code].pk, living[one.code].member_id, one.at) for one in seen]


def _bind(touch: Touch, member: Member, now: datetime) -> tuple[Referral | None, str]:
    """The binding, or why there is none after all: somebody else said at this moment who brought them."""
    referrer = Member.objects.get(pk=touch.referrer)
    with translation.override(settings.LANGUAGE_CODE):  # read by the desk, whatever the one who joins reads
        reason = _("through their invitation link")
    try:
        return refer(referrer=referrer, referee=member, reason=reason, by=None, now=now), ""
    except AlreadyReferred:
        return None, Refusal.ALREADY_REFERRED


@transaction.atomic
def set_binding_rule(*, plan: Plan, terms: Terms, by: User, now: datetime) -> BindingRule:
    """Let who joins from now on be bound by these terms. Who has joined before stays as it was decided."""
    return BindingRule.objects.create(plan=plan, **asdict(terms), set_by=by, set_at=now)
