"""Who changed what, read from the history that triggers keep beside every tracked table."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from pghistory.models import Event

from core.models import User

SHOWN = 50
SECRET_FIELDS = frozenset({"password"})

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
    """One field before and after; before is None where the row is new."""

    name: str | Promise
    before: Any
    after: Any


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
    """The newest changes of all tracked tables (or of one), newest first, in one statement and one for the names.

    `after` is the cursor of the last change already seen; one that is none begins at the beginning.
    """
    tables = {name: model for name, model in tracked().items() if label in {"", name}}
    rows = list(newest(tables, after=after, limit=limit))
    people = names_of({row[-1].get("user") for row in rows if row[-1]})
    return [change_of(tables[row[0]], row, people) for row in rows]


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


def names_of(ids: set[Any]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", "name"))


def change_of(event_model: type[models.Model], row: tuple[Any, ...], people: dict[int, str]) -> Change:
    label, at, event_id, kind, now, before, context = row
    model = event_model.pgh_tracked_model  # type: ignore[attr-defined]
    user = (context or {}).get("user")
    return Change(
        at=at,
        table=label,
        event_id=event_id,
        who=people.get(user, "") if user else "",
        what=model._meta.verbose_name,
        row=str(now.get("name") or now.get("title") or now.get("username") or now["pgh_obj_id"]),
        is_new=kind == "insert",
        fields=tuple(field_changes(model, now, before)),
    )


def field_changes(
    model: type[models.Model], now: dict[str, Any], before: dict[str, Any] | None
) -> Iterator[FieldChange]:
    for column, after in now.items():
        if column.startswith("pgh_") or column in {"id", "pinyin"} or column in SECRET_FIELDS:
            continue
        was = (before or {}).get(column)
        if after != was and not (before is None and after in ("", None, [])):
            yield FieldChange(label_of(model, column), was, after)


def label_of(model: type[models.Model], column: str) -> str | Promise:
    """The field's own words; a column nobody named is shown as it is."""
    try:
        field = model._meta.get_field(column.removesuffix("_id"))
    except FieldDoesNotExist:
        return column
    return getattr(field, "verbose_name", column)
