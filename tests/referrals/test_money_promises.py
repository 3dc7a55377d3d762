"""What the database refuses whoever asks: the promises of commissions and payouts, attacked in plain SQL.

Those of statements and transfers stand in test_statements.py and test_payouts.py, those of the books in
tests/ledger/test_promises.py, those of who brought whom in test_referring.py and test_joining.py.
"""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from core.violations import violated
from ledger.services import close_period
from referrals import services
from referrals.models import CommissionEntry, Run
from tests.factories import make_user
from tests.referrals.sales import END_OF_MARCH
from tests.referrals.stating import Books

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 5, 2, tzinfo=UTC)


@pytest.fixture
def books() -> Books:
    return Books()


def refused(sql: str, **values: object) -> str:
    """Run what must be refused; the name of the promise it would have broken."""
    with pytest.raises((IntegrityError, InternalError)) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return violated(caught.value) if isinstance(caught.value, IntegrityError) else str(caught.value).split("\n")[0]


# Entries


COPY = """
    INSERT INTO referrals_commissionentry (
        period_id, source_id, rule, level, beneficiary_id, seq, run_id, group_id, order_id, line_id, plan_version_id,
        clock_day, kind, amount_fen, due_fen
    )
    SELECT {period}, source_id, {rule}, {level}, beneficiary_id, {seq}, {run}, group_id, order_id, line_id,
        plan_version_id, clock_day, {kind}, {amount}, {due}
    FROM referrals_commissionentry
"""
AS_IT_IS = {
    "period": "period_id",
    "rule": "rule",
    "level": "level",
    "seq": "seq + 1",
    "run": "run_id",
    "kind": "kind",
    "amount": "amount_fen",
    "due": "due_fen",
}


def copied(**changes: str) -> str:
    return COPY.format(**AS_IT_IS | changes)


@pytest.fixture
def computing(books: Books) -> Run:
    """A run that has recorded the one entry there is and is still at work."""
    books.sale(100_00)
    run = services.start_run(period=books.march, by=books.preparer, now=END_OF_MARCH)
    services.runs.record_shard(run=run, number=0, group_ids=[books.group.pk], booked_on=date(2026, 3, 31))
    assert CommissionEntry.objects.count() == 1
    return run


def test_the_raw_entry_used_here_can_succeed(computing: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(copied())

    assert CommissionEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "promise"),
    [
        ({"seq": "seq"}, "referrals_commissionentry_pkey"),
        ({"seq": "seq", "period": "(SELECT max(id) FROM ledger_period)"}, "claim_numbers_its_entries"),
        ({"rule": "'referral'", "level": "3"}, "no_third_level"),
        ({"rule": "'referral'", "level": "0"}, "only_referrals_have_levels"),
        ({"level": "1"}, "only_referrals_have_levels"),
        ({"kind": "'reversed'"}, "entry_kind_is_its_sign"),
        ({"amount": "0"}, "entry_kind_is_its_sign"),
        ({"kind": "'reversed'", "amount": "-10001", "due": "-1"}, "no_more_taken_back_than_earned"),
        ({"period": "(SELECT max(id) FROM ledger_period)"}, "entry_is_of_a_run_at_work"),
    ],
    ids=[
        "twice",
        "twice, in another period",
        "a third level",
        "a referral of no level",
        "a level without a referral",
        "earned, said to be taken back",
        "of nothing",
        "more taken back than earned",
        "in another period than its run",
    ],
)
def test_an_entry_that_cannot_be_is_refused(computing: Run, changes: dict[str, str], promise: str) -> None:
    assert refused(copied(**changes)) == promise


@pytest.mark.parametrize("after", ["finished", "approved", "closed"])
def test_a_run_that_is_over_and_a_closed_period_take_no_entry(books: Books, computing: Run, after: str) -> None:
    """What a statement names by its run is all there will ever be."""
    if after == "closed":
        close_period(period=books.march, by=books.approver, now=NOW)
    else:
        services.runs.finish_run(run=computing)
    if after == "approved":
        services.approve_run(run=computing, by=books.approver, now=END_OF_MARCH)

    assert refused(copied()) == "entry_is_of_a_run_at_work"


@pytest.mark.parametrize("change", ["UPDATE {} SET amount_fen = 1", "DELETE FROM {}"])
def test_an_entry_is_never_changed(computing: Run, change: str) -> None:
    assert "Cannot" in refused(change.format("referrals_commissionentry"))


def test_entries_are_not_emptied(computing: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # else PostgreSQL itself refuses, for what is still to be checked
    assert refused("TRUNCATE referrals_commissionentry CASCADE") == "what_is_kept_is_not_emptied"


# Runs


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("state = 'approved', approved_by_id = ran_by_id, approved_at = now()", "run_is_approved_by_somebody_else"),
        ("state = 'approved'", "approved_run_says_by_whom"),
        ("approved_by_id = %(other)s, approved_at = now()", "approved_run_says_by_whom"),
    ],
)
def test_a_run_is_approved_by_a_second_person_who_is_named(
    books: Books, computing: Run, change: str, promise: str
) -> None:
    assert refused(f"UPDATE referrals_run SET {change}", other=books.approver.pk) == promise  # noqa: S608 -- from the table above


def test_two_runs_do_not_compute_at_once(books: Books, computing: Run) -> None:
    another = "INSERT INTO referrals_run (period_id, ran_by_id) VALUES (%(april)s, %(by)s)"

    assert refused(another, april=books.april.pk, by=books.preparer.pk) == "one_run_computes_at_a_time"


@pytest.mark.parametrize(
    "change",
    [
        "state = 'review', approved_by_id = NULL, approved_at = NULL",
        "approved_at = now()",
        "approved_by_id = %(other)s",
        "period_id = %(april)s",
        "ran_by_id = %(other)s",
    ],
)
def test_an_approved_run_stays_as_it_is(books: Books, change: str) -> None:
    """Approved a second time it would be released a second time."""
    books.sale(100_00)
    books.run_march()
    values = {"april": books.april.pk, "other": make_user().pk}

    assert refused(f"UPDATE referrals_run SET {change}", **values) == "approved_run_is_frozen"  # noqa: S608 -- from the table above


def test_a_run_is_not_deleted(books: Books) -> None:
    books.run_march()

    assert "Cannot delete" in refused("DELETE FROM referrals_run")
