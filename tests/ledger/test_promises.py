"""What the database refuses whoever asks: every promise of the books, attacked in plain SQL."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from core.enums import Role
from core.violations import violated
from ledger import services
from ledger.enums import Nature, PeriodState
from ledger.models import Account, Entry, Leg, Period
from tests.factories import make_user
from tests.races import meanwhile, trigger_without_its_lock, wait_until_we_block_somebody

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def period() -> Period:
    return services.open_period(month=DAY, by=None, now=NOW)


@pytest.fixture
def accounts() -> tuple[Account, Account]:
    return services.account("cash", None, Nature.ASSET), services.account("owed", 1, Nature.LIABILITY)


@pytest.fixture
def entry(period: Period, accounts: tuple[Account, Account]) -> Entry:
    cash, owed = accounts
    return book(period, cash, owed)


def book(period: Period, cash: Account, owed: Account, key: str = "k") -> Entry:
    return services.post(period=period, booked_on=DAY, key=key, legs=[(cash, 500), (owed, -500)], by=None)


def run(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str, *values: object) -> str:
    """Run what must be refused; the name of the promise it would have broken."""
    with pytest.raises(IntegrityError) as caught:
        run(sql, *values)
    return violated(caught.value)


POST_TWO_LEGS = """
    WITH e AS (
        INSERT INTO ledger_entry (period_id, booked_on, key, memo, leg_count)
        VALUES (%s, %s, 'raw', '', %s) RETURNING id
    )
    INSERT INTO ledger_leg (entry_id, position, account_id, amount_fen)
    SELECT e.id, l.position, l.account, l.amount
    FROM e, (VALUES (%s, %s, %s), (%s, %s, %s)) l (position, account, amount)
"""


def test_the_raw_statement_used_here_can_succeed(period: Period, accounts: tuple[Account, Account]) -> None:
    cash, owed = accounts

    run(POST_TWO_LEGS, period.pk, DAY, 2, 1, cash.pk, 5, 2, owed.pk, -5)

    assert Leg.objects.count() == 2


@pytest.mark.parametrize(
    ("leg_count", "first", "second", "promise"),
    [
        (2, (1, 5), (2, -4), "entry_legs_sum_to_zero"),
        (3, (1, 5), (2, -5), "entry_legs_sum_to_zero"),
        (2, (1, 5), (3, -5), "entry_legs_sum_to_zero"),
        (2, (0, 5), (1, -5), "entry_legs_sum_to_zero"),
        (1, (1, 5), (2, -5), "entry_has_two_legs_or_more"),
        (2, (1, 5), (1, -5), "entry_numbers_its_legs"),
        (2, (1, 0), (2, 0), "leg_moves_something"),
    ],
    ids=[
        "unbalanced",
        "fewer legs than said",
        "positions with a gap",
        "positions from nought",
        "said to have one leg",
        "a position twice",
        "nothing moved",
    ],
)
def test_legs_that_do_not_make_an_entry_are_refused(
    period: Period,
    accounts: tuple[Account, Account],
    leg_count: int,
    first: tuple[int, int],
    second: tuple[int, int],
    promise: str,
) -> None:
    cash, owed = accounts
    legs = (first[0], cash.pk, first[1], second[0], owed.pk, second[1])

    assert refused(POST_TWO_LEGS, period.pk, DAY, leg_count, *legs) == promise
    assert not Entry.objects.exists()


def test_an_entry_without_legs_is_refused(period: Period) -> None:
    promise = refused(
        "INSERT INTO ledger_entry (period_id, booked_on, key, memo, leg_count) VALUES (%s, %s, 'raw', '', 2)",
        period.pk,
        DAY,
    )

    assert promise == "entry_comes_with_its_legs"


def test_legs_cannot_be_added_to_an_entry_later(entry: Entry, accounts: tuple[Account, Account]) -> None:
    cash, owed = accounts

    promise = refused(
        "INSERT INTO ledger_leg (entry_id, position, account_id, amount_fen) VALUES (%s, 3, %s, 5), (%s, 4, %s, -5)",
        entry.pk,
        cash.pk,
        entry.pk,
        owed.pk,
    )

    assert promise == "entry_legs_sum_to_zero"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_entry SET memo = 'another'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_leg SET amount_fen = -amount_fen",
        "DELETE FROM ledger_leg",
        "DELETE FROM ledger_period",
    ],
)
def test_what_is_in_the_books_is_not_changed(entry: Entry, change: str) -> None:
    with pytest.raises(InternalError, match="Cannot (update|delete)"):
        run(change)


def test_an_entry_in_a_closed_period_is_refused(period: Period, accounts: tuple[Account, Account]) -> None:
    cash, owed = accounts
    services.close_period(period=period, by=make_user(Role.ADMIN), now=NOW)

    promise = refused(POST_TWO_LEGS, period.pk, DAY, 2, 1, cash.pk, 5, 2, owed.pk, -5)

    assert promise == "closed_period_takes_no_entry"


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 12, 1)])
def test_an_entry_dated_outside_its_period_is_refused(
    period: Period, accounts: tuple[Account, Account], day: date
) -> None:
    cash, owed = accounts

    promise = refused(POST_TWO_LEGS, period.pk, day, 2, 1, cash.pk, 5, 2, owed.pk, -5)

    assert promise == "entry_is_dated_in_its_period"


@pytest.mark.parametrize(
    "change",
    ["SET state = 'open'", "SET span = '[2026-11-01,2027-01-01)'", "SET closed_at = NULL, closed_by_id = NULL"],
)
def test_a_closed_period_stays_as_it_is(period: Period, change: str) -> None:
    services.close_period(period=period, by=make_user(Role.ADMIN), now=NOW)

    assert refused(f"UPDATE ledger_period {change}") == "closed_period_stays_closed"  # noqa: S608 -- from the table above


@pytest.mark.parametrize(
    ("span", "promise"),
    [
        ("[2026-11-30,2026-12-31)", "periods_do_not_overlap"),
        ("[2026-10-01,2026-11-02)", "periods_do_not_overlap"),
        ("[2026-12-01,)", "period_begins_and_ends"),
        ("(,2026-10-01)", "period_begins_and_ends"),
        ("empty", "period_begins_and_ends"),
    ],
)
def test_periods_begin_end_and_do_not_overlap(period: Period, span: str, promise: str) -> None:
    assert refused("INSERT INTO ledger_period (span) VALUES (%s)", span) == promise


def test_an_account_is_there_once_for_a_purpose_and_party(accounts: tuple[Account, Account]) -> None:
    insert = "INSERT INTO ledger_account (purpose, party, nature) VALUES ('cash', NULL, 'asset')"

    assert refused(insert) == "one_account_for_a_purpose_and_party"


# Closing against posting


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_an_entry_that_is_being_posted(period: Period, accounts: tuple[Account, Account]) -> None:
    admin, being_posted = make_user(Role.ADMIN), threading.Event()

    def close() -> None:
        services.close_period(period=period, by=admin, now=NOW)

    with meanwhile(close, after=being_posted), transaction.atomic():
        book(period, *accounts)
        being_posted.set()
        wait_until_we_block_somebody()

    assert Entry.objects.count() == 1
    assert Period.objects.get().state == PeriodState.CLOSED


@pytest.mark.django_db(transaction=True)
def test_posting_waits_for_a_period_that_is_being_closed_and_is_refused(
    period: Period, accounts: tuple[Account, Account]
) -> None:
    with pytest.raises(services.PeriodClosed):
        close_while_somebody_posts(period, accounts)

    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_an_entry_slips_into_a_closed_period(
    period: Period, accounts: tuple[Account, Account]
) -> None:
    """What the test above would find: the control that it can."""
    with trigger_without_its_lock("entry_with_its_legs"):
        close_while_somebody_posts(period, accounts)

    assert Entry.objects.get().period.state == PeriodState.CLOSED


def close_while_somebody_posts(period: Period, accounts: tuple[Account, Account]) -> None:
    """The period is being closed, not yet committed, when somebody else posts into it."""
    admin, being_closed = make_user(Role.ADMIN), threading.Event()

    def post() -> None:
        being_closed.wait(5)
        book(period, *accounts)

    with meanwhile(post), transaction.atomic():
        services.close_period(period=period, by=admin, now=NOW)
        being_closed.set()
        wait_until_we_block_somebody()
