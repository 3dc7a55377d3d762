from datetime import date, datetime, timedelta

import pghistory
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from community.models import Group, LeaderAssignment, Member
from core.errors import DomainError
from core.models import User
from core.violations import refusing


class GroupAlreadyLed(DomainError):
    """Somebody else's assignment covers some of those days."""


class AssignmentEndsBeforeItBegins(DomainError):
    """The last day lies before the first."""


@transaction.atomic
def assign_leader(
    *,
    group: Group,
    leader: Member,
    first_day: date,
    last_day: date | None = None,
    replacing: bool = False,
    by: User,
    now: datetime,
) -> LeaderAssignment:
    """Give a group to a leader from `first_day` to `last_day` inclusive, without a last day until further notice.

    `replacing` ends the open-ended assignment running on `first_day` with the day before. Any other overlap raises
    GroupAlreadyLed.
    """
    Group.objects.select_for_update().get(pk=group.pk)
    with pghistory.context(user=by.pk), refusing({"group_has_one_leader_at_a_time": _already_led(group)}):
        if replacing:
            _end_running(group, before=first_day)
        return LeaderAssignment.objects.create(group=group, leader=leader, span=days(first_day, last_day))


@transaction.atomic
def end_assignment(*, assignment: LeaderAssignment, last_day: date, by: User, now: datetime) -> LeaderAssignment:
    """Let an assignment end with `last_day`, earlier or later than before.

    Raises AssignmentEndsBeforeItBegins, and GroupAlreadyLed when it would reach into the next leader's days.
    """
    current = LeaderAssignment.objects.select_for_update(of=["self"]).select_related("group").get(pk=assignment.pk)
    current.span = days(current.first_day, last_day)
    with pghistory.context(user=by.pk), refusing({"group_has_one_leader_at_a_time": _already_led(current.group)}):
        current.save(update_fields=["span"])
    return current


def days(first_day: date, last_day: date | None) -> DateRange:
    """Both days included, as PostgreSQL keeps it: up to, without, the day after the last."""
    if last_day is not None and last_day < first_day:
        raise AssignmentEndsBeforeItBegins(_("The last day comes after the first."))
    return DateRange(first_day, last_day + timedelta(days=1) if last_day else None, "[)")


def _end_running(group: Group, *, before: date) -> None:
    """One that begins on that very day is left: it would have no day, and the overlap is then refused."""
    running = LeaderAssignment.objects.filter(
        group=group, span__contains=before, span__startswith__lt=before, span__upper_inf=True
    ).first()
    if running is not None:
        running.span = DateRange(running.span.lower, before, "[)")
        running.save(update_fields=["span"])


def _already_led(group: Group) -> GroupAlreadyLed:
    return GroupAlreadyLed(
        _("%(group)s already has a leader in that time. Choose other days, or let the new leader take over.")
        % {"group": group.name}
    )
