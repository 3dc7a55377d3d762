from datetime import date

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from community.models import CoLeader, Group, LeaderAssignment, Member
from community.services.leaders import days
from core.errors import DomainError
from core.models import User
from core.violations import refusing


class HasAShareAlready(DomainError):
    """The member has a share of the group's leader commission on some of those days."""


class LeadsIt(DomainError):
    """Who leads the group on the first day has what the shares leave, and is given none."""


class SharesLeaveNothing(DomainError):
    """All shares of a day together are less than the whole: the leader keeps a part."""


@transaction.atomic
def give_share(
    *, group: Group, member: Member, share_ppm: int, first_day: date, last_day: date | None = None, by: User
) -> CoLeader:
    """Let a member lead beside the leader: that part of the leader's commission on orders of these days is theirs.

    Days are inclusive (Asia/Shanghai), without a last one until further notice. Orders of days that are past are split
    in the next commission run. Raises HasAShareAlready, LeadsIt, SharesLeaveNothing, AssignmentEndsBeforeItBegins.
    """
    if LeaderAssignment.objects.filter(group=group, leader=member, span__contains=first_day).exists():
        raise LeadsIt(
            _("%(member)s leads %(group)s on that day and has what the others' shares leave.")
            % {"member": member.name, "group": group.name}
        )
    with pghistory.context(user=by.pk), refusing(_refusals(group, member)):
        return CoLeader.objects.create(group=group, member=member, share_ppm=share_ppm, span=days(first_day, last_day))


@transaction.atomic
def end_share(*, share: CoLeader, last_day: date, by: User) -> CoLeader:
    """Let a share end with `last_day`, earlier or later than before.

    Raises HasAShareAlready, SharesLeaveNothing, AssignmentEndsBeforeItBegins.
    """
    current = CoLeader.objects.select_for_update(of=["self"]).select_related("group", "member").get(pk=share.pk)
    current.span = days(current.first_day, last_day)
    with pghistory.context(user=by.pk), refusing(_refusals(current.group, current.member)):
        current.save(update_fields=["span"])
    return current


def _refusals(group: Group, member: Member) -> dict[str, DomainError]:
    return {
        "co_leader_has_one_share_at_a_time": HasAShareAlready(
            _("%(member)s has a share of %(group)s in that time already. End that one first.")
            % {"member": member.name, "group": group.name}
        ),
        "shares_stay_within_the_whole": SharesLeaveNothing(
            _("With this the shares of %(group)s leave its leader nothing. Give a smaller one.") % {"group": group.name}
        ),
    }
