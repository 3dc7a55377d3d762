from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.enums import Channel
from community.models import Group, Member, Membership
from community.rules.doors import tidy_door
from core.errors import DomainError
from core.models import User
from core.violations import refusing


class AlreadyInGroup(DomainError):
    """The member is in that group at this moment."""


class NoLongerInGroup(DomainError):
    """The membership has already ended."""


class LeavesBeforeJoining(DomainError):
    """The membership would end before the day it began."""


class PhoneTaken(DomainError):
    """The phone number is already noted for another member."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A new member and the group they are in."""

    member: Member
    membership: Membership


@transaction.atomic
def add_member(
    *,
    group: Group,
    name: str,
    door: str = "",
    channel: str = Channel.CHAIN,
    phone: str = "",
    by: User | None,
    now: datetime,
) -> Joined:
    """Note a new person in a group, at a door, since today in Shanghai. `by` is nobody when they came by themselves.

    `phone` as `tidy_phone` keeps it. Raises PhoneTaken. A full group takes them: a register that forgot who left must
    not keep an order out. The page says it is full.
    """
    today = timezone.localdate(now)
    with done_by(by), refusing({"phone_belongs_to_one_member": _phone_taken()}):
        member = Member.objects.create(name=name.strip(), channel=channel, joined_on=today, phone=phone)
        return Joined(member, _join(member, group, door, by, now))


@transaction.atomic
def change_member(
    *, member: Member, name: str, channel: str, phone: str | None = None, by: User, now: datetime
) -> Member:
    """Write a member's name, where they came from or their phone otherwise (None: it stays). Raises PhoneTaken."""
    member.name = name.strip()
    member.channel = channel
    if phone is not None:
        member.phone = phone
    with done_by(by), refusing({"phone_belongs_to_one_member": _phone_taken()}):
        member.save(update_fields=["name", "channel", "phone"])
    return member


@transaction.atomic
def join_group(*, member: Member, group: Group, door: str = "", by: User | None, now: datetime) -> Membership:
    """Put somebody known into another group. Raises AlreadyInGroup."""
    return _join(member, group, door, by, now)


@transaction.atomic
def move_member(*, membership: Membership, group: Group, door: str, by: User, now: datetime) -> Membership:
    """Somebody moved: to another door of the group, or out of it and into another one on the same day.

    Returns the membership they have now. Raises NoLongerInGroup, AlreadyInGroup.
    """
    current = _current(membership)
    if current.group_id != group.pk:
        leave_group(membership=current, by=by, now=now)
        return _join(current.member, group, door, by, now)
    current.door = tidy_door(door)
    with pghistory.context(user=by.pk):
        current.save(update_fields=["door"])
    return current


@transaction.atomic
def leave_group(*, membership: Membership, by: User, now: datetime) -> Membership:
    """End a membership today in Shanghai; the person and their orders stay. Raises NoLongerInGroup."""
    current = _current(membership)
    current.left_on = timezone.localdate(now)
    early = LeavesBeforeJoining(_("A member cannot leave before joining."))
    with pghistory.context(user=by.pk), refusing({"member_leaves_after_joining": early}):
        current.save(update_fields=["left_on"])
    return current


def _current(membership: Membership) -> Membership:
    """The membership as it is now, locked."""
    current = Membership.objects.select_for_update(of=["self"]).select_related("member", "group").get(pk=membership.pk)
    if current.left_on is not None:
        raise NoLongerInGroup(
            _("%(name)s has already left %(group)s.") % {"name": current.member.name, "group": current.group.name}
        )
    return current


def done_by(by: User | None) -> AbstractContextManager[Any]:
    """Changes made inside are recorded as this person's; without one as nobody's."""
    return pghistory.context(user=by.pk if by else None)


def _phone_taken() -> PhoneTaken:
    return PhoneTaken(_("Another member has this phone number. Look whether they are the same person."))


def _join(member: Member, group: Group, door: str, by: User | None, now: datetime) -> Membership:
    twice = AlreadyInGroup(_("%(name)s is already in %(group)s.") % {"name": member.name, "group": group.name})
    with done_by(by), refusing({"member_is_in_a_group_once": twice}):
        return Membership.objects.create(
            group=group, member=member, door=tidy_door(door), joined_on=timezone.localdate(now)
        )
