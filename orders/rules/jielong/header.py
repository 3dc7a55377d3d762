"""What stands above the entries: the #接龙 mark, the title, the example, and the menu with its prices."""

import re
from collections.abc import Sequence
from decimal import Decimal

from orders.rules.jielong.doors import UNIT
from orders.rules.jielong.numbering import Marker
from orders.rules.jielong.numerals import DIGITS, HANZI, read_number
from orders.rules.jielong.parsed import MenuItem, Price
from orders.rules.jielong.text import PastedLine, Span

_MARK = re.compile(r"#\s?(?:接龙|group\s?note|开团|团购|拼团|预定|预订|报名)\s?[:,]?|^\s*(?:接龙\s?(?::|$)|\(接龙\))")
_CAMPAIGN_MARK = re.compile(r"#\s?(?:开团|团购|拼团)")
_EXAMPLE = re.compile(r"\s*(?:例(?:如|子)?|示例|样例|格式|模板|参考格式)(?:[\s:]|$)")
_LIMIT = re.compile(r"限量?\s?(?P<limit>\d{1,6})\s?[\u4e00-\u9fff]?")
_TITLE_WORDS = re.compile(r"接龙|预定|预订|团购|开团|截单|截止")
_PRICE = re.compile(
    rf"(?:(?P<many>{DIGITS}|{HANZI})(?P<of>{UNIT})(?:{DIGITS}{UNIT})?\s?)?¥?(?P<yuan>{DIGITS})\s?(?:元|块)"
    rf"(?:\s?[/每]\s?(?P<per>{DIGITS})?(?P<unit>{UNIT})(?!\s?¥?\d))?"
)
_ENTRY_END = " ,;/:()|-"


def is_mark(folded: str) -> bool:
    """Whether a line is where a chain begins: #接龙, #Group Note, 接龙：."""
    return bool(_MARK.search(folded))


def is_campaign_mark(folded: str) -> bool:
    """Whether it announces goods (#开团) rather than collects entries."""
    return bool(_CAMPAIGN_MARK.search(folded))


def is_example(folded: str) -> bool:
    return bool(_EXAMPLE.match(folded))


def is_menu(folded: str, *, names_product: bool) -> bool:
    """Whether a header line offers goods: a product and its price, and not the title of the chain."""
    return names_product and bool(_PRICE.search(folded)) and not _TITLE_WORDS.search(folded)


def is_priced_per_unit(folded: str) -> bool:
    """Whether a price on the line is for one unit: 10元/斤."""
    return any(found["unit"] for found in _PRICE.finditer(folded))


def is_price_alone(folded: str) -> bool:
    """Whether a line only prices what stands above it."""
    found = _PRICE.search(folded)
    return found is not None and not folded[: found.start()].strip(_ENTRY_END)


def beside_mark(text: Span) -> str:
    """What the line of the mark says after it, without a limit: the title, if anything."""
    found = _MARK.search(text.folded)
    rest = text.part(found.end()) if found else text
    limit = _LIMIT.search(rest.folded)
    shown = rest.shown[: limit.start()] + rest.shown[limit.end() :] if limit else rest.shown
    return shown.strip(" :：,，、")


def limit_of(lines: Sequence[PastedLine]) -> int | None:
    """限量25组: so many of each item; None if the header does not say."""
    found = next(filter(None, (_LIMIT.search(line.span.folded) for line in lines)), None)
    return int(found["limit"]) if found else None


def read_menu(lines: Sequence[tuple[PastedLine, Marker | None]]) -> tuple[MenuItem, ...]:
    """Goods and prices of menu lines. A price on a line of its own belongs to the item above."""
    items: list[MenuItem] = []
    for line, marker in lines:
        text = line.span.part(marker.end) if marker else line.span
        found = list(_PRICE.finditer(text.folded))
        name = text.shown[: found[0].start()] if found else text.shown
        name = name.strip(_ENTRY_END + "，、：（")
        prices = _prices(found)
        if not name and items:
            items[-1] = MenuItem(items[-1].number, items[-1].text, items[-1].prices + prices)
        else:
            items.append(MenuItem(marker.number if marker else None, name, prices))
    return tuple(items)


def _prices(found: Sequence[re.Match[str]]) -> tuple[Price, ...]:
    """A price without a unit is for one of what the others on the line are for."""
    units = [match["unit"] or match["of"] for match in found]
    common = next(filter(None, units), "")
    return tuple(
        Price(
            quantity=read_number(match["per"] or match["many"] or "1") or Decimal(1),
            unit=unit or common,
            fen=int(Decimal(match["yuan"]) * 100),
        )
        for match, unit in zip(found, units, strict=True)
    )
