"""The rows of a list of goods, read beside the catalogue: what is new, what differs, what cannot be kept as it is."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from core.money import NotAnAmount, parse_yuan
from orders.rules.imports.columns import Columns
from orders.rules.imports.outcome import Remark, Standing, Why, standing_of

Values = dict[str, object]
"""Field of the product → its value as JSON holds it; the supplier by name, the pack's size as text."""

LONGEST = {"name": 60, "unit": 10, "spec": 60, "category": 30, "code": 4, "pack_name": 10, "supplier": 60}
LONGEST_ALIAS = 40
MOST_FEN = 999_999_999
MOST_PACK = Decimal("99999.999")
NEW: Values = {
    "spec": "",
    "category": "",
    "supplier": "",
    "aliases": [],
    "code": "",
    "cost_fen": 0,
    "counted": True,
    "weighed": False,
    "pack_name": "",
    "pack_size": None,
}
"""What a product has of which the file says nothing."""

_BETWEEN_ALIASES = re.compile("[,，、;；\n]+")
_COUNTED = re.compile(r"计件|按件|计数|整件|counted|piece", re.IGNORECASE)
_WEIGHED = re.compile(r"称重|按重|计重|weigh", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadProduct:
    """What a row comes to. `product_id` is None for something new; `before` is what the catalogue has of it now."""

    row: int
    standing: Standing
    remarks: tuple[Remark, ...]
    values: Values
    product_id: int | None = None
    before: Values | None = None


def read_products(
    rows: Sequence[Sequence[str]],
    columns: Columns,
    *,
    catalogue: Mapping[tuple[str, str], tuple[int, Values]],
    suppliers: Collection[str],
) -> list[ReadProduct]:
    """Every row beside the product of the same name and spec, if there is one. An empty cell leaves it as it is."""
    seen: dict[tuple[str, str], int] = {}
    return [
        _read(
            place, {name: row[at].strip() for name, at in columns.items() if at < len(row)}, catalogue, suppliers, seen
        )
        for place, row in enumerate(rows)
    ]


def _read(
    place: int,
    cells: Mapping[str, str],
    catalogue: Mapping[tuple[str, str], tuple[int, Values]],
    suppliers: Collection[str],
    seen: dict[tuple[str, str], int],
) -> ReadProduct:
    said, remarks = _values(cells)
    key = (cells.get("name", ""), cells.get("spec", ""))
    product_id, before = catalogue.get(key, (None, None))
    values = {**(before or NEW), **said}
    if not key[0]:
        remarks.append(Remark(Why.NO_PRODUCT_NAME))
    elif key in seen:
        remarks.append(Remark(Why.TWICE, {"row": str(seen[key] + 1)}))
    else:
        seen[key] = place
    remarks += [Remark(Why.NO_UNIT)] if not values.get("unit") else []
    remarks += [Remark(Why.NO_PRICE)] if values.get("price_fen") is None and not cells.get("price") else []
    if bool(values["pack_name"]) != bool(values["pack_size"]):
        remarks.append(Remark(Why.HALF_A_PACK))
    if values["supplier"] and values["supplier"] not in suppliers:
        remarks.append(Remark(Why.NEW_SUPPLIER, {"supplier": str(values["supplier"])}))
    if before is not None and values == before and standing_of(remarks) is not Standing.BAD:
        remarks = [Remark(Why.UNCHANGED)]
    return ReadProduct(place, standing_of(remarks), tuple(remarks), values, product_id, before)


def _values(cells: Mapping[str, str]) -> tuple[Values, list[Remark]]:
    """What the row's cells say, and what of it cannot be kept."""
    values: Values = {name: cells[name] for name in LONGEST if cells.get(name)}
    remarks = [
        Remark(Why.TOO_LONG, {"text": str(value)[:40], "length": str(LONGEST[name])})
        for name, value in values.items()
        if len(str(value)) > LONGEST[name]
    ]
    if aliases := cells.get("aliases"):
        words = list(dict.fromkeys(word.strip() for word in _BETWEEN_ALIASES.split(aliases) if word.strip()))
        values["aliases"] = words
        too_long = next((word for word in words if len(word) > LONGEST_ALIAS), "")
        if too_long:
            remarks.append(Remark(Why.TOO_LONG, {"text": too_long, "length": str(LONGEST_ALIAS)}))
    for name in ("cost", "price"):
        if text := cells.get(name):
            fen = fen_of(text)
            if fen is None:
                remarks.append(Remark(Why.NOT_AN_AMOUNT, {"text": text[:20]}))
            else:
                values[f"{name}_fen"] = fen
    if text := cells.get("pack_size"):
        size = size_of(text)
        if size is None:
            remarks.append(Remark(Why.NO_QUANTITY, {"goods": cells.get("pack_name", ""), "text": text[:20]}))
        else:
            values["pack_size"] = size
    if text := cells.get("sold"):
        counted, weighed = bool(_COUNTED.search(text)), bool(_WEIGHED.search(text))
        if counted == weighed:
            remarks.append(Remark(Why.NOT_HOW_SOLD, {"text": text[:20]}))
        values |= {"counted": counted, "weighed": weighed}
    return values, remarks


def fen_of(text: str) -> int | None:
    """Fen of an amount in yuan, not negative and within reason; else None."""
    try:
        fen = parse_yuan(text.lstrip("¥￥").removesuffix("元").strip()) if len(text) < 20 else -1
    except NotAnAmount:
        return None
    return fen if 0 <= fen <= MOST_FEN else None


def size_of(text: str) -> str | None:
    """A pack's size as the catalogue spells it: "10.0" → "10"; None for what is no size."""
    try:
        size = Decimal(text) if len(text) < 20 else Decimal()
    except InvalidOperation:
        return None
    if not size.is_finite() or not 0 < size <= MOST_PACK or size != round(size, 3):
        return None
    return f"{size.normalize():f}"
