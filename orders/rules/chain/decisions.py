"""What a leader settled about one row, as it is kept with the paste."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

NEW_MEMBER = 0
"""Instead of a member's id: this is somebody new."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`member_id` None is undecided, NEW_MEMBER somebody new. `offers` and `quantities` go by the line's index.

    An offer of 0 drops the line. `seen` accepts what was only doubtful; `cancel` confirms the end of a vanished entry,
    as it stood in its order then (`content`, and its words in `raw`).
    """

    member_id: int | None = None
    name: str = ""
    door: str = ""
    offers: Mapping[int, int] = field(default_factory=dict)
    quantities: Mapping[int, Decimal] = field(default_factory=dict)
    seen: bool = False
    skip: bool = False
    cancel: bool = False
    content: str = ""
    order_id: int | None = None
    raw: str = ""

    def cancels(self, order_id: int, content: str) -> bool:
        """Whether an entry is to end: it was chosen when the entry said this in this order."""
        kept = self.order_id is None or (self.order_id, self.content) == (order_id, content)
        return self.cancel and kept

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Decision":
        return cls(
            member_id=data.get("member"),
            name=data.get("name", ""),
            door=data.get("door", ""),
            offers={int(index): offer for index, offer in data.get("offers", {}).items()},
            quantities={int(index): Decimal(text) for index, text in data.get("quantities", {}).items()},
            seen=data.get("seen", False),
            skip=data.get("skip", False),
            cancel=data.get("cancel", False),
            content=data.get("content", ""),
            order_id=data.get("order"),
            raw=data.get("raw", ""),
        )


NOTHING_DECIDED = Decision()
