"""Income tax a house withholds from what it pays a person for services: none, by the payment, or over the year.

The tables stand here as data, each with the first day it holds for; a new one is added, none is changed. Sources:

- by the payment (按次): 国家税务总局公告 2018 年第 61 号《个人所得税扣缴申报管理办法（试行）》art. 8, 预扣率表二.
  Up to ¥4,000 a payment ¥800 are left out, above it a fifth; 20, 30 and 40 % with a quick deduction (速算扣除数).
  What is paid within a month for the same continuing work is one payment (个人所得税法实施条例 art. 14): a month's
  second transfer is taxed together with the first.
- over the year (累计预扣), for people who work through a platform: 国家税务总局公告 2025 年第 16 号, from 2025-10-01.
  Income so far this year − a fifth of it − ¥5,000 for each month paid without a break, by 预扣率表一 (3 to 45 %) of
  公告 2018 年第 61 号, less what was withheld so far; below nothing nothing is given back.

Money in fen, days in Asia/Shanghai. Rounded once, half up, to the fen. What the rules do not know (exempt income, other
deductions) is settled by the earner's own yearly return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.money import half_up

NONE, PER_PAYMENT, CUMULATIVE = "none", "per_payment", "cumulative"


class NoTable(ValueError):
    """No table holds on that day."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """Of what is taxed, up to so many fen (None: any amount): so many per cent, less the quick deduction in fen."""

    up_to_fen: int | None
    percent: int
    deduction_fen: int


@dataclass(frozen=True, slots=True)
class Table:
    """How one kind of withholding reckons from a day on. `version` is frozen beside every amount it was used for."""

    version: str
    kind: str
    since: date
    brackets: Sequence[Bracket]
    small_fen: int = 0
    """Up to so much a payment the flat allowance is left out, above it a share of the payment."""
    flat_allowance_fen: int = 0
    allowance_percent: int = 20
    monthly_allowance_fen: int = 0


TABLES = (
    Table(
        version="2018-61-2",
        kind=PER_PAYMENT,
        since=date(2019, 1, 1),
        small_fen=4_000_00,
        flat_allowance_fen=800_00,
        brackets=(
            Bracket(20_000_00, 20, 0),
            Bracket(50_000_00, 30, 2_000_00),
            Bracket(None, 40, 7_000_00),
        ),
    ),
    Table(
        version="2025-16",
        kind=CUMULATIVE,
        since=date(2025, 10, 1),
        monthly_allowance_fen=5_000_00,
        brackets=(
            Bracket(36_000_00, 3, 0),
            Bracket(144_000_00, 10, 2_520_00),
            Bracket(300_000_00, 20, 16_920_00),
            Bracket(420_000_00, 25, 31_920_00),
            Bracket(660_000_00, 30, 52_920_00),
            Bracket(960_000_00, 35, 85_920_00),
            Bracket(None, 45, 181_920_00),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class SoFar:
    """What the earner was paid before, gross and withheld in fen: by the payment within the month, else in the year.

    `months` counts those with a payment up to and with this one, without a break and within the year.
    """

    gross_fen: int = 0
    withheld_fen: int = 0
    months: int = 1


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is kept back of a payment, in fen, and by which version of which table (empty: none)."""

    amount_fen: int
    version: str


def table_for(kind: str, day: date) -> Table:
    """The table of that kind in force on the day. Raises NoTable."""
    for table in sorted(TABLES, key=lambda one: one.since, reverse=True):
        if table.kind == kind and table.since <= day:
            return table
    raise NoTable(f"{kind} has no table on {day}")


def withhold(kind: str, gross_fen: int, *, day: date, before: SoFar = SoFar()) -> Withheld:  # noqa: B008 -- frozen
    """What to keep back of a payment of `gross_fen` on `day`: never below nothing, never more than the payment.

    Raises NoTable for a day before the first table of the kind.
    """
    if kind == NONE:
        return Withheld(0, "")
    table = table_for(kind, day)
    together = before.gross_fen + gross_fen
    due = _by_payment(table, together) if kind == PER_PAYMENT else _over_the_year(table, together, before.months)
    return Withheld(min(max(due - before.withheld_fen, 0), gross_fen), table.version)


def _by_payment(table: Table, gross_fen: int) -> int:
    if gross_fen <= table.small_fen:
        return _tax(table, max(gross_fen - table.flat_allowance_fen, 0) * 100)
    return _tax(table, gross_fen * (100 - table.allowance_percent))


def _over_the_year(table: Table, gross_fen: int, months: int) -> int:
    taxed = gross_fen * (100 - table.allowance_percent) - table.monthly_allowance_fen * months * 100
    return _tax(table, max(taxed, 0))


def _tax(table: Table, taxed_hundredths: int) -> int:
    """The tax in fen on so many hundredths of a fen: kept exact until it is rounded once."""
    for bracket in table.brackets:
        if bracket.up_to_fen is None or taxed_hundredths <= bracket.up_to_fen * 100:
            return half_up(taxed_hundredths * bracket.percent - bracket.deduction_fen * 10_000, 10_000)
    raise NoTable(f"table {table.version} has no last bracket")
