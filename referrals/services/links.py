from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Group, LeaderAssignment, Member, Membership
from core.errors import DomainError
from core.links import save_under_a_free_code
from core.models import User
from core.rules.links import LONG_CODE_LENGTH
from core.violations import refusing
from referrals.models import ReferralLink


class InvitesElsewhere(DomainError):
    """The member is not in the group and does not lead it: there is nothing to invite into."""


class HasLink(DomainError):
    """The member has a living link into the group."""


class LinkRetired(DomainError):
    """The link is retired: it takes nobody in and is not retired again."""


@transaction.atomic
def make_link(*, member: Member, group: Group, by: User, now: datetime) -> ReferralLink:
    """Give a member their invitation link into a group they are in, or lead on the day of `now` in Shanghai.

    Raises InvitesElsewhere, HasLink and CodeTaken.
    """
    if not groups_to_invite_into(member, now=now).filter(pk=group.pk).exists():
        raise InvitesElsewhere(
            _("%(name)s is not in %(group)s. Take them in first.") % {"name": member.name, "group": group.name}
        )
    link = ReferralLink(member=member, group=group, made_by=by, made_at=now)
    has_one = HasLink(
        _("%(name)s has an invitation link into %(group)s already.") % {"name": member.name, "group": group.name}
    )
    save_under_a_free_code(link, refusals={"member_has_one_living_link_a_group": has_one}, length=LONG_CODE_LENGTH)
    return link


def groups_to_invite_into(member: Member, *, now: datetime) -> QuerySet[Group]:
    """Those the member is in, and those they lead."""
    led = LeaderAssignment.objects.filter(leader=member, span__contains=timezone.localdate(now)).values("group")
    joined = Membership.objects.current().filter(member=member).values("group")
    return Group.objects.filter(Q(pk__in=joined) | Q(pk__in=led))


@transaction.atomic
def retire_link(*, link: ReferralLink, by: User, now: datetime) -> None:
    """From now on the link takes nobody in; who came through it stays bound. Raises LinkRetired."""
    twice = LinkRetired(_("This link is retired already. Nothing was changed."))
    with refusing({"link_is_retired_once": twice}):
        ReferralLink.objects.filter(pk=link.pk).update(retired_by=by, retired_at=now)
