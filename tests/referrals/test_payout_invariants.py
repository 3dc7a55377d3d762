"""The invariants of statements and payouts are quiet after a month's life, and each notices what it is there for."""

import pgtrigger
import pytest

from core.invariants import check
from ledger.enums import Nature
from ledger.services import account, post
from referrals import services
from referrals.enums import PayoutLayout
from referrals.models import Statement, StatementPart
from referrals.rules.payout_files import Returned
from tests.factories import make_leader
from tests.referrals.sales import MARCH
from tests.referrals.stating import Books
from tests.referrals.test_payouts import NOW, PAY_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    """March paid: one transfer arrived, one came back, one is with the bank."""
    books = Books()
    for name in ("李强", "陈静"):
        books.sale(800_00, leader=make_leader(name=name))
    books.march_stated(4_520_36)
    statements = list(Statement.objects.order_by("pk"))
    batch = services.prepare_payout(
        statements=[one.pk for one in statements],
        pays_on=PAY_DAY,
        layout=PayoutLayout.GENERIC,
        by=books.preparer,
        now=NOW,
    )
    services.approve_payout(batch=batch, by=books.approver, now=NOW)
    answers = zip(statements, ["paid", "failed"], strict=False)
    rows = [Returned(one.number, outcome, "", "") for one, outcome in answers]
    services.record_returns(batch=batch, returned=rows, by=books.preparer, now=NOW)
    return books


def broken() -> set[str]:
    return {found.name for found in check() if found.name.startswith("referrals.") and found.count}


def test_they_are_quiet_after_a_payout_and_a_return(books: Books) -> None:
    assert broken() == set()


def test_a_fingerprint_that_changed_is_noticed(books: Books) -> None:
    with pgtrigger.ignore("referrals.Statement:approved_is_frozen"):
        Statement.objects.filter(earner=books.leader).update(sha256="0" * 64)

    assert broken() == {"referrals.approved_statements_are_unchanged"}


def test_a_line_that_fell_off_a_statement_is_noticed(books: Books) -> None:
    with pgtrigger.ignore("referrals.StatementPart:append_only"):
        StatementPart.objects.filter(earner=books.leader).delete()

    lost = {"statements_add_up", "approved_statements_are_unchanged", "payable_is_what_is_stated"}
    assert broken() == {f"referrals.{name}" for name in lost}


@pytest.mark.parametrize("purpose", ["payout_clearing", "tax_payable"])
def test_a_fen_booked_beside_the_transfers_is_noticed(books: Books, purpose: str) -> None:
    legs = [(account(purpose, None, Nature.LIABILITY), 1), (account("cash", None, Nature.ASSET), -1)]
    post(period=books.march, booked_on=MARCH, key="beside", legs=legs, by=None)

    assert broken() == {"referrals.payouts_are_booked"}
