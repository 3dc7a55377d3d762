"""Units of goods: which words are units, which mean the same, and weights turned into each other."""

from decimal import Decimal

# fmt: off
UNITS = (
    "公斤", "千克", "市斤", "斤", "kg", "克", "g", "两", "份", "个人", "个", "只", "颗", "粒", "枚", "条", "根", "串",
    "把", "箱", "件", "包", "袋", "盒", "瓶", "罐", "桶", "提", "套", "组", "板", "盘", "碗", "杯", "块", "片", "支",
    "棵", "朵", "扎", "捆", "筐", "篮", "篓", "听", "排", "对", "双", "单", "位", "人",
)
# fmt: on

PORTION = "份"
"""One of whatever is sold; says nothing of weight."""

_IN_JIN = {
    "斤": Decimal(1),
    "市斤": Decimal(1),
    "两": Decimal("0.1"),
    "公斤": Decimal(2),
    "千克": Decimal(2),
    "kg": Decimal(2),
    "克": Decimal("0.002"),
    "g": Decimal("0.002"),
}
_ALIKE = (frozenset({"个", "只", "颗", "粒", "枚"}), frozenset({"袋", "包"}), frozenset({"人", "个人", "位"}))


def is_weight(unit: str) -> bool:
    return unit in _IN_JIN


def convert(quantity: Decimal, written: str, sold: str) -> tuple[Decimal, str] | None:
    """A quantity in the unit the offer is sold by; None when the written unit cannot mean it (箱 for 斤)."""
    if written in ("", sold):
        return quantity, sold
    if written in _IN_JIN and sold in _IN_JIN:
        return quantity * _IN_JIN[written] / _IN_JIN[sold], sold
    if written == PORTION and sold not in _IN_JIN:
        return quantity, sold
    if any(written in alike and sold in alike for alike in _ALIKE):
        return quantity, sold
    return None
