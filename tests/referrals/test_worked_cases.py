"""Worked cases that take more than one part of the house: sales, runs, statements and payouts."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import transaction
from django.db.models import Sum

from core.jobs import drain_all
from orders.enums import FactKind
from orders.models import SaleFact
from referrals import services
from referrals.enums import PayoutLayout, Rule
from referrals.models import CommissionEntry, Run, Statement
from tests.factories import (
    assign,
    delivered,
    make_campaign,
    make_group,
    make_leader,
    make_member,
    make_offer,
    make_user,
    order_for,
)
from tests.referrals.sales import (
    A_DAY_IN_APRIL,
    A_DAY_IN_MARCH,
    APRIL,
    END_OF_MARCH,
    MARCH,
    ONE,
    fact,
    lines_of,
    make_period,
    make_plan,
    make_round,
    make_sale,
    refund,
)
from tests.referrals.stating import Books

pytestmark = pytest.mark.django_db


def added_by(run: Run) -> list[int]:
    return list(run.entries.order_by("source_id", "seq").values_list("amount_fen", flat=True))


def test_s6_a_refund_takes_back_by_the_rate_of_its_sale_and_not_by_a_later_one() -> None:
    # 100.00 at 10 % earned 10.00; from April 50 %; half of it refunded in April: −5.00, not −25.00 and not +20.00.
    books = Books(leader_ppm=100_000)
    order = books.sale(100_00)
    of_march = books.run_march()
    version = services.create_version(
        plan=books.plan.plan, terms=services.Terms(APRIL, None, 500_000, 0, None, 0), by=books.preparer
    )
    services.publish_version(version=version, by=books.preparer, now=END_OF_MARCH)

    refund(lines_of(order)[0], 50_00, on=A_DAY_IN_APRIL)
    of_april = books.run_april()

    assert (added_by(of_march), added_by(of_april)) == ([10_00], [-5_00])


def test_s7_what_is_refunded_after_the_payout_makes_the_balance_negative_and_the_next_payout_smaller() -> None:
    # 10.00 paid out; all of it refunded: −10.00; 25.00 earned in April: 15.00 is paid.
    books = Books(leader_ppm=100_000)
    order = books.sale(100_00)
    books.run_march()
    books.issue(books.march, END_OF_MARCH)
    books.approve(books.march, END_OF_MARCH)
    pay(books, books.statement(books.march))

    refund(lines_of(order)[0], 100_00, on=A_DAY_IN_APRIL)
    books.run_april()
    owed = CommissionEntry.objects.filter(beneficiary=books.leader).aggregate(fen=Sum("amount_fen"))["fen"] - 10_00
    assert owed == -10_00
    books.sale(250_00, on=A_DAY_IN_APRIL)
    books.run_april()
    books.issue(books.april)

    assert (books.statement(books.april).earned_fen, books.statement(books.april).payable_fen) == (15_00, 15_00)
    assert books.statement(books.march).payable_fen == 10_00


def pay(books: Books, statement: Statement) -> None:
    batch = services.prepare_payout(
        statements=[statement.pk],
        pays_on=date(2026, 4, 5),
        layout=PayoutLayout.GENERIC,
        by=books.preparer,
        now=END_OF_MARCH,
    )
    services.approve_payout(batch=batch, by=books.approver, now=END_OF_MARCH)


def test_d26_the_leader_of_the_day_of_the_order_earns_the_rate_and_who_delivers_the_fee() -> None:
    """Through the services: who leads is read on the day the order is placed (15 March), who walked on the 17th."""
    make_plan(leader_ppm=100_000, delivery_fee_fen=200)
    group = make_group()
    old = make_leader(name="周敏")
    new = make_leader(name="李强")
    assign(old, group, last_day=date(2026, 3, 15))
    assign(new, group, first_day=date(2026, 3, 16))
    ordered = datetime(2026, 3, 15, 15, 59, 59, tzinfo=UTC)  # one second before midnight in Shanghai
    campaign = make_campaign(group, opens_at=ordered - timedelta(days=1), cuts_off_at=ordered + timedelta(hours=5))
    order = order_for(
        make_member(group=group, door="1-101"), (make_offer(campaign, price_fen=100_00), 1), group=group, now=ordered
    )

    delivered(order, by=new.user, now=ordered + timedelta(days=2))
    run = services.start_run(period=make_period(MARCH, APRIL), by=make_user(), now=END_OF_MARCH)
    drain_all()

    assert set(run.entries.values_list("rule", "beneficiary", "amount_fen")) == {
        (Rule.LEADER_RATE, old.pk, 10_00),
        (Rule.DELIVERY_FEE, new.pk, 2_00),
    }


@pytest.mark.parametrize("seed", range(5))
def test_c4_the_order_in_which_facts_were_written_changes_neither_entries_nor_hash(seed: int) -> None:
    """Of one day, and with a fee without a cap: who comes first to a cap is what their order decides."""
    luck = Random(seed)  # noqa: S311 -- to be repeated, not to be secret
    make_plan(leader_ppm=45_000, referral_1_ppm=20_000, delivery_fee_fen=200, pool_cap_ppm=60_001)
    groups, leader, friend = [make_group(), make_group()], make_member("周敏"), make_member("王芳")
    campaign = make_round(*groups, offers=3)
    told = []
    for number in range(8):
        bases = [luck.randint(1, 300_00) for _line in range(luck.randint(1, 3))]
        order = make_sale(
            groups[number % 2], *bases, campaign=campaign, door=f"1-{number}", leader=leader, referrer=friend
        )
        for line in lines_of(order):
            told.append((line, FactKind.DELIVERED, line.amount_fen, ONE))
            parts = [luck.randint(0, line.amount_fen // 4) for _refund in range(luck.randint(0, 3))]
            told += [(line, FactKind.REFUNDED, -fen, 0 * ONE) for fen in parts]
    admin, march = make_user(), make_period(MARCH, APRIL)

    def recorded() -> tuple[object, list[tuple[object, ...]]]:
        with transaction.atomic():
            SaleFact.objects.bulk_create(
                fact(line, kind, amount_fen=fen, quantity=quantity, on=A_DAY_IN_MARCH, by=leader)
                for line, kind, fen, quantity in told
            )
            run = services.start_run(period=march, by=admin, now=END_OF_MARCH)
            drain_all()
            run.job.refresh_from_db()
            found = run.entries.order_by("source_id", "rule", "level", "beneficiary")
            answer = run.job.result, list(found.values_list("source_id", "rule", "beneficiary", "amount_fen"))
            transaction.set_rollback(True)
        return answer

    as_told = recorded()
    luck.shuffle(told)

    assert recorded() == as_told
    assert as_told[1]
