"""Too little came: who gets how much of it. Whole steps in, whole steps out; worked: docs/algorithms/sharing.md.

The wants stand in the order they came, and that is the order of every tie. What somebody has got already they keep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import allocate

PIECE = Decimal(1)
LOOSE = tuple(map(Decimal, ("0.1", "0.01", "0.001")))


class CannotShare(ValueError):
    """There is no shortage to share: enough came, or less than is handed over already."""


@dataclass(frozen=True, slots=True)
class Want:
    """How much one line wants in all, how much of it is handed over already, and whether by a seed user; in steps."""

    wanted: int
    got: int = 0
    seed: bool = False


Share = Callable[[int, Sequence[Want]], list[int]]
"""How much each want gets in all of so many steps that came; the parts add up to what came."""


def first_come(arrived: int, wants: Sequence[Want]) -> list[int]:
    """One want after the other gets all it asks for, until nothing is left."""
    left = to_share(arrived, wants)
    given = []
    for want in wants:
        more = min(want.wanted - want.got, left)
        given.append(want.got + more)
        left -= more
    return given


def seeds_first(arrived: int, wants: Sequence[Want]) -> list[int]:
    """First come among the seed users, then among everybody else."""
    order = sorted(range(len(wants)), key=lambda i: not wants[i].seed)
    given = dict(zip(order, first_come(arrived, [wants[i] for i in order]), strict=True))
    return [given[i] for i in range(len(wants))]


def pro_rata(arrived: int, wants: Sequence[Want]) -> list[int]:
    """Everybody gets the same part of what they want, to the step by largest remainder (core.money.allocate).

    Who has got more than that part keeps it, and the others share the rest.
    """
    left = to_share(arrived, wants)
    given = [want.got for want in wants]
    sharing = list(range(len(wants)))
    while True:
        pot, wanted = left + sum(wants[i].got for i in sharing), sum(wants[i].wanted for i in sharing)
        below = [i for i in sharing if wants[i].got * wanted <= pot * wants[i].wanted]
        if len(below) == len(sharing):
            break
        sharing = below
    for i, part in zip(sharing, allocate(pot, [wants[i].wanted for i in sharing]), strict=True):
        given[i] = part
    return given


def to_share(arrived: int, wants: Sequence[Want]) -> int:
    """What came and is not handed over yet. Raises CannotShare."""
    got, wanted = sum(want.got for want in wants), sum(want.wanted for want in wants)
    if not got <= arrived < wanted:
        raise CannotShare(f"{arrived} came, {got} are handed over, {wanted} are wanted")
    return arrived - got


def step_of(quantities: Sequence[Decimal], *, counted: bool) -> Decimal:
    """The smallest part that is shared out: a whole piece, or a tenth of the unit, finer only where a quantity is."""
    if counted:
        return PIECE
    return next(step for step in LOOSE if step == LOOSE[-1] or all(quantity % step == 0 for quantity in quantities))
