from datetime import datetime

import pghistory
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Member
from core.errors import DomainError
from core.models import User
from core.violations import refusing
from referrals.models import Referral


class SelfReferral(DomainError):
    """Somebody is said to have brought themselves."""


class AlreadyReferred(DomainError):
    """The member has a referrer, and keeps that one for ever."""


class ReferrerJoinedLater(DomainError):
    """The one who is said to have brought the other joined after them: chains could loop."""


class ReferralHasCounted(DomainError):
    """An order of the member has been delivered: who brought them stays."""


class ReasonMissing(DomainError):
    """A correction says why."""


def refer(*, referrer: Member, referee: Member, reason: str, by: User | None, now: datetime) -> Referral:
    """Keep for ever who brought whom, bound on the Shanghai day of `now`. Orders placed before stay as they are.

    Raises SelfReferral, AlreadyReferred or ReferrerJoinedLater; then nothing is kept.
    """
    twice = AlreadyReferred(
        _("%(referee)s already has a referrer; a member has one, for ever. Nothing was changed.")
        % {"referee": referee.name}
    )
    with refusing({**_refusals(referrer, referee), "referrals_referral_referee_id_key": twice}):
        return Referral.objects.create(
            referrer=referrer, referee=referee, bound_on=timezone.localdate(now), reason=reason, bound_by=by
        )


def correct_referrer(*, referral: Referral, referrer: Member, reason: str, by: User, now: datetime) -> Referral:
    """Say that somebody else brought the member, and why. What was said before stays in the history.

    Orders placed before keep who was known then. Raises ReferralHasCounted once an order placed since was delivered,
    and ReasonMissing, SelfReferral or ReferrerJoinedLater; then nothing is changed.
    """
    referee = referral.referee
    counted = ReferralHasCounted(
        _("%(referee)s has had an order delivered, so it stays who brought them. Nothing was changed.")
        % {"referee": referee.name}
    )
    why = ReasonMissing(_("Say why it was somebody else. Nothing was changed."))
    refusals = {
        **_refusals(referrer, referee),
        "referral_that_has_counted_stays": counted,
        "correction_of_a_referral_says_why": why,
    }
    referral.referrer, referral.reason, referral.corrected_by, referral.corrected_at = referrer, reason, by, now
    with pghistory.context(user=by.pk), refusing(refusals):
        referral.save(update_fields=["referrer", "reason", "corrected_by", "corrected_at"])
    return referral


def _refusals(referrer: Member, referee: Member) -> dict[str, DomainError]:
    """What the database refuses of whoever it is that is said to have brought the other. Raises SelfReferral."""
    names = {"referee": referee.name, "referrer": referrer.name}
    if referrer == referee:
        raise SelfReferral(_("%(referee)s cannot have brought themselves. Choose who brought them.") % names)
    later = _("%(referrer)s joined after %(referee)s and cannot have brought them. Nothing was changed.") % names
    return {"referrer_joined_before_referee": ReferrerJoinedLater(later)}
