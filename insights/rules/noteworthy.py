"""What is worth a look: which facts are said, and in which order. They are facts: nothing here knows a cause.

The same rules stand in words in `insights/definitions.py`; whoever changes one changes the other.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain, zip_longest
from typing import Any, TypeVar

Fact = TypeVar("Fact")

SAID_AT_MOST = 4
SAID_OF_A_KIND = 2

FALL_BEGINS_AT_FEN = 20_000
FALLS_BY_PERCENT = 10
COHORT_HAS_MEMBERS = 30
COHORTS_BEFORE_AT_LEAST, COHORTS_BEFORE = 2, 4
COHORT_IS_ABOVE_BY_POINTS = 5
STANDARD_ERRORS = 2
LEFT_OF_STOCK_PERCENT = 20
BROUGHT_MEMBERS = 2


def falls_two_weeks(weeks_fen: Sequence[int]) -> bool:
    """Whether the last of three finished weeks is below the second and that below the first, by a tenth together.

    Below ¥200 a week one order more or less is no fall.
    """
    first, second, last = weeks_fen
    fell = first > second > last and first >= FALL_BEGINS_AT_FEN
    return fell and (first - last) * 100 >= first * FALLS_BY_PERCENT


def comes_back_more(returned: int, members: int, before: Iterable[tuple[int, int]]) -> bool:
    """Whether clearly more of a cohort came back in the week after their first than of those before it together.

    `before` has (returned, members) of each. Clearly: five points, and two standard errors of the difference of two
    shares, so that a small cohort does not stand out by chance. Both sides have thirty members, and at least two
    cohorts stand before it.
    """
    earlier = list(before)
    returned_before, members_before = sum(one for one, _all in earlier), sum(members for _one, members in earlier)
    if len(earlier) < COHORTS_BEFORE_AT_LEAST or min(members, members_before) < COHORT_HAS_MEMBERS:
        return False
    above = Fraction(returned, members) - Fraction(returned_before, members_before)
    pooled = Fraction(returned + returned_before, members + members_before)
    variance = pooled * (1 - pooled) * (Fraction(1, members) + Fraction(1, members_before))
    return above * 100 >= COHORT_IS_ABOVE_BY_POINTS and above**2 >= STANDARD_ERRORS**2 * variance


def is_running_out(taken: Decimal, stock: Decimal) -> bool:
    """Whether a fifth or less of the stock is left, or nothing."""
    return stock > 0 and (stock - taken) * 100 <= stock * LEFT_OF_STOCK_PERCENT


def brought_many(members: int) -> bool:
    """Whether one member brought more than one person."""
    return members >= BROUGHT_MEMBERS


def chosen(*kinds: Sequence[Fact]) -> list[Fact]:
    """Four at most: the first of every kind in the order of the kinds, then the second of each."""
    rounds: Iterable[Any] = zip_longest(*(kind[:SAID_OF_A_KIND] for kind in kinds))
    return [fact for fact in chain.from_iterable(rounds) if fact is not None][:SAID_AT_MOST]
