"""The invariants are quiet after a month's life, and each notices what it is there to notice."""

import pgtrigger
import pytest

from core.enums import Role
from core.invariants import check
from core.jobs import drain_all
from ledger.enums import Nature
from ledger.services import account, post
from referrals import services
from referrals.models import CommissionEntry, Run
from referrals.services import bookings
from tests.factories import make_group, make_member, make_user
from tests.referrals.sales import APRIL, END_OF_MARCH, MARCH, delivered_sale, lines_of, make_period, make_plan, refund

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs() -> list[Run]:
    """March run twice with a refund between; the first run is approved."""
    make_plan(leader_ppm=40_000, delivery_fee_fen=200)
    order = delivered_sale(make_group(), 12_890, 4_599, leader=make_member("周敏"))
    march, admin = make_period(MARCH, APRIL), make_user(Role.ADMIN)
    first = services.start_run(period=march, by=admin, now=END_OF_MARCH)
    drain_all()
    services.approve_run(run=first, by=make_user(Role.ADMIN), now=END_OF_MARCH)
    refund(lines_of(order)[0], 5_000)
    second = services.start_run(period=march, by=admin, now=END_OF_MARCH)
    drain_all()
    return [first, second]


def broken() -> dict[str, int]:
    return {found.name: found.count for found in check() if found.name.startswith("referrals.") and found.count}


def book(run: Run, key: str, debit: str, credit: str) -> None:
    earner = CommissionEntry.objects.first().beneficiary_id
    legs = [(account(debit, earner, Nature.LIABILITY), 1), (account(credit, earner, Nature.LIABILITY), -1)]
    post(period=run.period, booked_on=MARCH, key=key, legs=legs, by=None)


def test_they_are_quiet_after_runs_a_refund_and_an_approval(runs: list[Run]) -> None:
    assert broken() == {}


def test_a_fen_accrued_beside_the_entries_is_noticed(runs: list[Run]) -> None:
    book(runs[1], f"commission:{runs[1].pk}:99:1", "other", bookings.HELD)

    assert broken() == {"referrals.runs_are_accrued": 1}


def test_a_fen_released_of_a_run_in_review_is_noticed(runs: list[Run]) -> None:
    book(runs[1], f"release:{runs[1].pk}:1", bookings.HELD, bookings.PAYABLE)

    assert broken() == {"referrals.approved_runs_are_released": 1, "referrals.payable_is_what_is_stated": 1}


def test_an_entry_that_fell_out_of_the_middle_is_noticed(runs: list[Run]) -> None:
    with pgtrigger.ignore("referrals.CommissionEntry:append_only"):
        CommissionEntry.objects.filter(seq=1, run=runs[0]).delete()

    assert broken()["referrals.claims_add_up"] == 1
