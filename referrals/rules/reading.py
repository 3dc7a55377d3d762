"""Reads a plan and its delivered orders from JSON, strictly: what is not exactly as it should be says where it is not.

The form is the one of `commission_calc`, described in docs/algorithms/commission.md.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from referrals.rules.checks import NotCalculable, refuse_repeated
from referrals.rules.facts import CoLeader, Line, Order, Plan, Refund
from referrals.rules.tiers import TierKind, Volume

Read = Callable[[Any, str], Any]
"""Takes a JSON value and the path to it; returns what it stands for or raises NotCalculable with that path."""


_LARGEST = 2**63 - 1  # what a bigint column holds
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can say one, no encoding can write it


def read(document: bytes) -> tuple[Plan, list[Order]]:
    """The plan and the orders in a JSON document. Raises NotCalculable naming the first value at fault."""
    try:
        value = json.loads(document, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotCalculable("input", f"is not JSON: {error}") from error
    found = _members(value, "", required={"plan": _PLAN, "orders": _list_of(_ORDER)})
    refuse_repeated("orders", [order.id for order in found["orders"]])
    return found["plan"], list(found["orders"])


def _whole(value: Any, path: str) -> int:
    if type(value) is not int:  # True is an int to isinstance
        raise NotCalculable(path, f"must be a whole number, is {_shown(value)}")
    if abs(value) > _LARGEST:
        raise NotCalculable(path, f"must be at most {_LARGEST}, is {_shown(value)}")
    return value


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or _LONE_SURROGATE.search(value):
        raise NotCalculable(path, f"must be a text, is {_shown(value)}")
    return value


def _tier_kind(value: Any, path: str) -> TierKind:
    if value not in set(TierKind):
        raise NotCalculable(path, f"must be one of {', '.join(TierKind)}, is {_shown(value)}")
    return TierKind(value)


def _or_null(read_value: Read) -> Read:
    return lambda value, path: None if value is None else read_value(value, path)


def _list_of(read_value: Read) -> Read:
    def read_list(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise NotCalculable(path, f"must be a list, is {_shown(value)}")
        return tuple(read_value(item, f"{path}[{index}]") for index, item in enumerate(value))

    return read_list


def _by_name(read_value: Read) -> Read:
    def read_object(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise NotCalculable(path, f"must be an object, is {_shown(value)}")
        return {_text(name, path): read_value(each, f"{path}.{name}") for name, each in value.items()}

    return read_object


def _made(kind: type, required: dict[str, Read], optional: dict[str, Read] | None = None) -> Read:
    """Reads an object into a dataclass of the same fields, whose own faults are told from where the object stands."""

    def read_object(value: Any, path: str) -> Any:
        values = _members(value, path, required, optional)
        try:
            return kind(**values)
        except NotCalculable as fault:
            raise fault.under(path) from None

    return read_object


def _members(value: Any, path: str, required: dict[str, Read], optional: dict[str, Read] | None = None) -> Any:
    if not isinstance(value, dict):
        raise NotCalculable(path or "input", f"must be an object, is {_shown(value)}")
    known = required | (optional or {})
    paths = {name: f"{path}.{name}" if path else name for name in [*known, *value]}
    for name in value:
        if name not in known:
            raise NotCalculable(paths[name], f"is not known here, known are {', '.join(known)}")
    for name in required:
        if name not in value:
            raise NotCalculable(paths[name], "is missing")
    return {name: known[name](value[name], paths[name]) for name in value}


def _shown(value: Any) -> str:
    """The value as it may stand in a sentence."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"a key stands twice in an object with {', '.join(found)}")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


_VOLUME = _made(Volume, required={"kind": _tier_kind, "bounds_fen": _list_of(_whole), "rates_ppm": _list_of(_whole)})
_PLAN = _made(
    Plan,
    required={"leader_ppm": _whole},
    optional={
        "delivery_fee_fen": _whole,
        "delivery_cap_fen": _or_null(_whole),
        "referral_ppm": _list_of(_whole),
        "pool_cap_ppm": _or_null(_whole),
        "development_ppm": _whole,
        "seed_ppm": _whole,
        "product_ppm": _by_name(_or_null(_whole)),
        "group_ppm": _by_name(_whole),
        "person_ppm": _by_name(_whole),
        "volume": _or_null(_VOLUME),
    },
)
_LINE = _made(Line, required={"id": _text, "base_fen": _whole}, optional={"product": _or_null(_text)})
_REFUND = _made(Refund, required={"line": _text, "base_fen": _whole})
_CO_LEADER = _made(CoLeader, required={"member": _text, "share_ppm": _whole})
_ORDER = _made(
    Order,
    required={"id": _text, "lines": _list_of(_LINE)},
    optional={
        "household": _or_null(_text),
        "round": _or_null(_text),
        "leader": _or_null(_text),
        "referrers": _list_of(_text),
        "refunds": _list_of(_REFUND),
        "developer": _or_null(_text),
        "group": _or_null(_text),
        "month": _or_null(_text),
        "seed": _or_null(_text),
        "co_leaders": _list_of(_CO_LEADER),
    },
)
