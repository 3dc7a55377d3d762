"""Somebody without an account says who they are: the phone alone tells whether we know them."""

from dataclasses import dataclass
from datetime import datetime

from community.models import Group, Member, Membership
from community.services.members import PhoneTaken, add_member, join_group


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who somebody says they are: name and door as written, phone as `tidy_phone` keeps it. Nothing of it is proven."""

    name: str
    door: str
    phone: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """The member a visitor is, and whether they are one since this moment."""

    member: Member
    is_new: bool


def take_in(*, visitor: Visitor, group: Group, channel: str, now: datetime) -> Arrived:
    """The member with this phone, or somebody new, come through `channel`; in the group either way.

    Name and door never find anybody and change nothing of who is known. Call in a transaction: the member is locked
    against other forms with the same phone, of which one alone makes somebody new.
    """
    member = _locked(visitor.phone)
    if member is None:
        try:
            who = {"name": visitor.name, "door": visitor.door, "phone": visitor.phone}
            return Arrived(add_member(group=group, **who, channel=channel, by=None, now=now).member, is_new=True)
        except PhoneTaken:  # by a form that came at the same moment
            member = _locked(visitor.phone)
            if member is None:
                raise
    if not Membership.objects.current().filter(member=member, group=group).exists():
        join_group(member=member, group=group, door=visitor.door, by=None, now=now)
    return Arrived(member, is_new=False)


def _locked(phone: str) -> Member | None:
    """What only looks at the key, as an order that comes in another way, neither waits for this lock nor blocks it."""
    return Member.objects.select_for_update(no_key=True).filter(phone=phone).first()
