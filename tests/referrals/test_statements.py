"""Statements: what goes onto them, what they carry on, who freezes them, and what a frozen one stays."""

from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils.translation import override

from core.invariants import check
from core.violations import violated
from ledger.models import Leg
from referrals import services
from referrals.enums import DisputeState
from referrals.models import CommissionEntry, Dispute, Statement, StatementPart
from tests.factories import make_leader
from tests.races import meanwhile, wait_until_we_block_somebody
from tests.referrals.sales import END_OF_APRIL, END_OF_MARCH, lines_of, refund
from tests.referrals.stating import A_DAY_IN_APRIL, Books

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    return Books()


def figures(statement: Statement) -> tuple[int, int, int, int]:
    """Carried over, earned, to be paid, carried on."""
    statement.refresh_from_db()
    return statement.carried_fen, statement.earned_fen, statement.payable_fen, statement.carries_on_fen


def owed(books: Books) -> int:
    return -sum(
        Leg.objects.filter(account__purpose="commission_payable", account__party=books.leader.pk).values_list(
            "amount_fen", flat=True
        )
    )


def broken() -> list[tuple[str, list[str]]]:
    return [
        (found.name, found.examples)
        for found in check()
        if found.count and found.name.startswith(("referrals.", "ledger."))
    ]


def test_a_statement_is_the_sum_of_its_lines_and_what_the_ledger_owes() -> None:
    books = Books(leader_ppm=40_000)
    # D1, D24: 4 % of 128.90, 45.99 and 73.33 is 5.16 + 1.84 + 2.93 = 9.93; below 10.00, so it is carried on.
    statement = books.march_stated(12_890, 4_599, 7_333)

    assert figures(statement) == (0, 993, 0, 993)
    assert owed(books) == 993
    assert list(StatementPart.objects.values_list("amount_fen", "entries")) == [(993, 3)]
    assert broken() == []


def test_what_is_below_the_smallest_payout_waits_for_the_fen_that_is_missing(books: Books) -> None:
    first = books.march_stated(999)  # D17: 9.99 → nothing
    books.sale(1, on=A_DAY_IN_APRIL)  # + 0.01 → 10.00
    books.run_april()
    books.issue(books.april)

    assert figures(first) == (0, 999, 0, 999)
    assert figures(books.statement(books.april)) == (999, 1, 1_000, 0)
    assert broken() == []


def test_a_balance_below_nothing_is_netted_from_what_is_earned_later(books: Books) -> None:
    # S10: 14.70 paid; refunded after that: −14.70 in April against 5.00 earned, and May would begin at −9.70.
    order = books.sale(1_470)
    books.run_march()
    books.issue(books.march, END_OF_MARCH)
    books.approve(books.march, END_OF_MARCH)
    refund(lines_of(order)[0], 1_470, on=A_DAY_IN_APRIL)
    books.sale(500, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)

    assert figures(books.statement(books.march)) == (0, 1_470, 1_470, 0)
    assert figures(books.statement(books.april)) == (0, -970, 0, -970)
    assert broken() == []


def test_a_refund_before_the_run_leaves_nothing_to_state(books: Books) -> None:
    order = books.sale(1_470)  # S10: refunded before payout → 0
    refund(lines_of(order)[0], 1_470)
    books.run_march()

    with pytest.raises(services.NothingToState):
        books.issue(books.march)


def test_issued_again_it_takes_what_was_approved_meanwhile(books: Books) -> None:
    books.sale(1_000)
    books.run_march()
    books.issue(books.march)
    books.sale(500)
    books.run_march()

    assert books.issue(books.march) == services.Issued(statements=1, lines=1, payable_fen=1_500, carries_on_fen=0)
    assert figures(books.statement(books.march)) == (0, 1_500, 1_500, 0)
    with pytest.raises(services.NothingToState):
        books.issue(books.march)


def test_what_came_in_after_the_approval_lands_on_the_next_statement(books: Books) -> None:
    closed = books.march_stated(1_000)
    printed = closed.sha256
    late = books.sale(300)
    books.run_march()
    with pytest.raises(services.NothingToState):
        books.issue(books.march)
    books.issue(books.april)

    assert figures(closed) == (0, 1_000, 1_000, 0)
    assert (closed.sha256, figures(books.statement(books.april))) == (printed, (0, 300, 0, 300))
    assert CommissionEntry.objects.get(order=late).period == books.march
    assert broken() == []


def test_a_run_in_review_is_on_no_statement(books: Books) -> None:
    books.sale(1_000)
    books.run(books.march, END_OF_MARCH, approve=False)

    with pytest.raises(services.NothingToState):
        books.issue(books.march)


def test_statements_are_issued_forwards_and_one_month_after_the_other(books: Books) -> None:
    books.sale(1_000)
    books.run_march()
    books.issue(books.march)
    books.sale(1_000, on=A_DAY_IN_APRIL)
    books.run_april()
    with override("en"), pytest.raises(services.EarlierStatementsWait, match="1 statement of 2026-03"):
        books.issue(books.april)
    books.approve(books.march)
    books.issue(books.april)

    with override("en"), pytest.raises(services.LaterPeriodIsStated, match="2026-04 has statements already"):
        books.issue(books.march)


def test_who_issued_it_does_not_approve_it(books: Books) -> None:
    books.sale(1_000)
    books.run_march()
    books.issue(books.march)
    statement = books.statement(books.march)

    with pytest.raises(services.PreparedIt):
        services.approve_statements(statements=[statement.pk], by=books.preparer, now=END_OF_APRIL)


def test_who_added_to_it_does_not_approve_it_either(books: Books) -> None:
    books.sale(1_000)
    books.run_march()
    books.issue(books.march)
    books.sale(500)
    books.run_march()
    services.issue_statements(period=books.march, by=books.approver, now=END_OF_APRIL)

    with pytest.raises(services.PreparedIt):
        books.approve(books.march)


def test_an_approved_statement_is_not_approved_again(books: Books) -> None:
    statement = books.march_stated(1_000)

    with pytest.raises(services.StatementIsApproved):
        services.approve_statements(statements=[statement.pk], by=books.approver, now=END_OF_APRIL)


# Disputes


@pytest.fixture
def disputed(books: Books) -> Dispute:
    order = books.sale(1_000)
    books.run_march()
    books.issue(books.march)
    return services.raise_dispute(
        statement=books.statement(books.march), order=order, text="少算了", by=books.leader.user, now=END_OF_MARCH
    )


def test_a_disputed_statement_waits_for_the_answer(books: Books, disputed: Dispute) -> None:
    with pytest.raises(services.DisputesWait):
        books.approve(books.march)

    services.answer_dispute(
        dispute=disputed, state=DisputeState.UPHELD, answer="按实送算", by=books.preparer, now=END_OF_APRIL
    )

    assert books.approve(books.march).statements == 1


def test_a_corrected_line_is_put_right_by_the_next_run_on_the_same_statement(books: Books, disputed: Dispute) -> None:
    services.answer_dispute(
        dispute=disputed, state=DisputeState.CORRECTED, answer="漏了一盒", by=books.preparer, now=END_OF_APRIL
    )
    books.sale(200)  # what was forgotten
    books.run_march()
    books.issue(books.march)

    assert figures(books.statement(books.march)) == (0, 1_200, 1_200, 0)


def test_a_dispute_is_raised_once_answered_once_and_only_while_it_can_matter(books: Books, disputed: Dispute) -> None:
    statement, order, leader = disputed.statement, disputed.order, books.leader.user
    again = {"statement": statement, "order": order, "text": "还是少", "by": leader, "now": END_OF_MARCH}
    answer = {"state": DisputeState.UPHELD, "answer": "对的", "now": END_OF_APRIL}
    other = books.sale(100, leader=make_leader(name="李强"))

    with pytest.raises(services.DisputeWaits):
        services.raise_dispute(**again)
    with pytest.raises(services.NotOnTheStatement):
        services.raise_dispute(**again | {"order": other})
    with pytest.raises(services.OwnDispute):
        services.answer_dispute(dispute=disputed, by=leader, **answer)
    services.answer_dispute(dispute=disputed, by=books.preparer, **answer)
    with pytest.raises(services.DisputeIsAnswered):
        services.answer_dispute(dispute=disputed, by=books.preparer, **answer)
    books.approve(books.march)
    with pytest.raises(services.StatementTakesNoDispute):
        services.raise_dispute(**again)


# What the database refuses whoever asks


SET = "UPDATE referrals_statement SET {}"


def refused(sql: str, **values: Any) -> str:
    with pytest.raises((IntegrityError, InternalError)) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return violated(caught.value) if isinstance(caught.value, IntegrityError) else "append_only"


@pytest.mark.parametrize(
    "change",
    [
        "payable_fen = 999, carries_on_fen = 1",
        "sha256 = repeat('0', 64)",
        "state = 'issued', approved_by_id = NULL, approved_at = NULL, sha256 = ''",
        "minimum_fen = 1",
    ],
)
def test_nothing_of_an_approved_statement_changes(books: Books, change: str) -> None:
    books.march_stated(1_000)

    assert refused(SET.format(change)) == "approved_statement_is_frozen"


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("earned_fen = earned_fen + 1", "statement_adds_up"),
        ("payable_fen = 999, carries_on_fen = 1", "statement_pays_all_or_carries_it_on"),
        ("payable_fen = 0, carries_on_fen = 1000", "statement_pays_all_or_carries_it_on"),
        ("minimum_fen = 1001", "statement_pays_all_or_carries_it_on"),
        ("minimum_fen = 0", "smallest_payout_is_something"),
        (
            "earned_fen = 1001, payable_fen = 1001, state = 'approved', approved_by_id = %(approver)s,"
            " approved_at = now(), sha256 = repeat('0', 64)",
            "statement_is_the_sum_of_its_lines",
        ),
        (
            "state = 'approved', approved_by_id = %(preparer)s, approved_at = now(), sha256 = repeat('0', 64)",
            "statement_is_approved_by_somebody_else",
        ),
        ("state = 'approved', approved_by_id = %(approver)s", "approved_statement_says_by_whom_and_what"),
    ],
)
def test_an_issued_statement_cannot_be_bent(books: Books, change: str, promise: str) -> None:
    books.sale(1_000)
    books.run_march()
    books.issue(books.march)

    people = {"approver": books.approver.pk, "preparer": books.preparer.pk}
    assert refused(SET.format(change), **people) == promise


def test_what_a_run_added_is_stated_once(books: Books) -> None:
    books.march_stated(1_000)
    copy = "INSERT INTO referrals_statementpart (statement_id, run_id, earner_id, amount_fen, entries, stated_by_id,"
    copy += " stated_at) SELECT statement_id, run_id, earner_id, 1, 1, stated_by_id, now() FROM referrals_statementpart"

    assert refused(copy) == "what_a_run_added_is_stated_once"
    assert refused("UPDATE referrals_statementpart SET amount_fen = 1") == "append_only"


def test_a_statement_that_forgets_the_balance_before_it_is_refused(books: Books) -> None:
    books.march_stated(999)
    begin = """
        INSERT INTO referrals_statement (period_id, earner_id, before_id, carried_fen, earned_fen, minimum_fen,
            payable_fen, carries_on_fen, issued_by_id, issued_at)
        SELECT %(april)s, earner_id, {before}, {carried}, 5, 1000, 0, {carried} + 5, issued_by_id, now()
        FROM referrals_statement
    """

    for before, carried in [("id", 0), ("NULL", 0), ("NULL", 999), ("id", 998)]:
        forgetful = begin.format(before=before, carried=carried)
        assert refused(forgetful, april=books.april.pk) == "statement_begins_with_what_was_left"


def test_a_balance_is_carried_on_to_one_statement_only(books: Books) -> None:
    statement = books.march_stated(999)

    assert Statement._meta.get_field("before").unique
    assert statement.before is None


@pytest.mark.django_db(transaction=True)
def test_whoever_approves_waits_for_a_dispute_that_is_just_being_written() -> None:
    books = Books()
    order = books.sale(1_000)
    books.run_march()
    books.issue(books.march)
    statement = books.statement(books.march)

    def write_one_while_another_admin_approves() -> None:
        said = {"statement": statement, "order": order, "text": "少算了", "by": books.leader.user, "now": END_OF_MARCH}
        written = Event()
        with meanwhile(lambda: books.approve(books.march), after=written), transaction.atomic():
            services.raise_dispute(**said)
            written.set()
            wait_until_we_block_somebody()

    with pytest.raises(services.DisputesWait):
        write_one_while_another_admin_approves()


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_just_being_approved_is_not_missed() -> None:
    books = Books()
    books.sale(1_000)
    run = books.run(books.march, END_OF_MARCH, approve=False)

    approved = Event()
    with meanwhile(lambda: books.issue(books.march), after=approved), transaction.atomic():
        services.approve_run(run=run, by=books.approver, now=END_OF_MARCH)
        approved.set()
        wait_until_we_block_somebody()

    assert figures(books.statement(books.march)) == (0, 1_000, 1_000, 0)
