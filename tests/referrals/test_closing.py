"""The closing page: what waits is counted, what does not agree is named, and a closed month takes nothing more."""

import pytest
from django.test import Client
from django.urls import reverse

from ledger.enums import Nature
from ledger.services import PeriodClosed, account, close_period, post
from referrals import services
from referrals.enums import PayoutLayout
from referrals.queries import OpenEnds, open_ends
from tests.factories import make_leader
from tests.referrals.sales import END_OF_MARCH, MARCH
from tests.referrals.stating import Books
from tests.referrals.test_payouts import NOW, PAY_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    return Books()


def page(books: Books) -> str:
    client = Client()
    client.force_login(books.preparer)
    client.cookies["django_language"] = "en"
    return client.get(reverse("referrals:closing", args=[books.march.pk])).content.decode()


def test_what_waits_is_counted_step_by_step(books: Books) -> None:
    order = books.sale(100_00)
    books.sale(50_00, leader=make_leader(name="李强"))
    run = books.run(books.march, END_OF_MARCH, approve=False)
    assert open_ends(books.march) == OpenEnds(runs=1, unstated=0, statements=0, disputes=0, transfers=0)
    services.approve_run(run=run, by=books.approver, now=END_OF_MARCH)
    assert open_ends(books.march) == OpenEnds(runs=0, unstated=2, statements=0, disputes=0, transfers=0)
    books.issue(books.march)
    mine = books.statement(books.march)
    dispute = services.raise_dispute(statement=mine, order=order, text="?", by=books.leader.user, now=NOW)
    assert open_ends(books.march) == OpenEnds(runs=0, unstated=0, statements=2, disputes=1, transfers=0)
    services.answer_dispute(dispute=dispute, state="upheld", answer="对", by=books.preparer, now=NOW)
    books.approve(books.march)
    batch = services.prepare_payout(
        statements=[mine.pk], pays_on=PAY_DAY, layout=PayoutLayout.GENERIC, by=books.preparer, now=NOW
    )
    assert open_ends(books.march).none
    services.approve_payout(batch=batch, by=books.approver, now=NOW)

    assert open_ends(books.march) == OpenEnds(runs=0, unstated=0, statements=0, disputes=0, transfers=1)
    assert "Something still waits." in page(books)


def test_a_month_that_agrees_is_closed_for_ever(books: Books) -> None:
    books.march_stated(9_99)

    assert "Nothing waits, and statements and books say the same." in page(books)
    close_period(period=books.march, by=books.preparer, now=NOW)
    assert "These books are closed." in page(books)
    cash, owed = account("cash", None, Nature.ASSET), account("owed", None, Nature.LIABILITY)
    with pytest.raises(PeriodClosed):
        post(period=books.march, booked_on=MARCH, key="late", legs=[(cash, 1), (owed, -1)], by=None)


def test_a_fen_owed_beside_the_statements_is_named(books: Books) -> None:
    books.march_stated(100_00)
    cash = account("cash", None, Nature.ASSET)
    payable = account("commission_payable", books.leader.pk, Nature.LIABILITY)
    post(period=books.march, booked_on=MARCH, key="beside", legs=[(cash, 1), (payable, -1)], by=None)

    told = page(books)

    assert "Statements and books do not say the same." in told
    assert f"member {books.leader.pk}: statements 10000 fen, ledger 10001 fen" in told
