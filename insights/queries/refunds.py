"""What is left of the sales after refunds, week by week, on either basis. Live, like the sales."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from core.sql import statement
from insights.enums import Basis
from insights.rules.weeks import WEEK, last_mondays, monday_of

SOLD_BY_WEEK = statement(__file__, "sold_by_week")


@dataclass(frozen=True, slots=True)
class SoldWeek:
    """One week by its Monday: GMV, what of it leaders ordered for themselves, and what was refunded. In fen.

    On the behaviour basis `refunded_fen` is of the orders of this week, whenever it was refunded; on the finance basis
    it was refunded in this week, whenever it was ordered.
    """

    week: date
    gmv_fen: int
    leaders_own_fen: int
    refunded_fen: int

    @property
    def after_refunds_fen(self) -> int:
        """Negative in a week in which more was refunded than sold."""
        return self.gmv_fen - self.refunded_fen


def sold_by_week(weeks: int, as_of: date, basis: Basis) -> list[SoldWeek]:
    """The last `weeks` weeks, oldest first; the last one runs up to and including `as_of`. A week without is 0."""
    with connection.cursor() as cursor:
        cursor.execute(SOLD_BY_WEEK, {"first": monday_of(as_of) - (weeks - 1) * WEEK, "as_of": as_of})
        found = {week: fen for week, *fen in cursor.fetchall()}
    sold = []
    for week in last_mondays(weeks, as_of):
        gmv_fen, leaders_own_fen, refunded_of_it_fen, refunded_in_it_fen = found.get(week, (0, 0, 0, 0))
        refunded_fen = refunded_of_it_fen if basis == Basis.BEHAVIOUR else refunded_in_it_fen
        sold.append(SoldWeek(week, gmv_fen, leaders_own_fen, refunded_fen))
    return sold
