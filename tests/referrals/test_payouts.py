"""Payouts: money that leaves once, with its tax, by two people; and what the bank says of it."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from core.append_only import emptying
from core.invariants import check
from core.violations import violated
from ledger.models import Leg
from ledger.queries import trial_balance
from referrals import services
from referrals.enums import BatchState, PayoutLayout, TransferState, WithholdingKind
from referrals.models import PayoutBatch, Statement, Transfer
from referrals.queries import lines_of_file, statements_to_pay
from referrals.rules.payout_files import LAYOUTS, NotReturns, Returned, read_returns, written
from tests.factories import make_leader
from tests.races import meanwhile, wait_until_we_block_somebody
from tests.referrals.sales import END_OF_MARCH, make_period
from tests.referrals.stating import A_DAY_IN_APRIL, Books

pytestmark = pytest.mark.django_db

PAY_DAY = date(2026, 4, 15)
NOW = datetime(2026, 4, 15, 2, 0, tzinfo=UTC)


@pytest.fixture
def books() -> Books:
    return Books()


def prepare(books: Books, *statements: Statement, day: date = PAY_DAY) -> PayoutBatch:
    return services.prepare_payout(
        statements=[one.pk for one in statements], pays_on=day, layout=PayoutLayout.GENERIC, by=books.preparer, now=NOW
    )


def approve(books: Books, batch: PayoutBatch) -> PayoutBatch:
    return services.approve_payout(batch=batch, by=books.approver, now=NOW)


def answer(books: Books, batch: PayoutBatch, statement: Statement, outcome: str, amount: str = "") -> services.Recorded:
    row = Returned(statement.number, outcome, amount, "说明")
    return services.record_returns(batch=batch, returned=[row], by=books.preparer, now=NOW)


def balances() -> dict[str, int]:
    """What stands on each purpose's accounts, in fen; a debit counts up."""
    return {line.purpose: line.balance_fen for line in trial_balance().lines if line.balance_fen}


def broken() -> list[tuple[str, list[str]]]:
    return [(one.name, one.examples) for one in check() if one.count and one.name.startswith(("referrals.", "ledger."))]


def amounts(batch: PayoutBatch) -> list[tuple[int, int, int]]:
    return list(batch.items.order_by("pk").values_list("gross_fen", "withheld_fen", "net_fen"))


def test_a_payout_adds_up_and_clears_what_was_owed(books: Books) -> None:
    # D22: 4 520.36, 800.00 and 79.99 by the payment: 723.26 of tax on the first, none on the others.
    leaders = [books.leader, make_leader(name="李强"), make_leader(name="陈静")]
    for leader, fen in zip(leaders, [4_520_36, 800_00, 79_99], strict=True):
        books.sale(fen, leader=leader)
    books.march_stated()
    statements = [books.statement(books.march, leader) for leader in leaders]

    batch = prepare(books, *statements)
    assert amounts(batch) == [(4_520_36, 723_26, 3_797_10), (800_00, 0, 800_00), (79_99, 0, 79_99)]
    assert (batch.gross_fen, batch.withheld_fen, batch.net_fen) == (5_400_35, 723_26, 4_677_09)
    assert broken() == []

    approve(books, batch)
    assert balances() == {"commission_expense": 5_400_35, "payout_clearing": -4_677_09, "tax_payable": -723_26}
    assert broken() == []

    for statement in statements:
        answer(books, batch, statement, "paid")
    assert balances() == {"commission_expense": 5_400_35, "house_money": -4_677_09, "tax_payable": -723_26}
    assert broken() == []


def test_a_returned_transfer_is_owed_again_and_tried_under_the_same_number(books: Books) -> None:
    statement = books.march_stated(4_520_36)
    first = approve(books, prepare(books, statement))
    number = lines_of_file(first)[0].number
    answer(books, first, statement, "failed")

    assert balances() == {"commission_expense": 4_520_36, "commission_payable": -4_520_36}
    assert list(statements_to_pay(books.preparer)) == [statement]
    second = approve(books, prepare(books, statement))
    assert lines_of_file(second)[0].number == number
    assert amounts(second) == amounts(first)
    assert broken() == []


def came_back(books: Books, item: Transfer) -> Transfer:
    later = NOW + timedelta(days=3)
    return services.record_came_back(transfer=item, said="收款账户已销户", by=books.preparer, now=later)


def test_what_comes_back_after_it_was_paid_is_owed_again_with_its_tax(books: Books) -> None:
    statement = books.march_stated(4_520_36)
    batch = approve(books, prepare(books, statement))
    answer(books, batch, statement, "paid")

    item = came_back(books, batch.items.get())

    assert (item.state, item.said) == (TransferState.FAILED, "说明 / 收款账户已销户")
    assert balances() == {"commission_expense": 4_520_36, "commission_payable": -4_520_36}
    assert list(statements_to_pay(books.preparer)) == [statement]
    assert broken() == []
    again = approve(books, prepare(books, statement))
    answer(books, again, statement, "paid")
    assert balances() == {"commission_expense": 4_520_36, "house_money": -3_797_10, "tax_payable": -723_26}
    assert broken() == []


def test_only_what_was_paid_comes_back_and_only_once(books: Books) -> None:
    statement = books.march_stated(800_00)
    batch = approve(books, prepare(books, statement))
    item = batch.items.get()

    with pytest.raises(services.NotPaidOut):
        came_back(books, item)
    answer(books, batch, statement, "paid")
    came_back(books, item)
    with pytest.raises(services.NotPaidOut):
        came_back(books, item)

    assert balances() == {"commission_expense": 800_00, "commission_payable": -800_00}


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_record_at_once_that_it_came_back_one_is_told_it_is(books: Books) -> None:
    statement = books.march_stated(800_00)
    batch = approve(books, prepare(books, statement))
    answer(books, batch, statement, "paid")
    item, began = batch.items.get(), Event()

    def second() -> None:
        began.wait(5)
        with pytest.raises(services.NotPaidOut):
            came_back(books, item)

    with meanwhile(second), transaction.atomic():
        came_back(books, item)
        began.set()
        wait_until_we_block_somebody()

    assert balances() == {"commission_expense": 800_00, "commission_payable": -800_00}
    assert broken() == []


@pytest.mark.parametrize("amount", ["", "4.00"])
def test_what_the_bank_does_not_say_clearly_stays_with_it(books: Books, amount: str) -> None:
    statement = books.march_stated(800_00)
    batch = approve(books, prepare(books, statement))

    recorded = answer(books, batch, statement, "unknown" if not amount else "paid", amount)

    assert (recorded.unknown, recorded.paid) == (1, 0)
    assert list(statements_to_pay(books.preparer)) == []
    with pytest.raises(services.PaidElsewhere):
        prepare(books, statement)
    answer(books, batch, statement, "paid", "800.00")
    assert balances() == {"commission_expense": 800_00, "house_money": -800_00}
    assert broken() == []


def test_a_file_read_twice_pays_once(books: Books) -> None:
    statement = books.march_stated(800_00)
    batch = approve(books, prepare(books, statement))
    answer(books, batch, statement, "paid")

    again = answer(books, batch, statement, "paid")

    assert (again.paid, again.strange) == (0, [])
    assert Leg.objects.filter(account__purpose="house_money").count() == 1


def test_a_number_that_is_not_of_the_payout_is_named_and_touches_nothing(books: Books) -> None:
    statement = books.march_stated(800_00)
    batch = approve(books, prepare(books, statement))

    recorded = services.record_returns(
        batch=batch, returned=[Returned("LL99999999", "paid", "", "")], by=books.preparer, now=NOW
    )

    assert (recorded.strange, recorded.paid) == (["LL99999999"], 0)
    assert batch.items.get().state == TransferState.SENT


def test_who_prepared_a_payout_does_not_approve_it(books: Books) -> None:
    batch = prepare(books, books.march_stated(800_00))

    with pytest.raises(services.PreparedThePayout):
        services.approve_payout(batch=batch, by=books.preparer, now=NOW)
    assert broken() == []


def test_a_payout_given_up_lets_its_statements_go_and_is_not_approved(books: Books) -> None:
    statement = books.march_stated(800_00)
    batch = prepare(books, statement)

    services.withdraw_payout(batch=batch, by=books.preparer, now=NOW)

    with pytest.raises(services.PayoutIsDecided):
        approve(books, batch)
    assert prepare(books, statement).state == BatchState.PREPARED


def test_a_statement_that_pays_nothing_or_waits_is_not_paid(books: Books) -> None:
    small = books.march_stated(9_99)
    books.sale(800_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)

    for statement in (small, books.statement(books.april)):
        with pytest.raises(services.NothingToPay):
            prepare(books, statement)


def test_two_payouts_within_a_month_are_taxed_as_one(books: Books) -> None:
    first = books.march_stated(700_00)
    approve(books, prepare(books, first))
    books.sale(1_300_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)
    books.approve(books.april)

    batch = prepare(books, books.statement(books.april), day=date(2026, 4, 30))

    assert amounts(batch) == [(1_300_00, 240_00, 1_060_00)]  # 2 000 at once: (2 000 − 800) × 20 % = 240
    services.withdraw_payout(batch=batch, by=books.preparer, now=NOW)
    # Paid in May it is a payment of its own: (1 300 − 800) × 20 % = 100.
    may = prepare(books, books.statement(books.april), day=date(2026, 5, 4))
    assert amounts(may) == [(1_300_00, 100_00, 1_200_00)]


def test_a_platform_worker_is_taxed_over_the_year_from_the_day_of_the_profile(books: Books) -> None:
    services.set_withholding(
        earner=books.leader,
        kind=WithholdingKind.CUMULATIVE,
        first_day=date(2026, 4, 1),
        by=books.preparer,
        now=END_OF_MARCH,
    )
    statement = books.march_stated(6_250_00)

    # S23: 6 250 − 1 250 − 5 000 = 0. By the payment it would be 6 250 × 80 % × 20 % = 1 000.
    cumulative = prepare(books, statement)
    assert amounts(cumulative) == [(6_250_00, 0, 6_250_00)]
    services.withdraw_payout(batch=cumulative, by=books.preparer, now=NOW)
    assert amounts(prepare(books, statement, day=date(2026, 3, 31))) == [(6_250_00, 1_000_00, 5_250_00)]


def test_profiles_of_an_earner_follow_one_another(books: Books) -> None:
    for kind, day in [("none", 1), ("cumulative", 10), ("per_payment", 5)]:
        services.set_withholding(
            earner=books.leader, kind=WithholdingKind(kind), first_day=date(2026, 4, day), by=books.preparer, now=NOW
        )

    spans = [
        (one.kind, str(one.span.lower), one.span.upper and str(one.span.upper))
        for one in books.leader.withholding_profiles.order_by("span")
    ]
    assert spans == [("none", "2026-04-01", "2026-04-05"), ("per_payment", "2026-04-05", None)]


# Files


def test_each_layout_says_who_gets_how_much(books: Books) -> None:
    batch = prepare(books, books.march_stated(4_520_36))
    lines = lines_of_file(batch)
    number = batch.items.get().statement.number

    assert written(LAYOUTS["generic"], lines)[1] == [number, "周敏", "", "", "4520.36", "723.26", "3797.10", "2026-03"]
    assert written(LAYOUTS["bank"], lines) == [
        ["收款账号", "收款户名", "收款银行", "金额", "用途", "业务参考号"],
        ["", "周敏", "", "3797.10", "2026-03", number],
    ]


def test_returns_are_read_by_their_headers_and_strange_words_are_unknown() -> None:
    rows = [
        ["批次", "1", "", ""],
        ["业务参考号", "金额", "处理结果", "失败原因"],
        ["LL1", "3797.10", "成功", ""],
        ["LL2", "800.00", "失败", "账号有误"],
        ["LL3", "79.99", "处理中", ""],
        ["", "", "", ""],
    ]

    found = read_returns(LAYOUTS["bank"], rows)

    assert [(one.number, one.outcome, one.said) for one in found] == [
        ("LL1", "paid", "成功"),
        ("LL2", "failed", "失败 账号有误"),
        ("LL3", "unknown", "处理中"),
    ]
    with pytest.raises(NotReturns, match="处理结果"):
        read_returns(LAYOUTS["bank"], [["业务参考号", "金额"]])


# What the database refuses whoever asks


SET = "UPDATE referrals_{} SET {}"


def refused(table: str, change: str) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SET.format(table, change))
    return violated(caught.value)


def test_a_transfer_cannot_be_moved_backwards_or_beside_its_payout(books: Books) -> None:
    batch = prepare(books, books.march_stated(800_00))

    assert refused("transfer", "state = 'sent'") == "transfer_moves_forwards"
    assert refused("transfer", "state = 'paid', settled_by_id = 1, settled_at = now()") == "transfer_moves_forwards"
    approve(books, batch)
    assert refused("transfer", "state = 'waiting'") == "transfer_moves_forwards"
    assert refused("transfer", "state = 'paid'") == "transfer_moves_forwards"
    answer(books, batch, Statement.objects.get(), "paid")
    later = "settled_at = settled_at + interval '1 day'"
    for change in ("state = 'sent'", f"state = 'failed', {later}", "state = 'failed', said = 'x'"):
        assert refused("transfer", change) == "transfer_moves_forwards"
    came_back(books, batch.items.get())
    for state in ("sent", "paid"):
        assert refused("transfer", f"state = '{state}', said = 'x', {later}") == "transfer_moves_forwards"
    assert refused("payoutbatch", "state = 'prepared', approved_by_id = NULL") == "decided_payout_is_frozen"


def test_nothing_but_an_approved_statement_is_paid_and_only_all_of_it(books: Books) -> None:
    statement = books.march_stated(800_00)
    batch = prepare(books, statement)
    services.withdraw_payout(batch=batch, by=books.preparer, now=NOW)
    fresh = PayoutBatch.objects.create(
        pays_on=PAY_DAY, layout="generic", transfers=1, gross_fen=800_00, withheld_fen=0, net_fen=800_00,
        made_by=books.preparer, made_at=NOW,
    )  # fmt: skip

    def adding(*, to: PayoutBatch, gross: int, withheld: int = 0, net: int) -> str:
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            Transfer.objects.create(
                batch=to, statement=statement, gross_fen=gross, withheld_fen=withheld, net_fen=net, withholding="none"
            )
        return violated(caught.value)

    assert adding(to=batch, gross=800_00, net=800_00) == "transfer_pays_an_approved_statement"
    assert adding(to=fresh, gross=799_00, net=799_00) == "transfer_pays_an_approved_statement"
    assert adding(to=fresh, gross=800_00, withheld=1, net=800_00) == "transfer_is_net_and_withheld"
    assert adding(to=fresh, gross=800_00, withheld=800_01, net=-1) == "transfer_is_never_negative"
    state = "state = 'approved', approved_by_id = {}, approved_at = now() WHERE id = {}"
    empty = refused("payoutbatch", state.format(books.approver.pk, fresh.pk))
    assert empty == "payout_is_the_sum_of_its_transfers"


# What comes back twice, late, or for another payout


def rows(*said: tuple[str, str]) -> list[Returned]:
    return [Returned(number, outcome, "", outcome) for number, outcome in said]


@pytest.mark.parametrize("order", [("failed", "paid"), ("paid", "failed")])
def test_a_file_that_says_both_of_a_transfer_says_nothing_clear(books: Books, order: tuple[str, str]) -> None:
    """Taken as returned it would be owed again, and be paid twice; taken as paid the earner would never get it."""
    statement = books.march_stated(800_00)
    batch = approve(books, prepare(books, statement))

    said = rows(*((statement.number, outcome) for outcome in order))
    recorded = services.record_returns(batch=batch, returned=said, by=books.preparer, now=NOW)

    assert (recorded.paid, recorded.failed, recorded.unknown) == (0, 0, 1)
    assert batch.items.get().state == TransferState.UNKNOWN
    assert broken() == []


@pytest.mark.parametrize(("first", "then"), [("paid", "failed"), ("failed", "paid")])
def test_a_later_file_that_says_otherwise_is_named_and_not_passed_over(books: Books, first: str, then: str) -> None:
    statement = books.march_stated(800_00)
    batch = approve(books, prepare(books, statement))
    answer(books, batch, statement, first)

    recorded = answer(books, batch, statement, then)

    assert recorded.otherwise == [statement.number]
    assert batch.items.get().state == first
    assert answer(books, batch, statement, first).otherwise == []


def test_the_file_of_an_earlier_try_is_not_taken_for_the_new_one(books: Books) -> None:
    """A number stays with its statement: the old file's “returned” would let money go a third time."""
    other = make_leader(name="李强")
    books.sale(500_00, leader=other)
    mine = books.march_stated(800_00)
    theirs = books.statement(books.march, other)
    first = approve(books, prepare(books, mine, theirs))
    old_file = rows((mine.number, "failed"), (theirs.number, "paid"))
    services.record_returns(batch=first, returned=old_file, by=books.preparer, now=NOW)
    second = approve(books, prepare(books, mine))

    with pytest.raises(services.FileOfAnotherPayout):
        services.record_returns(batch=second, returned=old_file, by=books.preparer, now=NOW)

    assert second.items.get().state == TransferState.SENT
    assert list(statements_to_pay(books.preparer)) == []


# Tax when payments cross


def april_stated(books: Books, fen: int) -> Statement:
    books.sale(fen, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)
    books.approve(books.april)
    return books.statement(books.april)


def taxed(books: Books, kind: str, day: int) -> None:
    services.set_withholding(
        earner=books.leader, kind=WithholdingKind(kind), first_day=date(2026, 4, day), by=books.preparer, now=NOW
    )


@pytest.mark.parametrize("kind", ["none", "cumulative"])
def test_what_was_taxed_in_another_way_is_no_part_of_this_payment(books: Books, kind: str) -> None:
    taxed(books, kind, 1)
    taxed(books, "per_payment", 20)
    approve(books, prepare(books, books.march_stated(6_250_00)))

    batch = prepare(books, april_stated(books, 1_300_00), day=date(2026, 4, 20))

    assert amounts(batch) == [(1_300_00, 100_00, 1_200_00)]  # (1 300 − 800) × 20 %, not 20 % of 7 550 × 80 %


def test_invoices_are_no_income_of_a_platform_worker(books: Books) -> None:
    taxed(books, "none", 1)
    taxed(books, "cumulative", 20)
    approve(books, prepare(books, books.march_stated(50_000_00)))

    batch = prepare(books, april_stated(books, 6_250_00), day=date(2026, 4, 20))

    assert amounts(batch) == [(6_250_00, 0, 6_250_00)]  # S23


def test_a_payment_that_tax_would_take_whole_is_named(books: Books) -> None:
    services.set_withholding(
        earner=books.leader, kind=WithholdingKind.CUMULATIVE, first_day=date(2026, 1, 1), by=books.preparer, now=NOW
    )
    prepare(books, books.march_stated(6_250_00), day=date(2026, 1, 5))
    prepare(books, april_stated(books, 6_250_00), day=date(2026, 2, 5))
    may = make_period(date(2026, 5, 1), date(2026, 6, 1))
    books.sale(10_00, on=date(2026, 5, 10))
    books.run(may, datetime(2026, 5, 31, 2, 0, tzinfo=UTC))
    books.issue(may)
    books.approve(may)

    # A month without a payment: 12 510 × 80 % − 5 000 = 5 008, × 3 % = 150.24, nothing of it kept back before.
    with pytest.raises(services.NothingLeft, match="周敏"):
        prepare(books, books.statement(may), day=date(2026, 4, 5))


def test_tax_that_no_longer_holds_is_not_sent(books: Books) -> None:
    first = prepare(books, books.march_stated(700_00))
    second = prepare(books, april_stated(books, 1_300_00))
    assert amounts(second) == [(1_300_00, 240_00, 1_060_00)]
    services.withdraw_payout(batch=first, by=books.preparer, now=NOW)

    with pytest.raises(services.TaxHasChanged):
        approve(books, second)

    second.refresh_from_db()
    assert second.state == BatchState.PREPARED
    services.withdraw_payout(batch=second, by=books.preparer, now=NOW)
    anew = prepare(books, Statement.objects.get(period=books.april))
    assert amounts(approve(books, anew)) == [(1_300_00, 100_00, 1_200_00)]


def test_two_payouts_of_a_month_are_approved_in_any_order(books: Books) -> None:
    first = prepare(books, books.march_stated(700_00))
    second = prepare(books, april_stated(books, 1_300_00))

    approve(books, second)
    approve(books, first)

    assert broken() == []


@pytest.mark.django_db(transaction=True)
def test_two_payouts_to_one_earner_at_once_are_taxed_together() -> None:
    books = Books()
    march, april = books.march_stated(700_00), april_stated(books, 1_300_00)

    def second() -> None:
        services.prepare_payout(
            statements=[april.pk], pays_on=PAY_DAY, layout=PayoutLayout.GENERIC, by=books.approver, now=NOW
        )

    with meanwhile(second), transaction.atomic():
        prepare(books, march)
        wait_until_we_block_somebody()

    assert sum(Transfer.objects.values_list("withheld_fen", flat=True)) == 240_00


# D28: two payouts of one balance at once


def both_prepare(books: Books, statement: Statement) -> int:
    """Two admins prepare a payout of the same statement at once, the second while the first one is not committed."""

    def second() -> None:
        services.prepare_payout(
            statements=[statement.pk], pays_on=PAY_DAY, layout=PayoutLayout.GENERIC, by=books.approver, now=NOW
        )

    with meanwhile(second), transaction.atomic():
        prepare(books, statement)
        wait_until_we_block_somebody()
    return sum(Transfer.objects.values_list("gross_fen", flat=True))


@pytest.mark.django_db(transaction=True)
def test_of_two_payouts_of_one_balance_one_succeeds() -> None:
    books = Books()
    statement = books.march_stated(100_00)

    with pytest.raises(services.PaidElsewhere):
        both_prepare(books, statement)

    assert list(Transfer.objects.values_list("gross_fen", flat=True)) == [100_00]


@contextmanager
def without_the_promise():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('statement_is_in_one_live_payout'::regclass)")
        (index,) = cursor.fetchone()
        cursor.execute("DROP INDEX statement_is_in_one_live_payout")
        try:
            yield
        finally:
            with emptying(), transaction.atomic():
                cursor.execute("TRUNCATE referrals_transfer CASCADE")
            cursor.execute(index)


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_constraint_pays_the_balance_twice() -> None:
    """Were one of them refused here, the test above would prove nothing."""
    books = Books()
    statement = books.march_stated(100_00)

    with without_the_promise():
        assert both_prepare(books, statement) == 200_00
