"""The run on the worked cases of the field, and what must hold when it is run again, in parts, or twice at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from threading import Event, Thread
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import translation

from community.models import Group, Member
from core.append_only import emptying
from core.enums import JobState, Role
from core.jobs import drain_all
from core.jobs.worker import work_one
from core.models import Shard, User
from ledger.enums import PeriodState
from ledger.memos import memo_of
from ledger.models import Entry, Leg, Period
from ledger.services import close_period
from referrals import services
from referrals.enums import EntryKind, Rule, RunState
from referrals.models import CommissionEntry, Plan, Run
from referrals.services import bookings, runs
from referrals.services.recording import append_due
from tests.factories import make_group, make_member, make_user
from tests.races import (
    meanwhile,
    trigger_without_its_lock,
    wait_until,
    wait_until_we_block_somebody,
    we_block_somebody,
)
from tests.referrals.sales import (
    A_DAY_IN_APRIL,
    APRIL,
    END_OF_APRIL,
    END_OF_MARCH,
    MARCH,
    MAY,
    deliver,
    delivered_sale,
    lines_of,
    make_period,
    make_plan,
    make_round,
    make_sale,
    refund,
    untick,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def march() -> Period:
    return make_period(MARCH, APRIL)


@pytest.fixture
def april() -> Period:
    return make_period(APRIL, MAY)


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMIN, name="李会计")


@pytest.fixture
def second_admin() -> User:
    return make_user(Role.ADMIN, name="王复核")


@pytest.fixture
def group() -> Group:
    return make_group()


@pytest.fixture
def leader() -> Member:
    return make_member("周敏")


def run_through(period: Period, by: User) -> Run:
    """Run the period and do the job, as a worker would."""
    now = END_OF_MARCH if period.span.lower == MARCH else END_OF_APRIL
    run = services.start_run(period=period, by=by, now=now)
    drain_all()
    run.refresh_from_db()
    return run


def earned_by(member: Member, **entries: object) -> int:
    found = CommissionEntry.objects.filter(beneficiary=member, **entries).aggregate(fen=Sum("amount_fen"))["fen"]
    return found or 0


def amounts(**entries: object) -> list[int]:
    return list(
        CommissionEntry.objects.filter(**entries).order_by("source_id", "seq").values_list("amount_fen", flat=True)
    )


def balance(purpose: str, member: Member | None = None) -> int:
    legs = Leg.objects.filter(account__purpose=purpose, account__party=member and member.pk)
    return legs.aggregate(fen=Sum("amount_fen"))["fen"] or 0


# The worked cases


def test_d1_a_leader_earns_four_percent_of_three_orders(
    march: Period, admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000)
    for base_fen in (12_890, 4_599, 7_333):
        delivered_sale(group, base_fen, leader=leader)

    run_through(march, admin)

    assert amounts() == [516, 184, 293]
    assert earned_by(leader) == 993


def test_d2_an_order_is_rounded_once_and_spread_over_its_lines(
    march: Period, admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=45_000)
    delivered_sale(group, 1_299, 899, 2_550, 333, 1, leader=leader)

    run_through(march, admin)

    assert amounts() == [59, 40, 115, 15]
    entry = CommissionEntry.objects.order_by("source_id").first()
    assert (entry.rate_ppm, entry.order_base_fen, entry.order_amount_fen) == (45_000, 5_082, 229)
    assert (entry.line_base_fen, entry.line_amount_fen, entry.refunded_fen, entry.due_fen) == (1_299, 59, 0, 59)


def test_d4_refunds_take_back_exactly_their_part(march: Period, admin: User, group: Group, leader: Member) -> None:
    make_plan(leader_ppm=35_000)
    (line,) = lines_of(delivered_sale(group, 10_000, leader=leader))
    run_through(march, admin)

    for part in (3_333, 3_333, 3_333, 1):
        refund(line, part)
        run_through(march, admin)

    assert amounts() == [350, -117, -116, -117]
    assert earned_by(leader) == 0


def test_d13_a_rate_raised_for_the_past_is_an_adjustment_in_the_open_period(
    march: Period, april: Period, admin: User, group: Group, leader: Member
) -> None:
    raised_plan = Plan.objects.create(name="追溯方案")
    low = make_plan(leader_ppm=30_000)
    for base_fen in (12_890, 4_599, 7_333):
        delivered_sale(group, base_fen, leader=leader)
    run_through(march, admin)
    before = list(CommissionEntry.objects.order_by("source_id").values())

    high = make_plan(leader_ppm=40_000, plan=raised_plan)  # the older plan is the one that pays
    run_through(april, admin)

    assert amounts(period=april) == [129, 46, 73]
    assert list(CommissionEntry.objects.filter(period=march).order_by("source_id").values()) == before
    claims = CommissionEntry.objects.order_by("source_id", "seq").values_list("plan_version", flat=True)
    assert list(claims) == [low.pk, high.pk] * 3


def test_d14_running_twice_adds_nothing(march: Period, admin: User, group: Group, leader: Member) -> None:
    make_plan(leader_ppm=40_000, delivery_fee_fen=200)
    delivered_sale(group, 12_890, 4_599, leader=leader, door="1-101")
    first = run_through(march, admin)

    second = run_through(march, admin)

    assert first.job.result["entries"] == 3
    assert second.job.result["entries"] == 0
    assert second.state == RunState.REVIEW
    assert Entry.objects.count() == 1


def test_the_books_say_of_which_period_and_run_an_entry_is(
    march: Period, admin: User, second_admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=35_000)
    delivered_sale(group, 10_000, leader=leader)
    run = run_through(march, admin)
    services.approve_run(run=run, by=second_admin, now=END_OF_MARCH)

    said = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said[language] = [memo_of(entry) for entry in Entry.objects.order_by("pk")]

    assert said == {
        "en": [f"Commission 2026-03, run {run.pk}", f"Commission 2026-03 approved, run {run.pk}"],
        "zh-hans": [f"2026-03 佣金，结算 {run.pk}", f"2026-03 佣金审核通过，结算 {run.pk}"],
    }


def test_d24_the_ledger_owes_what_the_entries_say(
    march: Period, admin: User, second_admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000)
    for base_fen in (12_890, 4_599, 7_333):
        delivered_sale(group, base_fen, leader=leader)

    run = run_through(march, admin)

    assert (balance(bookings.EXPENSE), balance(bookings.HELD, leader)) == (993, -993)
    services.approve_run(run=run, by=second_admin, now=END_OF_MARCH)
    assert balance(bookings.EXPENSE) == 993
    assert (balance(bookings.HELD, leader), balance(bookings.PAYABLE, leader)) == (0, -993)
    assert Leg.objects.aggregate(fen=Sum("amount_fen"))["fen"] == 0


def test_d26_the_order_pays_its_leader_and_the_delivery_whoever_walked(
    march: Period, admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000, delivery_fee_fen=200)
    successor = make_member("李强")
    delivered_sale(group, 10_000, leader=leader, by=successor, on=date(2026, 3, 17))

    run_through(march, admin)

    assert earned_by(leader) == earned_by(leader, rule=Rule.LEADER_RATE) == 400
    assert earned_by(successor) == earned_by(successor, rule=Rule.DELIVERY_FEE) == 200


# Rules


def test_only_the_nearest_referrer_earns(march: Period, admin: User, group: Group) -> None:
    make_plan(referral_1_ppm=20_000)
    near, far = make_member("近"), make_member("远")
    order = make_sale(group, 10_000, referrer=near)
    with pgtrigger.ignore("orders.Order:intake_is_frozen"):
        type(order).objects.filter(pk=order.pk).update(referrer_2=far)
    deliver(order)

    run_through(march, admin)

    assert (earned_by(near, level=1), earned_by(far)) == (200, 0)


def test_a_household_is_paid_once_a_round_until_the_cap(
    march: Period, admin: User, group: Group, leader: Member
) -> None:
    make_plan(delivery_fee_fen=200, delivery_cap_fen=500)
    campaign = make_round(group)
    doors = ["1-101", "1-101", "1-102", "", "", "1-103"]
    orders = [delivered_sale(group, 1_000, campaign=campaign, leader=leader, door=door) for door in doors]

    run_through(march, admin)

    paid = dict(CommissionEntry.objects.values_list("source_id", "amount_fen"))
    assert paid == {orders[0].pk: 200, orders[2].pk: 200, orders[3].pk: 100}


def test_a_household_that_falls_away_leaves_its_share_of_the_cap_to_the_next(
    march: Period, admin: User, group: Group, leader: Member
) -> None:
    make_plan(delivery_fee_fen=200, delivery_cap_fen=300)
    campaign = make_round(group)
    first, second = (delivered_sale(group, 1_000, campaign=campaign, leader=leader, door=door) for door in "12")
    run_through(march, admin)

    untick(first)
    run_through(march, admin)

    assert amounts(source_id=first.pk) == [200, -200]
    assert amounts(source_id=second.pk) == [100, 100]


def test_a_new_version_begins_a_new_cap(march: Period, admin: User, group: Group, leader: Member) -> None:
    change = date(2026, 3, 15)
    old = make_plan(delivery_fee_fen=200, delivery_cap_fen=300, next_first_day=change)
    make_plan(plan=old.plan, delivery_fee_fen=250, delivery_cap_fen=300, first_day=change)
    campaign = make_round(group)
    for door, day in (("1", 14), ("2", 14), ("3", 15), ("4", 15)):
        delivered_sale(group, 1_000, campaign=campaign, leader=leader, door=door, on=date(2026, 3, day))

    run_through(march, admin)

    assert amounts() == [200, 100, 250, 50]


def test_a_refund_leaves_the_delivery_fee(march: Period, admin: User, group: Group, leader: Member) -> None:
    make_plan(delivery_fee_fen=200)
    (line,) = lines_of(delivered_sale(group, 1_000, leader=leader))
    run_through(march, admin)

    refund(line, 1_000)
    again = run_through(march, admin)

    assert again.job.result["entries"] == 0


def test_a_delivery_taken_back_takes_everything_back(march: Period, admin: User, group: Group, leader: Member) -> None:
    make_plan(leader_ppm=40_000, delivery_fee_fen=200)
    order = delivered_sale(group, 1_000, leader=leader)
    run_through(march, admin)

    untick(order)
    run_through(march, admin)

    assert amounts(rule=Rule.LEADER_RATE) == [40, -40]
    assert amounts(rule=Rule.DELIVERY_FEE) == [200, -200]
    back = CommissionEntry.objects.filter(kind=EntryKind.REVERSED).first()
    assert (back.due_fen, back.rate_ppm, back.order_base_fen) == (0, None, None)
    assert balance(bookings.HELD, leader) == 0


def test_a_sale_before_any_version_pays_nothing_until_one_covers_its_day(
    march: Period, admin: User, group: Group, leader: Member
) -> None:
    later = make_plan(leader_ppm=40_000, first_day=date(2026, 3, 20))
    delivered_sale(group, 1_000, leader=leader)
    first = run_through(march, admin)

    make_plan(plan=later.plan, leader_ppm=30_000, first_day=MARCH, next_first_day=date(2026, 3, 20))
    run_through(march, admin)

    assert first.job.result["entries"] == 0
    assert earned_by(leader) == 30


def test_what_is_delivered_after_the_period_waits_for_the_next(
    march: Period, april: Period, admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000)
    delivered_sale(group, 1_000, leader=leader, on=date(2026, 3, 31))
    delivered_sale(group, 2_000, leader=leader, on=APRIL)

    run_through(march, admin)
    run_through(april, admin)

    assert (earned_by(leader, period=march), earned_by(leader, period=april)) == (40, 80)


def test_a_refund_of_a_closed_period_is_taken_back_in_the_open_one(
    march: Period, april: Period, admin: User, second_admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=35_000)
    (line,) = lines_of(delivered_sale(group, 10_000, leader=leader))
    services.approve_run(run=run_through(march, admin), by=second_admin, now=END_OF_MARCH)
    Period.objects.filter(pk=march.pk).update(state=PeriodState.CLOSED)

    refund(line, 3_333, on=A_DAY_IN_APRIL)
    services.approve_run(run=run_through(april, admin), by=second_admin, now=END_OF_APRIL)

    assert (amounts(period=march), amounts(period=april)) == ([350], [-117])
    assert balance(bookings.PAYABLE, leader) == -233
    assert Entry.objects.filter(period=april).count() == 2


def test_two_earners_that_cancel_out_are_still_explained(
    march: Period, admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=100_000)
    (line,) = lines_of(delivered_sale(group, 1_000, leader=leader))
    run_through(march, admin)
    booked = Entry.objects.count()

    refund(line, 1_000)
    delivered_sale(group, 1_000, leader=leader)
    run = run_through(march, admin)

    assert run.job.result["entries"] == 2
    assert run.job.result["amount_fen"] == 0
    assert Entry.objects.count() == booked


# Starting


def test_a_closed_period_is_not_run(march: Period, admin: User) -> None:
    Period.objects.filter(pk=march.pk).update(state=PeriodState.CLOSED)

    with pytest.raises(services.PeriodIsClosed):
        services.start_run(period=march, by=admin, now=END_OF_MARCH)


@pytest.mark.parametrize("other", [False, True], ids=["the same period", "the next period"])
def test_one_run_computes_at_a_time(march: Period, april: Period, admin: User, other: bool) -> None:
    """March, taken up again once April was run, would see April's entries without its sales and take them back."""
    services.start_run(period=march, by=admin, now=END_OF_APRIL)

    with pytest.raises(services.RunIsComputing, match="2026-03"):
        services.start_run(period=april if other else march, by=admin, now=END_OF_APRIL)

    assert Run.objects.count() == 1


def test_a_period_before_one_that_has_been_run_is_not_run(march: Period, april: Period, admin: User) -> None:
    run_through(april, admin)

    with pytest.raises(services.LaterPeriodHasRun):
        services.start_run(period=march, by=admin, now=END_OF_APRIL)


@pytest.mark.parametrize(
    ("groups", "sizes"), [(0, [0]), (3, [1, 1, 1]), (9, [2, 2, 2, 3]), (120, [30] * 4), (201, [40] * 4 + [41])]
)
def test_the_groups_are_shared_out_evenly(groups: int, sizes: list[int]) -> None:
    slices = runs._slices(list(range(groups)))

    assert [len(part) for part in slices] == sizes
    assert sum(slices, []) == list(range(groups))


def test_books_closed_while_the_run_computes_take_nothing(
    march: Period, admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000)
    delivered_sale(group, 1_000, leader=leader)
    run = services.start_run(period=march, by=admin, now=END_OF_MARCH)
    Period.objects.filter(pk=march.pk).update(state=PeriodState.CLOSED)

    with pytest.raises(services.PeriodIsClosed):
        runs.record_shard(run=Run.objects.get(pk=run.pk), number=1, group_ids=[group.pk], booked_on=MARCH)

    assert not CommissionEntry.objects.exists()


def test_a_run_the_closing_cut_short_is_reviewed_and_the_next_one_records_the_rest(
    march: Period, april: Period, admin: User, second_admin: User, leader: Member
) -> None:
    make_plan(leader_ppm=40_000)
    for group in (make_group(), make_group()):
        delivered_sale(group, 100_00, leader=leader)
    cut_short = services.start_run(period=march, by=admin, now=END_OF_APRIL)
    work_one()
    close_period(period=march, by=admin, now=END_OF_APRIL)

    drain_all()
    services.approve_run(run=Run.objects.get(pk=cut_short.pk), by=second_admin, now=END_OF_APRIL)
    rest = run_through(april, admin)
    services.approve_run(run=rest, by=second_admin, now=END_OF_APRIL)

    assert (amounts(run=cut_short), amounts(run=rest)) == ([4_00], [4_00])
    assert balance(bookings.PAYABLE, leader) == -8_00


# Approving


def test_whoever_ran_it_does_not_approve_it(march: Period, admin: User, group: Group, leader: Member) -> None:
    make_plan(leader_ppm=40_000)
    delivered_sale(group, 1_000, leader=leader)
    run = run_through(march, admin)

    with pytest.raises(services.ApproverRanIt):
        services.approve_run(run=run, by=admin, now=END_OF_MARCH)

    run.refresh_from_db()
    assert run.state == RunState.REVIEW
    assert balance(bookings.PAYABLE, leader) == 0


def test_a_run_is_approved_once(march: Period, admin: User, second_admin: User, group: Group, leader: Member) -> None:
    make_plan(leader_ppm=40_000)
    delivered_sale(group, 1_000, leader=leader)
    run = run_through(march, admin)
    services.approve_run(run=run, by=second_admin, now=END_OF_MARCH)

    with pytest.raises(services.RunIsNotInReview):
        services.approve_run(run=run, by=second_admin, now=END_OF_MARCH)

    assert balance(bookings.PAYABLE, leader) == -40


def test_a_run_that_still_computes_is_not_approved(march: Period, admin: User, second_admin: User) -> None:
    run = services.start_run(period=march, by=admin, now=END_OF_MARCH)

    with pytest.raises(services.RunIsNotInReview):
        services.approve_run(run=run, by=second_admin, now=END_OF_MARCH)


def test_a_run_of_a_period_closed_meanwhile_is_released_in_the_open_one(
    march: Period, april: Period, admin: User, second_admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000)
    delivered_sale(group, 1_000, leader=leader)
    run = run_through(march, admin)
    Period.objects.filter(pk=march.pk).update(state=PeriodState.CLOSED)

    services.approve_run(run=run, by=second_admin, now=END_OF_APRIL)

    assert Entry.objects.get(key=f"release:{run.pk}:{leader.pk}").period == april


def test_without_an_open_period_for_today_nothing_is_released(
    march: Period, admin: User, second_admin: User, group: Group, leader: Member
) -> None:
    make_plan(leader_ppm=40_000)
    delivered_sale(group, 1_000, leader=leader)
    run = run_through(march, admin)
    Period.objects.filter(pk=march.pk).update(state=PeriodState.CLOSED)

    with pytest.raises(services.NoOpenPeriod):
        services.approve_run(run=run, by=second_admin, now=END_OF_APRIL)

    run.refresh_from_db()
    assert run.state == RunState.REVIEW


# Interrupted, and two at once


@contextmanager
def undone_afterwards() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Killed(BaseException):
    """As little caught as a kill -9."""


def everything_recorded() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    entries = CommissionEntry.objects.order_by("source_id", "rule", "level", "beneficiary_id", "seq")
    legs = Leg.objects.order_by("account__purpose", "account__party", "amount_fen")
    return (
        list(
            entries.values_list("period", "source_id", "rule", "level", "beneficiary", "seq", "amount_fen", "due_fen")
        ),
        list(legs.values_list("account__purpose", "account__party", "amount_fen")),
    )


def test_d15_a_run_killed_after_two_of_five_shards_goes_on_with_the_other_three(
    march: Period, admin: User, leader: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "FEWEST_SHARDS", 5)
    make_plan(leader_ppm=45_000, delivery_fee_fen=200)
    for number in range(5):
        group = make_group()
        delivered_sale(group, 1_299, 899 + number, leader=leader)
    with undone_afterwards():
        uninterrupted = run_through(march, admin).job.result, everything_recorded()

    run = services.start_run(period=march, by=admin, now=END_OF_MARCH)
    work_one()
    work_one()
    with monkeypatch.context() as patch:
        patch.setattr(bookings, "post_transfers", kill)
        with pytest.raises(Killed):
            work_one()
    Shard.objects.filter(state=JobState.RUNNING).update(claimed_at=END_OF_MARCH)
    shards = drain_all()

    run.refresh_from_db()
    assert shards == 3
    assert (run.job.result, everything_recorded()) == uninterrupted


def kill(*args: object, **kwargs: object) -> None:
    raise Killed


@pytest.fixture
def unguarded() -> Iterator[None]:
    """The keys that stop a second worker are gone for the time of a test."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE referrals_commissionentry DROP CONSTRAINT referrals_commissionentry_pkey")
        cursor.execute("ALTER TABLE referrals_commissionentry DROP CONSTRAINT claim_numbers_its_entries")
    yield
    with emptying(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE referrals_commissionentry")
        cursor.execute(
            "ALTER TABLE referrals_commissionentry"
            " ADD PRIMARY KEY (period_id, source_id, rule, level, beneficiary_id, seq),"
            " ADD CONSTRAINT claim_numbers_its_entries UNIQUE (source_id, rule, level, beneficiary_id, seq)"
        )


def race(group: Group, run: Run) -> None:
    """The second worker works out what is due while the first has recorded it and not committed yet."""
    recorded, may_commit = Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            append_due(run=run, group_ids=[group.pk], before=APRIL)
            recorded.set()
            may_commit.wait(10)
        connection.close()

    def quick() -> None:
        recorded.wait(10)
        append_due(run=run, group_ids=[group.pk], before=APRIL)
        connection.close()

    workers = [Thread(target=slow), Thread(target=quick)]
    for worker in workers:
        worker.start()
    recorded.wait(10)
    workers[1].join(1)
    may_commit.set()
    for worker in workers:
        worker.join(10)


def raced_sale() -> tuple[Group, Run]:
    make_plan(leader_ppm=40_000)
    group, admin, period = make_group(), make_user(Role.ADMIN), make_period(MARCH, APRIL)
    delivered_sale(group, 12_890, leader=make_member("周敏"))
    return group, Run.objects.create(period=period, ran_by=admin)


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_the_same_groups_record_once() -> None:
    group, run = raced_sale()

    race(group, run)

    assert amounts() == [516]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("unguarded")
def test_without_the_keys_two_workers_record_twice() -> None:
    group, run = raced_sale()

    race(group, run)

    assert amounts() == [516, 516]


def shard_of_a_sale() -> dict[str, Any]:
    """What `record_shard` is asked for a run that has just begun."""
    make_plan(leader_ppm=40_000)
    group, admin, period = make_group(), make_user(Role.ADMIN), make_period(MARCH, APRIL)
    delivered_sale(group, 12_890, leader=make_member("周敏"))
    run = Run.objects.create(period=period, ran_by=admin)
    return {"run": run, "number": 0, "group_ids": [group.pk], "booked_on": END_OF_MARCH.date()}


def close(period: Period) -> None:
    close_period(period=period, by=make_user(Role.ADMIN), now=END_OF_MARCH)


@pytest.mark.django_db(transaction=True)
def test_the_closing_waits_for_a_shard_that_is_being_recorded() -> None:
    shard, recorded = shard_of_a_sale(), Event()

    with meanwhile(lambda: close(Period.objects.get()), after=recorded), transaction.atomic():
        runs.record_shard(**shard)
        recorded.set()
        wait_until_we_block_somebody()

    assert (amounts(), Entry.objects.count(), Period.objects.get().state) == ([516], 1, PeriodState.CLOSED)


def record_while_somebody_closes(shard: dict[str, Any]) -> None:
    """The period is being closed, not yet committed, when a worker records into it."""
    being_closed = Event()

    def record() -> None:
        being_closed.wait(5)
        with connection.execute_wrapper(without_a_lock) if shard.get("unlocked") else nullcontext():
            runs.record_shard(**{name: value for name, value in shard.items() if name != "unlocked"})

    with meanwhile(record), transaction.atomic():
        close(shard["run"].period)
        being_closed.set()
        wait_until_we_block_somebody()


def without_a_lock(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
    return execute(sql.replace("FOR SHARE", ""), *args)


@pytest.mark.django_db(transaction=True)
def test_a_shard_waits_for_the_closing_and_records_nothing() -> None:
    shard = shard_of_a_sale()

    with pytest.raises(services.PeriodIsClosed):
        record_while_somebody_closes(shard)

    assert (amounts(), Entry.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_the_database_waits_for_the_closing_even_when_the_shard_does_not() -> None:
    shard = shard_of_a_sale()

    with pytest.raises(IntegrityError, match="in its open period"):
        record_while_somebody_closes(shard | {"unlocked": True})

    assert (amounts(), Entry.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_locks_a_shard_slips_into_a_closed_period() -> None:
    """What the tests above would find."""
    shard = shard_of_a_sale()

    with trigger_without_its_lock("is_of_a_run_at_work"), trigger_without_its_lock("entry_with_its_legs"):
        record_while_somebody_closes(shard | {"unlocked": True})

    assert (amounts(), Period.objects.get().state) == ([516], PeriodState.CLOSED)


def start_two_at_once(*, locked: bool = True) -> None:
    """Two admins start March and April, the second while the first one is not committed."""
    first, second = (make_user(Role.ADMIN) for _ in range(2))
    march, april = make_period(MARCH, APRIL), make_period(APRIL, MAY)
    began, over = Event(), Event()

    def start() -> None:
        began.wait(5)
        with nullcontext() if locked else connection.execute_wrapper(without_the_advice):
            services.start_run(period=april, by=second, now=END_OF_APRIL)
        over.set()

    with meanwhile(start), transaction.atomic():
        services.start_run(period=march, by=first, now=END_OF_APRIL)
        began.set()
        wait_until(lambda: over.is_set() or we_block_somebody(), seconds=5)


def without_the_advice(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
    return execute(sql.replace("pg_advisory_xact_lock(hashtext(%s))", "%s"), *args)


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_started_at_once_one_is_told_to_wait() -> None:
    with pytest.raises(services.RunIsComputing):
        start_two_at_once()

    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_even_without_the_lock_one_run_is_started() -> None:
    with pytest.raises(IntegrityError, match="one_run_computes_at_a_time"):
        start_two_at_once(locked=False)

    assert Run.objects.count() == 1


@pytest.fixture
def without_the_promise() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('one_run_computes_at_a_time'::regclass)")
        (index,) = cursor.fetchone()
        cursor.execute("DROP INDEX one_run_computes_at_a_time")
        yield
        with emptying():
            cursor.execute("TRUNCATE referrals_run CASCADE")
        cursor.execute(index)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("without_the_promise")
def test_the_control_without_lock_and_promise_two_runs_compute_at_once() -> None:
    start_two_at_once(locked=False)

    assert Run.objects.count() == 2


@pytest.mark.parametrize("sold", [1, 20])
def test_a_shard_asks_the_same_few_questions_whatever_was_sold(
    sold: int, march: Period, admin: User, group: Group, leader: Member, django_assert_num_queries: Any
) -> None:
    make_plan(leader_ppm=40_000, delivery_fee_fen=200)
    delivered_sale(group, 1_000, 500, leader=leader)
    run_through(march, admin)
    for _ in range(sold):
        delivered_sale(group, 1_000, 500, leader=make_member())
    run = services.start_run(period=march, by=admin, now=END_OF_MARCH)

    # savepoints, the period, room, the entries, the accounts, the ledger
    with django_assert_num_queries(11):
        runs.record_shard(run=run, number=2, group_ids=[group.pk], booked_on=MARCH)
