"""Who changed what, read from the history that triggers keep beside every tracked table."""

from __future__ import annotations  # Django's fields take type arguments only for the type checker.

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from pghistory.models import Event

from core.in_words import Names, in_words, names_of
from core.models import User

SHOWN = 50
NOT_SHOWN = frozenset({"id", "pinyin", "demo", "password"})
OWN_NAMES = ("name", "title", "username")

# The newest changes of one table, each beside the row as it was before.
BRANCH = """
    SELECT %(label)s AS label, e.pgh_created_at AS at, e.pgh_label AS kind, e.pgh_obj_id AS obj,
        e.pgh_id AS id, e.pgh_context_id AS ctx,
        to_jsonb(e) AS now,
        (SELECT to_jsonb(p) FROM {table} p WHERE p.pgh_obj_id = e.pgh_obj_id AND p.pgh_id < e.pgh_id
            ORDER BY p.pgh_id DESC LIMIT 1) AS before
    FROM (
        SELECT * FROM {table}
        WHERE (%(at)s::timestamptz IS NULL OR (pgh_created_at, %(label)s, pgh_id) < (%(at)s, %(of)s, %(id)s))
        ORDER BY pgh_id DESC LIMIT %(limit)s
    ) e
"""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, in words."""

    name: str | Promise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One row written by somebody (or by the house itself) at one moment."""

    at: datetime
    table: str
    event_id: int
    who: str
    what: str | Promise
    row: str
    is_new: bool
    fields: tuple[FieldChange, ...]

    @property
    def cursor(self) -> str:
        """Where the list goes on after this change; one transaction's changes share their time."""
        return f"{self.at.isoformat()}|{self.table}|{self.event_id}"


def tracked() -> dict[str, type[models.Model]]:
    """The tables whose changes are kept, by label (`orders.Campaign`)."""
    events = (model for model in apps.get_models() if issubclass(model, Event) and not model._meta.abstract)
    return {
        model.pgh_tracked_model._meta.label: model  # type: ignore[attr-defined]
        for model in sorted(events, key=lambda model: model._meta.label)
        if getattr(model, "pgh_tracked_model", None)
    }


def changes(*, label: str = "", after: str = "", limit: int = SHOWN) -> list[Change]:
    """The newest changes of all tracked tables (or of one), newest first, in one statement and one a table for names.

    `after` is the cursor of the last change already seen; one that is none begins at the beginning.
    """
    tables = {name: model for name, model in tracked().items() if label in {"", name}}
    rows = list(newest(tables, after=after, limit=limit))
    people = people_of({row[-1].get("user") for row in rows if row[-1]})
    names = names_of(
        (field, written[field.attname])
        for label, _at, _id, _kind, now, before, _context in rows
        for field in shown_fields(tables[label])
        for written in (now, before or {})
        if field.attname in written
    )
    return [change_of(tables[row[0]], row, people, names) for row in rows]


def newest(tables: dict[str, type[models.Model]], *, after: str, limit: int) -> Iterator[tuple[Any, ...]]:
    at, of, event_id = read_cursor(after)
    branches: list[str] = []
    parameters: dict[str, Any] = {"at": at, "of": of, "id": event_id, "limit": limit}
    for number, (label, model) in enumerate(tables.items()):
        quoted = connection.ops.quote_name(model._meta.db_table)
        branches.append("(" + BRANCH.format(table=quoted).replace("%(label)s", f"%(label{number})s") + ")")
        parameters[f"label{number}"] = label
    if not branches:
        return
    union = " UNION ALL ".join(branches)
    statement = (
        f"SELECT c.label, c.at, c.id, c.kind, c.now, c.before, x.metadata FROM ({union}) c "  # noqa: S608 (table names of our models)
        "LEFT JOIN pghistory_context x ON x.id = c.ctx ORDER BY c.at DESC, c.label DESC, c.id DESC LIMIT %(limit)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        for row in cursor.fetchall():
            yield tuple(as_python(value) for value in row)


def read_cursor(text: str) -> tuple[datetime | None, str, int]:
    moment, _bar, rest = text.partition("|")
    label, _bar, event_id = rest.partition("|")
    try:
        at = parse_datetime(moment)
    except ValueError:
        at = None
    return (at, label, int(event_id)) if at and event_id.isdecimal() else (None, "", 0)


def as_python(value: Any) -> Any:
    """Raw cursors hand jsonb over as text."""
    if isinstance(value, str) and value[:1] == "{":
        return json.loads(value)
    return value


def people_of(ids: set[Any]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", "name"))


def shown_fields(event_model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns of the tracked table that mean something to people."""
    tracked_model = event_model.pgh_tracked_model  # type: ignore[attr-defined]
    return [field for field in tracked_model._meta.concrete_fields if field.name not in NOT_SHOWN]


def change_of(event_model: type[models.Model], row: tuple[Any, ...], people: dict[int, str], names: Names) -> Change:
    label, at, event_id, kind, now, before, context = row
    fields = shown_fields(event_model)
    user = (context or {}).get("user")
    return Change(
        at=at,
        table=label,
        event_id=event_id,
        who=people.get(user, "") if user else "",
        what=event_model.pgh_tracked_model._meta.verbose_name,  # type: ignore[attr-defined]
        row=called(fields, now, names),
        is_new=kind == "insert",
        fields=tuple(field_changes(fields, now, before, names)),
    )


def called(fields: list[models.Field[Any, Any]], now: dict[str, Any], names: Names) -> str:
    """A row's own name, or those of the rows it ties together (锦绣华城一群 · 王芳), or what it begins with."""
    own = next((now[name] for name in OWN_NAMES if now.get(name)), "")
    if own:
        return str(own)
    ties = [field for field in fields if field.related_model not in {None, User} and not field.null]
    told = ties or fields[:1]
    return " · ".join(in_words(field, now.get(field.attname), names) for field in told)


def field_changes(
    fields: list[models.Field[Any, Any]], now: dict[str, Any], before: dict[str, Any] | None, names: Names
) -> Iterator[FieldChange]:
    for field in fields:
        after, was = now.get(field.attname), (before or {}).get(field.attname)
        if after != was and not (before is None and after in ("", None, [])):
            yield FieldChange(field.verbose_name, in_words(field, was, names), in_words(field, after, names))
