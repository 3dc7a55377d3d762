"""Keeping the books: what may be posted, and the sentence when it may not."""

from datetime import UTC, date, datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.enums import Role
from ledger import services
from ledger.enums import Nature, PeriodState
from ledger.memos import Memo
from ledger.models import Account, Entry, Leg, Period
from ledger.queries import Balance, TrialBalance, Turnover, balance, largest_balances, trial_balance
from tests.factories import make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def november() -> Period:
    return services.open_period(month=DAY, by=None, now=NOW)


@pytest.fixture
def expense() -> Account:
    return services.account("commission_expense", None, Nature.EXPENSE)


@pytest.fixture
def owed() -> Account:
    return services.account("commission_payable", 7, Nature.LIABILITY)


def book(period: Period, *legs: tuple[Account, int], key: str = "k", booked_on: date = DAY) -> Entry:
    return services.post(
        period=period, booked_on=booked_on, key=key, memo=Memo("earned", {"run": 5}), legs=legs, by=None
    )


@pytest.mark.parametrize(
    ("day", "first", "after"),
    [
        (date(2026, 11, 20), date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (date(2028, 2, 1), date(2028, 2, 1), date(2028, 3, 1)),
    ],
)
def test_a_period_is_a_calendar_month(day: date, first: date, after: date) -> None:
    period = services.open_period(month=day, by=None, now=NOW)

    period.refresh_from_db()
    assert period.span == DateRange(first, after, "[)")
    assert period.state == PeriodState.OPEN


def test_a_month_is_opened_once(november: Period) -> None:
    with pytest.raises(services.PeriodOverlaps):
        services.open_period(month=date(2026, 11, 30), by=None, now=NOW)


def test_a_day_belongs_to_the_period_that_covers_it(november: Period) -> None:
    assert services.period_for(date(2026, 11, 1)) == november
    assert services.period_for(date(2026, 11, 30)) == november


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 12, 1)])
def test_a_day_nobody_opened_a_period_for_has_none(november: Period, day: date) -> None:
    with pytest.raises(services.NoPeriod, match=str(day)):
        services.period_for(day)


def test_an_account_is_opened_once_for_a_purpose_and_a_party(expense: Account, owed: Account) -> None:
    assert services.account("commission_expense", None, Nature.EXPENSE) == expense
    assert services.account("commission_payable", 7, Nature.LIABILITY) == owed
    assert services.account("commission_payable", 8, Nature.LIABILITY) != owed
    assert Account.objects.count() == 3


def test_an_entry_is_posted_with_its_legs_in_order(november: Period, expense: Account, owed: Account) -> None:
    other = services.account("commission_payable", 8, Nature.LIABILITY)

    entry = book(november, (expense, 500), (owed, -300), (other, -200))

    assert (entry.period, entry.booked_on, entry.leg_count) == (november, DAY, 3)
    assert (entry.memo_code, entry.memo_values) == ("earned", {"run": 5})
    assert list(entry.legs.order_by("position").values_list("position", "account", "amount_fen")) == [
        (1, expense.pk, 500),
        (2, owed.pk, -300),
        (3, other.pk, -200),
    ]


def test_debits_and_credits_of_an_entry_are_equal(november: Period, expense: Account, owed: Account) -> None:
    with pytest.raises(services.Unbalanced):
        book(november, (expense, 500), (owed, -499))

    assert not Entry.objects.exists()
    assert not Leg.objects.exists()


def test_an_entry_has_two_legs(november: Period, expense: Account) -> None:
    with pytest.raises(services.Unbalanced):
        book(november, (expense, 500))
    with pytest.raises(services.Unbalanced):
        book(november)


def test_a_leg_moves_something(november: Period, expense: Account, owed: Account) -> None:
    with pytest.raises(services.Unbalanced):
        book(november, (expense, 0), (owed, 0))


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 12, 1)])
def test_an_entry_is_dated_in_its_period(november: Period, expense: Account, owed: Account, day: date) -> None:
    with pytest.raises(services.OutsidePeriod):
        book(november, (expense, 500), (owed, -500), booked_on=day)


def test_what_has_a_key_is_booked_once(november: Period, expense: Account, owed: Account) -> None:
    book(november, (expense, 500), (owed, -500))

    with pytest.raises(services.AlreadyBooked):
        book(november, (expense, 500), (owed, -500))

    assert balance(owed) == -500


def test_a_closed_period_takes_nothing(november: Period, expense: Account, owed: Account) -> None:
    services.close_period(period=november, by=make_user(Role.ADMIN), now=NOW)

    with pytest.raises(services.PeriodClosed):
        book(november, (expense, 500), (owed, -500))


def test_closing_says_who_and_when(november: Period) -> None:
    admin = make_user(Role.ADMIN)

    closed = services.close_period(period=november, by=admin, now=NOW)

    closed.refresh_from_db()
    assert (closed.state, closed.closed_at, closed.closed_by) == (PeriodState.CLOSED, NOW, admin)
    event = closed.events.order_by("pgh_id").last()
    assert (event.state, event.pgh_context.metadata["user"]) == (PeriodState.CLOSED, admin.pk)


def test_a_period_is_closed_once(november: Period) -> None:
    admin = make_user(Role.ADMIN)
    services.close_period(period=november, by=admin, now=NOW)

    with pytest.raises(services.PeriodClosed):
        services.close_period(period=november, by=admin, now=NOW)


def test_a_period_balances_by_itself(november: Period, expense: Account, owed: Account) -> None:
    december = services.open_period(month=date(2026, 12, 1), by=None, now=NOW)
    book(november, (expense, 500), (owed, -500))
    book(december, (owed, 200), (expense, -200), key="l", booked_on=date(2026, 12, 1))

    everything, one_month = trial_balance(), trial_balance(december)

    assert everything == TrialBalance(
        [Turnover("commission_expense", 1, 500, 200), Turnover("commission_payable", 1, 200, 500)], 700, 700
    )
    assert [(line.purpose, line.balance_fen) for line in one_month.lines] == [
        ("commission_expense", -200),
        ("commission_payable", 200),
    ]
    assert (everything.difference_fen, one_month.difference_fen) == (0, 0)


def test_the_largest_balances_come_first(november: Period, expense: Account, owed: Account) -> None:
    other = services.account("commission_payable", 8, Nature.LIABILITY)
    book(november, (expense, 700), (owed, -200), (other, -500))

    assert largest_balances(limit=2) == [Balance(expense, 700), Balance(other, -500)]
    assert largest_balances(purpose="commission_payable", limit=9) == [Balance(other, -500), Balance(owed, -200)]


def test_an_account_nobody_moved_balances_at_nothing(owed: Account) -> None:
    assert balance(owed) == 0
    assert trial_balance().lines == []


ENTRY = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-(10**12), 10**12).filter(bool)), min_size=1, max_size=4
).filter(lambda legs: sum(amount for _account, amount in legs) != 0)


class AnySequenceOfPosts(TestCase):
    @given(st.lists(ENTRY, max_size=6))
    def test_keeps_the_sum_at_zero_and_every_balance_at_the_sum_of_its_legs(
        self, entries: list[list[tuple[int, int]]]
    ) -> None:
        period = services.open_period(month=DAY, by=None, now=NOW)
        accounts = [services.account("any", party, Nature.ASSET) for party in range(5)]
        expected = [0] * len(accounts)

        for number, amounts in enumerate(entries):
            rest = -sum(amount for _account, amount in amounts)
            legs = [*amounts, (4, rest)]
            book(period, *[(accounts[at], amount) for at, amount in legs], key=str(number))
            for at, amount in legs:
                expected[at] += amount

        assert [balance(account) for account in accounts] == expected
        assert trial_balance().difference_fen == 0
