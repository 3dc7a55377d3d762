"""Items of an entry judged: which offer, how much of it in the unit it is sold by, and what to doubt."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from orders.rules.jielong.catalogue import Catalogue
from orders.rules.jielong.draft import Amount, Draft, Item
from orders.rules.jielong.flags import Flag
from orders.rules.jielong.given import Options
from orders.rules.jielong.parsed import Line
from orders.rules.jielong.text import fold
from orders.rules.jielong.units import convert, is_weight


@dataclass(slots=True)
class _Judged:
    quantity: Decimal | None
    unit: str
    flags: list[str] = field(default_factory=list)


def lines_of(draft: Draft, catalogue: Catalogue, options: Options) -> tuple[Line, ...]:
    """The lines of an entry. What was ordered 0 times leaves none; the same offer twice becomes one, flagged."""
    lines: list[Line] = []
    for item in draft.items:
        if item.amount is not None and item.amount.quantity == 0:
            draft.flag(Flag.ZERO_QTY)
        elif item.meaning is not None and len(item.meaning.offers) == 1:
            lines.append(_known(item, item.meaning.offers[0], catalogue, options, []))
        else:
            lines += _lines_of_item(item, catalogue, options)
    return tuple(_with_large_flag(line, options) for line in _merged(lines))


def _lines_of_item(item: Item, catalogue: Catalogue, options: Options) -> Iterable[Line]:
    """Of a word that is no offer's, stands for several together, or for one of several."""
    if item.meaning is None:
        yield _unknown(item, catalogue.candidates(fold(item.text)), options)
    elif item.meaning.together:
        for offer in item.meaning.offers:
            yield _known(item, offer, catalogue, options, [Flag.CHECK])
    else:
        names = tuple(catalogue.offers[i].name for i in item.meaning.offers)
        yield _unknown(item, names, options, [Flag.AMBIGUOUS])


def _unknown(item: Item, candidates: tuple[str, ...], options: Options, flags: Iterable[str] = ()) -> Line:
    judged = _judge(item, "", options, counted=False)
    marks = _unique([Flag.NEEDS_PRODUCT, *flags, *(f for f in item.flags if f != Flag.FUZZY_PRODUCT), *judged.flags])
    return Line(None, item.text, judged.quantity, judged.unit, item.note, marks, candidates)


def _known(item: Item, position: int, catalogue: Catalogue, options: Options, flags: list[str]) -> Line:
    offer, sold_by = catalogue.offers[position], catalogue.units[position]
    amount = item.amount
    if amount is not None and not flags and not item.flags and _is_plain(amount, sold_by, options):
        return Line(offer.name, item.text, amount.quantity, offer.unit or amount.unit, item.note)
    judged = _judge(item, sold_by, options, counted=offer.counted)
    unit = offer.unit if judged.unit == sold_by else judged.unit
    return Line(offer.name, item.text, judged.quantity, unit, item.note, _unique([*flags, *item.flags, *judged.flags]))


def _is_plain(amount: Amount, sold_by: str, options: Options) -> bool:
    """A whole number in the unit of sale, below what is asked about: the usual quantity."""
    quantity = amount.quantity
    return (
        quantity is not None
        and not amount.flags
        and quantity < options.implausible
        and (amount.unit == sold_by or (not amount.unit and quantity <= options.large_pieces))
        and quantity == int(quantity)
    )


def _judge(item: Item, sold_by: str, options: Options, *, counted: bool) -> _Judged:
    """The quantity in the unit of sale. Without a belief in it there is none, and a flag says why."""
    amount = item.amount
    if amount is None:
        return _by_default(item, sold_by, options)
    judged = _Judged(amount.quantity, amount.unit or sold_by, list(amount.flags))
    if amount.quantity is None:
        return judged
    if amount.quantity >= options.implausible:
        return _Judged(None, judged.unit, [Flag.IMPLAUSIBLE_QTY])
    return _in_unit_of_sale(amount, amount.quantity, sold_by, options, counted=counted)


def _in_unit_of_sale(amount: Amount, quantity: Decimal, sold_by: str, options: Options, *, counted: bool) -> _Judged:
    converted = convert(quantity, amount.unit, sold_by) if sold_by else (quantity, amount.unit)
    flags = list(amount.flags)
    if not amount.unit and quantity > options.large_pieces:
        flags.append(Flag.LARGE_QTY)  # a bare number that large may be a price or a room
    elif not amount.unit and quantity != quantity.to_integral_value():
        flags.append(Flag.CHECK)  # 苹果 9.9 is likely a price
    if converted is None:
        converted = quantity, amount.unit
        flags.append(Flag.CHECK)
    if counted and converted[0] != converted[0].to_integral_value():
        return _Judged(None, converted[1], [*flags, Flag.IMPLAUSIBLE_QTY])
    if not is_weight(sold_by or amount.unit) and converted[0] != converted[0].to_integral_value():
        flags.append(Flag.CHECK)  # half a box
    return _Judged(converted[0], converted[1], flags)


def _by_default(item: Item, sold_by: str, options: Options) -> _Judged:
    if item.implied_one:
        return _Judged(Decimal(1), sold_by)
    return _Judged(Decimal(1) if options.default_quantity else None, sold_by, [Flag.DEFAULT_QTY])


def _merged(lines: list[Line]) -> list[Line]:
    """One line an offer: the same product twice on a row is added up, in one unit, and says so."""
    if len({line.offer for line in lines}) == len(lines):
        return lines
    merged: list[Line] = []
    for line in lines:
        at = next((i for i, other in enumerate(merged) if line.offer and other.offer == line.offer), None)
        if at is None:
            merged.append(line)
            continue
        other = merged[at]
        addable = other.unit == line.unit and other.quantity is not None and line.quantity is not None
        merged[at] = replace(
            other,
            quantity=other.quantity + line.quantity if addable else None,  # type: ignore[operator]
            note="; ".join(filter(None, (other.note, line.note))),
            flags=_unique([*other.flags, *line.flags, Flag.SAME_ITEM_TWICE]),
        )
    return merged


def _with_large_flag(line: Line, options: Options) -> Line:
    most = options.large_weight if is_weight(line.unit) else options.large_pieces
    if line.quantity is None or line.quantity <= most:
        return line
    return replace(line, flags=_unique([*line.flags, Flag.LARGE_QTY]))


def _unique(flags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flags))
