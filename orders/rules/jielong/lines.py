"""Items of an entry judged: which offer, how much of it in the unit it is sold by, and what to doubt."""

from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from itertools import chain, starmap
from operator import attrgetter
from typing import Any, NamedTuple

from orders.rules.jielong.catalogue import Catalogue
from orders.rules.jielong.draft import Amount, Draft, Item
from orders.rules.jielong.flags import Flag
from orders.rules.jielong.given import Options
from orders.rules.jielong.parsed import Line
from orders.rules.jielong.text import fold
from orders.rules.jielong.units import convert, is_weight

_FIELDS = attrgetter(*(field.name for field in fields(Item)))


class _Judged(NamedTuple):
    """An amount as the line will say it, and what is doubtful about it."""

    quantity: Decimal | None
    unit: str
    flags: tuple[str, ...] = ()


class Judge:
    """Makes lines of the items of drafts. A chain says the same things over and over: each is judged once."""

    def __init__(self, catalogue: Catalogue, options: Options) -> None:
        self.catalogue = catalogue
        self.options = options
        self._judged = lru_cache(maxsize=1024)(self._judge)

    def lines_of(self, draft: Draft) -> tuple[Line, ...]:
        """The lines of an entry. What was ordered 0 times leaves none; the same offer twice becomes one, flagged."""
        each = [*starmap(self._judged, map(_FIELDS, draft.items))]
        if () in each:
            draft.flag(Flag.ZERO_QTY)
        lines = tuple(chain.from_iterable(each))
        if len({line.offer for line in lines}) == len(lines):
            return lines
        merged = _merged(chain.from_iterable(map(self._lines_of_item, draft.items)))
        return tuple(map(self._with_large_flag, merged))

    def _judge(self, *fields: Any) -> tuple[Line, ...]:
        """The lines of an item with these fields."""
        return tuple(map(self._with_large_flag, self._lines_of_item(Item(*fields))))

    def _lines_of_item(self, item: Item) -> Iterable[Line]:
        """One line, but none of what was ordered 0 times, and one for each of several offers together."""
        if item.amount is not None and item.amount.quantity == 0:
            return
        if item.meaning is None:
            yield self._unknown(item, self.catalogue.candidates(fold(item.text)))
        elif item.meaning.together or len(item.meaning.offers) == 1:
            flags = [Flag.CHECK] if item.meaning.together else []
            for offer in item.meaning.offers:
                yield self._known(item, offer, *flags)
        else:
            names = tuple(self.catalogue.offers[i].name for i in item.meaning.offers)
            yield self._unknown(item, names, Flag.AMBIGUOUS)

    def _unknown(self, item: Item, candidates: tuple[str, ...], *flags: str) -> Line:
        judged = self._judge_amount(item, "", counted=False)
        own = [flag for flag in item.flags if flag != Flag.FUZZY_PRODUCT]
        marks = _unique([Flag.NEEDS_PRODUCT, *flags, *own, *judged.flags])
        return Line(None, item.text, judged.quantity, judged.unit, item.note, marks, candidates)

    def _known(self, item: Item, position: int, *flags: str) -> Line:
        offer, sold_by = self.catalogue.offers[position], self.catalogue.units[position]
        judged = self._judge_amount(item, sold_by, counted=offer.counted)
        unit = offer.unit if judged.unit == sold_by else judged.unit
        marks = _unique([*flags, *item.flags, *judged.flags])
        return Line(offer.name, item.text, judged.quantity, unit, item.note, marks)

    def _judge_amount(self, item: Item, sold_by: str, *, counted: bool) -> _Judged:
        """The quantity in the unit of sale. Without a belief in it there is none, and a flag says why."""
        amount = item.amount
        if amount is None:
            return self._by_default(item, sold_by)
        if amount.quantity is None:
            return _Judged(None, amount.unit or sold_by, amount.flags)
        if amount.quantity >= self.options.implausible:
            return _Judged(None, amount.unit or sold_by, (Flag.IMPLAUSIBLE_QTY,))
        return self._in_unit_of_sale(amount, amount.quantity, sold_by, counted=counted)

    def _in_unit_of_sale(self, amount: Amount, quantity: Decimal, sold_by: str, *, counted: bool) -> _Judged:
        converted = convert(quantity, amount.unit, sold_by) if sold_by else (quantity, amount.unit)
        flags = list(amount.flags)
        if not amount.unit and quantity > self.options.large_pieces:
            flags.append(Flag.LARGE_QTY)  # a bare number that large may be a price or a room
        elif not amount.unit and quantity != quantity.to_integral_value():
            flags.append(Flag.CHECK)  # 苹果 9.9 is likely a price
        if converted is None:
            converted = quantity, amount.unit
            flags.append(Flag.CHECK)
        if counted and converted[0] != converted[0].to_integral_value():
            return _Judged(None, converted[1], _unique([*flags, Flag.IMPLAUSIBLE_QTY]))
        if not is_weight(sold_by or amount.unit) and converted[0] != converted[0].to_integral_value():
            flags.append(Flag.CHECK)  # half a box
        return _Judged(converted[0], converted[1], _unique(flags))

    def _by_default(self, item: Item, sold_by: str) -> _Judged:
        if item.implied_one:
            return _Judged(Decimal(1), sold_by)
        return _Judged(Decimal(1) if self.options.default_quantity else None, sold_by, (Flag.DEFAULT_QTY,))

    def _with_large_flag(self, line: Line) -> Line:
        most = self.options.large_weight if is_weight(line.unit) else self.options.large_pieces
        if line.quantity is None or line.quantity <= most:
            return line
        return line._replace(flags=_unique([*line.flags, Flag.LARGE_QTY]))


def _merged(lines: Iterable[Line]) -> list[Line]:
    """One line an offer: the same product twice on a row is added up, in one unit, and says so."""
    merged: list[Line] = []
    place_of: dict[str, int] = {}
    for line in lines:
        at = place_of.setdefault(line.offer, len(merged)) if line.offer else len(merged)
        if at == len(merged):
            merged.append(line)
            continue
        other = merged[at]
        addable = other.unit == line.unit and other.quantity is not None and line.quantity is not None
        merged[at] = other._replace(
            quantity=other.quantity + line.quantity if addable else None,  # type: ignore[operator]
            note="; ".join(filter(None, (other.note, line.note))),
            flags=_unique([*other.flags, *line.flags, Flag.SAME_ITEM_TWICE]),
        )
    return merged


def _unique(flags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flags))
