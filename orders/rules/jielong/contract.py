"""A reading as the plain values the `jielong` command prints, and offers from the values it is given."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.errors import DomainError
from orders.rules.jielong.given import Offer
from orders.rules.jielong.numerals import plain
from orders.rules.jielong.parsed import Change, Line, OrderRow, Parsed

_FIELDS: dict[str, tuple[type, ...]] = {
    "unit": (str,),
    "aliases": (list,),
    "counted": (bool,),
    "code": (str, type(None)),
}


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can say one, no encoding can write it


class OffersUnreadable(DomainError):
    """The offers are not what they should be: a list of objects with a name."""


def read_offers(values: Any) -> tuple[Offer, ...]:
    """Offers from `[{"name", "unit", "aliases", "counted", "code"}]`; only the name is required."""
    if not isinstance(values, list):
        raise OffersUnreadable("The offers must be a JSON list of objects, each with a name.")
    return tuple(_offer(value, place) for place, value in enumerate(values, start=1))


def _offer(value: Any, place: int) -> Offer:
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str) or not value["name"].strip():
        raise OffersUnreadable(f"Offer {place} must be an object with a name.")
    for name, kind in _FIELDS.items():
        if name in value and not isinstance(value[name], kind):
            raise OffersUnreadable(f"Offer {place}: {name} has a value of the wrong kind.")
    aliases = value.get("aliases", [])
    if not all(isinstance(alias, str) for alias in aliases):
        raise OffersUnreadable(f"Offer {place}: every alias must be a text.")
    if any(
        _LONE_SURROGATE.search(text)
        for text in (value["name"], value.get("unit", ""), *aliases, value.get("code") or "")
    ):
        raise OffersUnreadable(f"Offer {place}: a text has half a character that cannot be written.")
    return Offer(value["name"], value.get("unit", ""), tuple(aliases), value.get("counted", False), value.get("code"))


def as_values(parsed: Parsed) -> dict[str, Any]:
    """The reading as JSON values. Phones are left out; quantities are decimals in text without trailing zeros."""
    return {
        "title": parsed.title,
        "orders": [_row(row) for row in parsed.rows],
        "changes": [_change(change) for change in parsed.changes],
        "skipped": [{"text": skipped.text, "reason": str(skipped.reason)} for skipped in parsed.skipped],
    }


def _row(row: OrderRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": row.name,
        "door": row.door,
        "lines": [_line(line) for line in row.lines],
        "note": row.note,
        "flags": list(row.flags),
    }


def _line(line: Line) -> dict[str, Any]:
    return {"offer": line.offer, "text": line.text, "quantity": _quantity(line.quantity), "unit": line.unit}


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": str(change.kind),
        "name": change.name,
        "door": change.door,
        "offer": change.offer,
        "quantity": _quantity(change.quantity),
        "flags": [str(flag) for flag in change.flags],
    }


def _quantity(quantity: Decimal | None) -> str | None:
    return None if quantity is None else plain(quantity)
