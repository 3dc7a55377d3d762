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
from referrals.enums import PayoutLayout, WithholdingKind
from referrals.models import CommissionEntry, Dispute, PayoutBatch, Run
from tests.factories import make_member, make_user
from tests.referrals.sales import A_DAY_IN_APRIL, END_OF_APRIL, END_OF_MARCH
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


# Plans


PLAN_ROW = "UPDATE referrals_planversion SET {} WHERE state = 'draft'"


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("leader_ppm = 960001", "plan_pays_no_more_than_the_sale"),
        ("referral_1_ppm = -1", "plan_pays_no_more_than_the_sale"),
        ("development_ppm = 1", "development_fee_has_days"),
        ("delivery_fee_fen = -1", "delivery_fee_is_not_negative"),
        ("delivery_cap_fen = -1", "delivery_fee_is_not_negative"),
        ("pool_cap_ppm = 1000001", "cap_is_a_part_of_the_sale"),
        ("span = 'empty'", "version_begins_on_a_day"),
        ("span = '(,2026-04-01)'", "version_begins_on_a_day"),
        ("number = 1", "plan_numbers_its_versions"),
        ("state = 'published'", "published_version_says_when"),
        ("state = 'published', published_at = now()", "second_level_is_answered_for"),
        (
            "state = 'published', published_at = now(), level_2_acknowledged_by = '钱总'",
            "published_versions_do_not_overlap",
        ),
    ],
)
def test_a_plan_that_cannot_be_is_refused(books: Books, change: str, promise: str) -> None:
    """S3b among them: shares of more than the whole."""
    terms = services.Terms(date(2026, 3, 10), None, 40_000, 200, None, 20_000, referral_2_ppm=20_000)
    services.create_version(plan=books.plan.plan, terms=terms, by=books.preparer)

    assert refused(PLAN_ROW.format(change)) == promise


# Statements and disputes


@pytest.fixture
def disputed(books: Books) -> Dispute:
    """March is stated and not approved, and its earner disputes the one order."""
    order = books.sale(100_00)
    books.run_march()
    books.issue(books.march, END_OF_MARCH)
    statement = books.statement(books.march)
    return services.raise_dispute(
        statement=statement, order=order, text="少算了", by=books.leader.user, now=END_OF_MARCH
    )


ANOTHER_DISPUTE = """
    INSERT INTO referrals_dispute (statement_id, order_id, text, raised_by_id, raised_at)
    SELECT statement_id, {order}, {text}, raised_by_id, now() FROM referrals_dispute
"""


@pytest.mark.parametrize(
    ("sql", "promise"),
    [
        (ANOTHER_DISPUTE.format(order="order_id", text="text"), "one_dispute_of_an_order_waits"),
        (ANOTHER_DISPUTE.format(order="%(elsewhere)s", text="text"), "dispute_is_about_a_line"),
        ("UPDATE referrals_dispute SET state = 'upheld'", "answered_dispute_says_what_and_by_whom"),
        (
            "UPDATE referrals_dispute SET state = 'upheld', answer = '对', answered_by_id = raised_by_id,"
            " answered_at = now()",
            "dispute_is_answered_by_somebody_else",
        ),
        (
            "UPDATE referrals_statement SET state = 'approved', approved_by_id = %(approver)s, approved_at = now(),"
            " sha256 = repeat('0', 64)",
            "disputed_statement_waits",
        ),
        (
            "INSERT INTO referrals_statement (period_id, earner_id, carried_fen, earned_fen, minimum_fen, payable_fen,"
            " carries_on_fen, issued_by_id, issued_at) SELECT period_id, earner_id, 0, 5, 1000, 0, 5, issued_by_id,"
            " now() FROM referrals_statement",
            "statement_begins_with_what_was_left",
        ),
    ],
)
def test_a_dispute_that_cannot_be_is_refused(books: Books, disputed: Dispute, sql: str, promise: str) -> None:
    elsewhere = books.sale(50_00)

    assert refused(sql, elsewhere=elsewhere.pk, approver=books.approver.pk) == promise


@pytest.mark.parametrize(
    "change", ["UPDATE referrals_dispute SET text = '没事了'", "UPDATE referrals_dispute SET order_id = order_id + 1"]
)
def test_what_was_disputed_stays_as_it_was_said(disputed: Dispute, change: str) -> None:
    assert "Cannot update" in refused(change)


def test_an_answer_is_given_once_and_an_approved_statement_takes_no_dispute(books: Books, disputed: Dispute) -> None:
    answered = {"state": "upheld", "answer": "按明细算的", "by": books.approver, "now": END_OF_MARCH}
    services.answer_dispute(dispute=disputed, **answered)

    assert refused("UPDATE referrals_dispute SET answer = '另说'") == "dispute_is_answered_once"
    books.approve(books.march, END_OF_MARCH)
    again = ANOTHER_DISPUTE.format(order="order_id", text="text")
    assert refused(again) == "approved_statement_takes_no_dispute"


def test_nobody_approves_what_they_are_owed_themselves(books: Books) -> None:
    books.sale(100_00)
    books.run_march()
    books.issue(books.march, END_OF_MARCH)
    own = "state = 'approved', approved_by_id = %(earner)s, approved_at = now(), sha256 = repeat('0', 64)"

    promise = refused(f"UPDATE referrals_statement SET {own}", earner=books.leader.user_id)  # noqa: S608 -- from above

    assert promise == "statement_is_not_approved_by_its_earner"


@pytest.mark.parametrize("of", ["a run in review", "another earner", "an approved statement"])
def test_only_what_an_approved_run_added_goes_on_an_issued_statement_of_its_earner(books: Books, of: str) -> None:
    books.march_stated(100_00)
    if of != "an approved statement":
        books.sale(50_00, on=A_DAY_IN_APRIL)
        books.run_april()
        books.issue(books.april)
    books.sale(70_00, on=A_DAY_IN_APRIL)
    run = books.run(books.april, END_OF_APRIL, approve=of != "a run in review")
    part = """
        INSERT INTO referrals_statementpart (
            statement_id, run_id, earner_id, amount_fen, entries, stated_by_id, stated_at
        )
        SELECT max(id), %(run)s, %(earner)s, 7000, 1, min(issued_by_id), now() FROM referrals_statement
    """

    earner = make_member() if of == "another earner" else books.leader
    assert refused(part, run=run.pk, earner=earner.pk) == "approved_goes_on_an_issued_statement"


# Payouts


ANOTHER_BATCH = """
    INSERT INTO referrals_payoutbatch (
        pays_on, layout, transfers, gross_fen, withheld_fen, net_fen, made_by_id, made_at
    )
    SELECT pays_on, layout, transfers, {gross}, withheld_fen, net_fen, made_by_id, now() FROM referrals_payoutbatch
    RETURNING id
"""
ANOTHER_TRANSFER = """
    INSERT INTO referrals_transfer (batch_id, statement_id, gross_fen, withheld_fen, net_fen, withholding)
    SELECT %(batch)s, statement_id, gross_fen, withheld_fen, net_fen, withholding FROM referrals_transfer
"""


@pytest.fixture
def batch(books: Books) -> PayoutBatch:
    """800.00 prepared to be paid, without tax."""
    return services.prepare_payout(
        statements=[books.march_stated(800_00).pk],
        pays_on=date(2026, 4, 5),
        layout=PayoutLayout.GENERIC,
        by=books.preparer,
        now=NOW,
    )


def test_a_statement_in_a_live_payout_is_in_no_other_and_in_none_twice(batch: PayoutBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ANOTHER_BATCH.format(gross="gross_fen"))
        (another,) = cursor.fetchone()

    assert refused(ANOTHER_TRANSFER, batch=another) == "statement_is_in_one_live_payout"
    assert refused(ANOTHER_TRANSFER, batch=batch.pk) in {
        "statement_is_in_one_live_payout",
        "statement_is_in_a_payout_once",
    }


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        (
            "state = 'approved', approved_by_id = made_by_id, approved_at = now()",
            "payout_is_approved_by_somebody_else",
        ),
        ("state = 'approved'", "approved_payout_says_by_whom"),
        ("approved_by_id = %(other)s, approved_at = now()", "approved_payout_says_by_whom"),
        ("withheld_fen = 1", "Cannot update"),
        ("net_fen = 79999, gross_fen = 79999", "Cannot update"),
        ("made_by_id = %(other)s", "Cannot update"),
    ],
)
def test_a_payout_is_not_bent(books: Books, batch: PayoutBatch, change: str, promise: str) -> None:
    assert promise in refused(f"UPDATE referrals_payoutbatch SET {change}", other=books.approver.pk)  # noqa: S608 -- from the table above


def test_a_payout_is_its_net_and_what_is_kept_back(batch: PayoutBatch) -> None:
    assert refused(ANOTHER_BATCH.format(gross="gross_fen + 1")) == "payout_is_net_and_withheld"


@pytest.mark.parametrize(
    "change",
    ["gross_fen = 1, net_fen = 1", "withheld_fen = 1, net_fen = net_fen - 1", "statement_id = statement_id + 1"],
)
def test_a_transfer_is_not_bent(batch: PayoutBatch, change: str) -> None:
    assert "Cannot update" in refused(f"UPDATE referrals_transfer SET {change}")  # noqa: S608 -- from the table above


@pytest.mark.parametrize("table", ["statement", "statementpart", "transfer", "payoutbatch"])
def test_what_was_stated_and_paid_is_not_deleted_or_emptied(batch: PayoutBatch, table: str) -> None:
    assert "Cannot" in refused(f"DELETE FROM referrals_{table}")  # noqa: S608 -- from the table above
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused(f"TRUNCATE referrals_{table} CASCADE") == "what_is_kept_is_not_emptied"


# Tax and accounts


@pytest.mark.parametrize(
    ("kind", "span", "promise"),
    [
        ("per_payment", "[2026-05-01,2026-06-01)", "earner_has_one_withholding_at_a_time"),
        ("per_payment", "empty", "withholding_begins_on_a_day"),
        ("per_payment", "(,2026-01-01)", "withholding_begins_on_a_day"),
        ("guessed", "[2026-01-01,2026-02-01)", "withholding_is_of_a_known_kind"),
    ],
)
def test_a_tax_profile_that_cannot_be_is_refused(books: Books, kind: str, span: str, promise: str) -> None:
    services.set_withholding(
        earner=books.leader, kind=WithholdingKind.NONE, first_day=date(2026, 4, 1), by=books.preparer, now=NOW
    )
    insert = """
        INSERT INTO referrals_withholdingprofile (earner_id, kind, span, set_by_id)
        SELECT earner_id, %(kind)s, %(span)s, set_by_id FROM referrals_withholdingprofile
    """

    assert refused(insert, kind=kind, span=span) == promise


@pytest.mark.parametrize("number", ["1234567", "6222 0000 0000", "62220000000000000x"])
def test_an_account_number_is_digits(books: Books, number: str) -> None:
    insert = """
        INSERT INTO referrals_payeeaccount (earner_id, holder, bank, number, set_by_id)
        VALUES (%(earner)s, '周敏', '工行', %(number)s, %(by)s)
    """

    promise = refused(insert, earner=books.leader.pk, number=number, by=books.preparer.pk)

    assert promise == "account_number_is_digits"
