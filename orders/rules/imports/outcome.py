"""What becomes of a row of a file."""

from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """Where a row lands: exactly one of these. Good and doubtful ones are taken in, the doubtful if asked to."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    ASIDE = "aside"
    BAD = "bad"


class Why(StrEnum):
    """What there is to say about a row."""

    # bad: it is not taken in as it is
    NO_NAME = "no_name"
    SEVERAL_PEOPLE = "several_people"
    BAD_PHONE = "bad_phone"
    SEVERAL_IN_ONE = "several_in_one"
    NO_GOODS = "no_goods"
    UNKNOWN_GOODS = "unknown_goods"
    NO_QUANTITY = "no_quantity"
    WHOLE_PIECES = "whole_pieces"
    TOO_MUCH = "too_much"
    PARTLY_REFUNDED = "partly_refunded"
    OTHER_GOODS_BEFORE = "other_goods_before"
    NO_PRODUCT_NAME = "no_product_name"
    NO_UNIT = "no_unit"
    NO_PRICE = "no_price"
    NOT_AN_AMOUNT = "not_an_amount"
    NOT_HOW_SOLD = "not_how_sold"
    HALF_A_PACK = "half_a_pack"
    TOO_LONG = "too_long"
    TWICE = "twice"
    # doubtful: it can be taken in, and deserves a look
    NEW_WITHOUT_DOOR = "new_without_door"
    OTHER_DOOR = "other_door"
    DOOR_OF_OTHERS = "door_of_others"
    NAME_OF_PHONE = "name_of_phone"
    OTHER_PRICE = "other_price"
    NOT_PAID = "not_paid"
    NEW_SUPPLIER = "new_supplier"
    # aside: rightly not taken in
    CANCELLED = "cancelled"
    SUM = "sum"
    LEFT_OUT = "left_out"
    TAKEN_BEFORE = "taken_before"
    UNCHANGED = "unchanged"


DOUBTS = frozenset(
    {
        Why.NEW_WITHOUT_DOOR,
        Why.OTHER_DOOR,
        Why.DOOR_OF_OTHERS,
        Why.NAME_OF_PHONE,
        Why.OTHER_PRICE,
        Why.NOT_PAID,
        Why.NEW_SUPPLIER,
    }
)
REASONS_ASIDE = frozenset({Why.CANCELLED, Why.SUM, Why.LEFT_OUT, Why.TAKEN_BEFORE, Why.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about a row, with the words it is said with."""

    why: Why
    words: dict[str, str] = field(default_factory=dict)


def standing_of(remarks: list[Remark]) -> Standing:
    """The worst of what was remarked; nothing is good."""
    whys = {remark.why for remark in remarks}
    if whys - DOUBTS - REASONS_ASIDE:
        return Standing.BAD
    if whys & REASONS_ASIDE:
        return Standing.ASIDE
    return Standing.DOUBTFUL if whys else Standing.GOOD
