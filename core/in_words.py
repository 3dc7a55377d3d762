"""What stands in a column, as a person reads it: rows by their names, choices by their labels, money in yuan."""

from __future__ import annotations  # Django's fields take type arguments only for the type checker.

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.template.defaultfilters import yesno
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.money import format_yuan
from core.templatetags.ui import percent, quantity

NOTHING = "—"

Names = Mapping[type[models.Model], Mapping[Any, str]]
"""Rows by their keys, as `names_of` found them."""


def names_of(references: Iterable[tuple[models.Field[Any, Any], Any]]) -> Names:
    """What the rows are called that these columns point to: one query a table. A row that is gone has no name."""
    wanted: dict[type[models.Model], set[Any]] = {}
    for field, key in references:
        if field.related_model and key is not None:
            wanted.setdefault(field.related_model, set()).add(key)
    return {
        model: {row.pk: str(row) for row in model._default_manager.filter(pk__in=keys)}
        for model, keys in wanted.items()
    }


def in_words(field: models.Field[Any, Any], value: Any, names: Names) -> str:
    """The value of a column as PostgreSQL writes it into JSON: times are text, ranges `[2026-11-01,2026-12-01)`."""
    if value is None or value in ("", []):
        return NOTHING
    if field.related_model:
        return names.get(field.related_model, {}).get(value, f"#{value}")
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    match field:
        case models.BooleanField():
            return str(yesno(value, _("yes,no")))
        case models.DateTimeField():
            moment = parse_datetime(value)
            return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else value
        case DateRangeField():
            return days(value)
        case models.DecimalField():
            return quantity(Decimal(str(value)))
    if field.name.endswith("_fen"):
        return f"¥{format_yuan(value)}"
    if field.name.endswith("_ppm"):
        return percent(value)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def days(span: str) -> str:
    """`[2026-11-01,2026-12-01)` runs to the last of November."""
    first, _comma, behind = span.strip("[)").partition(",")
    last = date.fromisoformat(behind) - timedelta(days=1) if behind else ""
    return f"{first} – {last}"
