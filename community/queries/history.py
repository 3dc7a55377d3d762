"""What became of a member, from the rows the database writes at every change."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, models
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.models import LeaderAssignment, Member, Membership, SeedProfile
from community.rules.seeds import QUALITIES
from core.sql import statement

MEMBER_HISTORY = statement(__file__, "member_history")
MOST = 100

SHOWN: dict[str, tuple[type[models.Model], Sequence[str]]] = {
    "member": (Member, ("name", "channel")),
    "membership": (Membership, ("door", "left_on")),
    "assignment": (LeaderAssignment, ("span",)),
    "seed": (
        SeedProfile,
        (
            "status",
            "niche",
            "source",
            *(field for quality in QUALITIES for field in (quality, f"{quality}_evidence")),
            "next_contact_on",
            "note",
        ),
    ),
}
"""The fields a reader is shown, by kind; the others (pinyin, ids) say nothing to them."""

TITLES: dict[tuple[str, bool], str | Promise] = {
    ("member", True): _("Noted as a member"),
    ("member", False): _("Particulars changed"),
    ("membership", True): _("Joined %(group)s"),
    ("membership", False): _("Membership of %(group)s changed"),
    ("assignment", True): _("Was given %(group)s to lead"),
    ("assignment", False): _("Days of leading %(group)s changed"),
    ("seed", True): _("Put on the board of seed users"),
    ("seed", False): _("Seed profile changed"),
}
"""By kind and whether it is new."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its name, what it said (empty when the row is new) and what it says, as people read it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row: when, by whom (empty for the clock), in a few words, field by field."""

    at: datetime
    by: str
    title: str
    fields: Sequence[FieldChange]


def history_of(member: Member, *, kinds: Collection[str] = tuple(SHOWN), most: int = MOST) -> list[Change]:
    """The latest changes of a member, their memberships, assignments and seed profile, newest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(MEMBER_HISTORY, {"member": member.pk, "kinds": list(kinds), "most": most})
        return [_change(*row) for row in cursor.fetchall()]


def _change(kind: str, at: datetime, group: str, by: str, before_json: str | None, after_json: str) -> Change:
    before, after = json.loads(before_json or "{}"), json.loads(after_json)
    title = TITLES[kind, before_json is None] % {"group": group}
    model, names = SHOWN[kind]
    fields = []
    for name in names:
        field: Any = model._meta.get_field(name)
        old, new = _read(field, before.get(name)), _read(field, after.get(name))
        if old != new:
            fields.append(FieldChange(str(field.verbose_name), old, new))
    return Change(at, by, title, fields)


def _read(field: Any, value: Any) -> str:
    """A value as the event row holds it (JSON), in the words of the page; empty where there is none."""
    if value in (None, ""):
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateField):
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return str(value)
