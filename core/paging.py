"""Paging by key: page 10 000 costs what page 1 costs, and rows that come or go meanwhile shift nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
ROWS = 50


@dataclass(frozen=True, slots=True)
class KeyPage(Generic[Row]):
    """Some rows of a list, and the keys its neighbours begin at: None where there is no page before or after."""

    rows: list[Row]
    before: int | None
    after: int | None


def page_by_key(rows: QuerySet[Row], *, by: str, after: str = "", before: str = "", size: int = ROWS) -> KeyPage[Row]:
    """The page that follows the row with primary key `after`, or precedes `before`, in the order of (`by`, pk).

    `by` is a field that is never null, downwards with a leading minus. A key that is no number or whose row is gone
    begins at the beginning.
    """
    field, down = by.removeprefix("-"), by.startswith("-")
    cursor = _cursor(rows, field, before or after)
    backwards = bool(before) and cursor is not None
    if cursor is not None:
        rows = rows.filter(_beyond(field, *cursor, down=down != backwards))
    sign = "-" if down != backwards else ""
    found = list(in_order(rows, f"{sign}{field}")[: size + 1])
    more, page = len(found) > size, found[:size]
    if backwards:
        page.reverse()
    has_before, has_after = (more, True) if backwards else (cursor is not None, more)
    return KeyPage(
        rows=page,
        before=page[0].pk if page and has_before else None,
        after=page[-1].pk if page and has_after else None,
    )


def in_order(rows: QuerySet[Row], by: str) -> QuerySet[Row]:
    """Rows in the order of (`by`, pk), both downwards with a leading minus."""
    return rows.order_by(by, "-pk" if by.startswith("-") else "pk")


def all_by_key(rows: QuerySet[Row], *, by: str, size: int) -> Iterator[list[Row]]:
    """All rows in that order, `size` at a time: nothing is held open between two pages, however many follow."""
    after = ""
    while True:
        page = page_by_key(rows, by=by, after=after, size=size)
        yield page.rows
        if page.after is None:
            return
        after = str(page.after)


def _cursor(rows: QuerySet[Row], field: str, key: str) -> tuple[Any, int] | None:
    """Where to go on. The row may have left the filter meanwhile: its place in the order still counts."""
    if not key.isascii() or not key.isdecimal():
        return None
    found = rows.model._default_manager.filter(pk=int(key)).values_list(field, "pk").first()
    return (found[0], found[1]) if found else None


def _beyond(field: str, value: Any, pk: int, *, down: bool) -> Q:
    """Both say the same; the first alone is what an index on the field can answer."""
    step = "lt" if down else "gt"
    further = Q(**{f"{field}__{step}": value}) | (Q(**{field: value}) & Q(**{f"pk__{step}": pk}))
    return Q(**{f"{field}__{step}e": value}) & further
