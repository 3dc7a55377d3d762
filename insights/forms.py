"""What the addresses of these pages say. What makes no sense is left out, never an error."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from insights.enums import Basis, Counting
from insights.models import WINDOWS
from insights.queries import GroupRow, Health
from insights.rules.tables import in_order, page_number

SORTED_BY: dict[str, Callable[[GroupRow], Any]] = {
    "name": lambda row: row.pinyin,
    "members": lambda row: row.members,
    "orders": lambda row: row.week.this.orders,
    "gmv": lambda row: row.week.this.gmv_fen,
    "change": lambda row: row.change_ppm,
}


def window_of(query: QueryDict) -> int:
    """The repurchase window asked for, in days; 30 unless it is one of those offered."""
    asked = query.get("window", "")
    return next((days for days in WINDOWS if str(days) == asked), WINDOWS[0])


def counting_of(query: QueryDict) -> Counting:
    """How the address wants repurchase counted; by days unless it says otherwise."""
    asked = query.get("count", "")
    return Counting(asked) if asked in Counting.values else Counting.OCCASIONS


def basis_of(query: QueryDict) -> Basis:
    """The day the address wants refunds to count on; that of the order unless it says otherwise."""
    asked = query.get("basis", "")
    return Basis(asked) if asked in Basis.values else Basis.BEHAVIOUR


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """Which groups the table shows, in which order; by GMV unless the address says otherwise."""

    text: str
    health: str
    district: str
    sort: str
    page: int

    @classmethod
    def read(cls, query: QueryDict) -> "GroupChoice":
        health = query.get("health", "")
        return cls(
            text=query.get("q", "").strip(),
            health=health if health in Health.values else "",
            district=query.get("district", ""),
            sort=query.get("sort", "") or "-gmv",
            page=page_number(query.get("page", "")),
        )

    def in_district(self, rows: list[GroupRow]) -> list[GroupRow]:
        return [row for row in rows if row.district == self.district] if self.district else rows

    def shown(self, rows: list[GroupRow]) -> list[GroupRow]:
        """All rows that were asked for, in order."""
        chosen = [row for row in self.in_district(rows) if not self.health or row.health == self.health]
        return in_order(chosen, self.sort, SORTED_BY, default="-gmv")
