from datetime import datetime

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


def refer(*, referrer: Member, referee: Member, reason: str, by: User | None, now: datetime) -> Referral:
    """Keep for ever who brought whom, bound on the Shanghai day of `now`. Orders placed before stay as they are.

    Raises SelfReferral, AlreadyReferred or ReferrerJoinedLater; then nothing is kept.
    """
    names = {"referee": referee.name, "referrer": referrer.name}
    if referrer == referee:
        raise SelfReferral(_("%(referee)s cannot have brought themselves. Choose who brought them.") % names)
    refusals: dict[str, DomainError] = {
        "referrals_referral_referee_id_key": AlreadyReferred(
            _("%(referee)s already has a referrer; a member has one, for ever. Nothing was changed.") % names
        ),
        "referrer_joined_before_referee": ReferrerJoinedLater(
            _("%(referrer)s joined after %(referee)s and cannot have brought them. Nothing was changed.") % names
        ),
    }
    with refusing(refusals):
        return Referral.objects.create(
            referrer=referrer, referee=referee, bound_on=timezone.localdate(now), reason=reason, bound_by=by
        )
