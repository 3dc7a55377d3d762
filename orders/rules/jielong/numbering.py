"""Entry numbers: `1.`, `2、`, `3)`, `(4)`, `5️⃣`, `⑥`; which run of them is the chain."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from orders.rules.jielong.doors import UNIT
from orders.rules.jielong.text import PastedLine, Span

_MARKER = re.compile(
    r"\s*(?:\(\s?(?P<bracketed>\d{1,3})\s?\)"
    r"|(?P<plain>\d{1,3})\s?(?:[)、。]|\.(?!\d)|\.(?=\d{1,4}(?:-\d|栋|幢|座|号楼|号\d|#|单元))|:(?!\d\d)|,(?=\s?[^\d\s]))"
    r"|(?P<keycap>(?:\d\ufe0f?\u20e3){1,3})\s?[.、]?|(?P<ring>[\u2460-\u249b])\s?[.、]?)\s*"
)
_BARE = re.compile(rf"\s*(?P<bare>\d{{1,3}})\s+(?=[^\d\s])(?!{UNIT}\s)")
_INLINE = re.compile(rf"(?<=[\s,;。])(?P<number>\d{{1,3}})\s?[.、)](?!\d)\s*(?!\d{{1,9}}\s?(?:\.|{UNIT}))(?=\S)")
_CHANGED = re.compile(r"改|取消|不要|退|撤|作废|❌|~~")


class Marker(NamedTuple):
    """An entry's number and where its text begins."""

    number: int
    end: int


def read_marker(folded: str) -> Marker | None:
    """The number a line begins with as an entry of a chain; None for 3-201, 2.5斤, 9:41."""
    found = _MARKER.match(folded)
    if found is None:
        return None
    if found["ring"]:
        return Marker(int(unicodedata.numeric(found["ring"])), found.end())
    digits = found["bracketed"] or found["plain"] or re.sub(r"\D", "", found["keycap"])
    return Marker(int(digits), found.end())


def read_markers(lines: Sequence[PastedLine]) -> list[Marker | None]:
    """Each line's number. Bare numbers (`1 张三`) count when no line has a real one and they run 1, 2, 3 …"""
    markers = [read_marker(line.span.folded) for line in lines]
    if any(markers):
        return markers
    bare = [_BARE.match(line.span.folded) for line in lines]
    numbers = [int(found["bare"]) for found in bare if found]
    if len(numbers) < 2 or numbers != list(range(1, len(numbers) + 1)):
        return markers
    return [Marker(int(found["bare"]), found.end()) if found else None for found in bare]


def runs(markers: Sequence[Marker | None]) -> list[list[int]]:
    """The positions of numbered lines in runs; a line numbered 1 begins a new one."""
    found: list[list[int]] = []
    for position, marker in enumerate(markers):
        if marker is None:
            continue
        if not found or marker.number == 1:
            found.append([])
        found[-1].append(position)
    return found


def split_inline(text: Span, number: int) -> list[tuple[int, Span]]:
    """Entries written on one line: `1. 张三 苹果2斤 2. 李四 香蕉1斤`. A line that speaks of changes stays whole."""
    if str(number + 1) not in text.folded or _CHANGED.search(text.folded):
        return [(number, text)]
    entries: list[tuple[int, Span]] = []
    start = 0
    for found in _INLINE.finditer(text.folded):
        if int(found["number"]) == number + 1 and text.folded[start : found.start()].strip():
            entries.append((number, text.part(start, found.start())))
            number, start = number + 1, found.end()
    return [*entries, (number, text.part(start))]
