"""The nightly check finds wrong books, should the triggers ever have been off."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from core.invariants import check
from ledger import services
from ledger.enums import Nature

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def books_without_triggers() -> Iterator[None]:
    """One entry of two legs; from then on the triggers are off."""
    period = services.open_period(month=DAY, by=None, now=NOW)
    legs = [(services.account("cash", None, Nature.ASSET), 500), (services.account("owed", 1, Nature.LIABILITY), -500)]
    services.post(period=period, booked_on=DAY, key="k", legs=legs, by=None)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER; ALTER TABLE ledger_leg DISABLE TRIGGER USER")
        yield


def broken() -> dict[str, list[str]]:
    return {finding.name: finding.examples for finding in check() if finding.count}


def test_good_books_break_nothing() -> None:
    assert broken() == {}


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE ledger_leg SET amount_fen = 499 WHERE position = 1",
        "UPDATE ledger_entry SET leg_count = 3",
        "DELETE FROM ledger_leg",
        "INSERT INTO ledger_leg (entry_id, position, account_id, amount_fen)"
        " SELECT entry_id, position + 2, account_id, amount_fen FROM ledger_leg",
    ],
    ids=["unbalanced", "wrong count", "no legs", "legs added"],
)
def test_an_entry_that_does_not_balance_is_found(harm: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(harm)

    assert broken() == {"ledger.entries_balance": ["k"]}


def test_an_entry_dated_outside_its_period_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET booked_on = '2026-12-01'")

    assert broken() == {"ledger.entries_are_dated_in_their_period": ["k"]}
