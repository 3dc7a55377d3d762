"""The people and places tests are peopled with: every call saves one row, with defaults a test may replace.

Names repeat when a test does not care; usernames and short codes are numbered because they are unique.
"""

from datetime import UTC, date, datetime
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateRange

from community.models import Group, LeaderAssignment, Member, Membership, Neighbourhood
from core.enums import Role
from core.models import User

LONG_AGO = date(2025, 1, 1)
"""When everything began, unless a test says otherwise."""
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""Friday morning, ten o'clock in Shanghai."""
TODAY = date(2026, 11, 20)

_number = count(1)


def make_user(role: Role = Role.OPERATOR, *, name: str = "", **fields: object) -> User:
    """Somebody with a login and no password; log in with `client.force_login`."""
    user = User(username=f"{role}-{next(_number)}", name=name or str(role.label), role=role, **fields)
    user.set_unusable_password()
    user.save()
    return user


def make_neighbourhood(name: str = "锦绣华城", **fields: object) -> Neighbourhood:
    return Neighbourhood.objects.create(name=name, **fields)


def make_group(name: str = "锦绣华城一群", *, neighbourhood: Neighbourhood | None = None, **fields: object) -> Group:
    fields.setdefault("opened_on", LONG_AGO)
    return Group.objects.create(name=name, neighbourhood=neighbourhood or make_neighbourhood(), **fields)


def make_member(name: str = "王芳", *, group: Group | None = None, door: str = "", **fields: object) -> Member:
    """A member; with `group` also their membership, at `door`, since the day they joined."""
    fields.setdefault("joined_on", LONG_AGO)
    member = Member.objects.create(name=name, **fields)
    if group is not None:
        Membership.objects.create(group=group, member=member, door=door, joined_on=member.joined_on)
    return member


def make_leader(
    *groups: Group, name: str = "周敏", first_day: date = LONG_AGO, last_day: date | None = None, **fields: object
) -> Member:
    """A member with a leader's login (`.user`), assigned to the groups from `first_day` to `last_day` inclusive."""
    member = make_member(name, user=make_user(Role.LEADER, name=name), **fields)
    for group in groups:
        assign(member, group, first_day=first_day, last_day=last_day)
    return member


def assign(
    leader: Member, group: Group, *, first_day: date = LONG_AGO, last_day: date | None = None
) -> LeaderAssignment:
    """An assignment whose last day, when it has one, is still part of it."""
    span = DateRange(first_day, last_day, "[]") if last_day else DateRange(first_day, None, "[)")
    return LeaderAssignment.objects.create(group=group, leader=leader, span=span)
