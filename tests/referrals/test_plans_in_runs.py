"""Volumes, scopes, shares, seed users and clocks of a plan, as a run records them. The sums are worked by hand."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import Sum

from community.models import Group, Member
from core.enums import Role
from core.jobs import drain_all
from core.models import Shard, User
from ledger.enums import PeriodState
from ledger.models import Period
from orders.enums import PayMethod
from orders.models import Order, Payment
from orders.services import Money, record_payment, take_back_payment
from referrals import services
from referrals.enums import Clock, Rule
from referrals.models import CommissionEntry, Run
from referrals.queries import expected_by
from referrals.rules.tiers import TierKind, Volume
from referrals.services.runs import digest_of
from tests.factories import make_group, make_member, make_share, make_user
from tests.referrals.sales import (
    A_DAY_IN_APRIL,
    APRIL,
    END_OF_MARCH,
    MARCH,
    MAY,
    deliver,
    delivered_sale,
    lines_of,
    make_period,
    make_plan,
    make_sale,
    refund,
    untick,
)

pytestmark = pytest.mark.django_db

WEEKS = [date(2026, 3, 6), date(2026, 3, 13), date(2026, 3, 20), date(2026, 3, 27)]
D6 = Volume(TierKind.MARGINAL, (20_000_00, 50_000_00), (40_000, 50_000))
S19 = Volume(TierKind.SLAB, (10_000_00, 25_000_00), (70_000, 100_000))


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMIN)


@pytest.fixture
def march() -> Period:
    return make_period(MARCH, APRIL)


@pytest.fixture
def april() -> Period:
    return make_period(APRIL, MAY)


@pytest.fixture
def group() -> Group:
    return make_group()


@pytest.fixture
def leader() -> Member:
    return make_member("周敏")


def run(period: Period, admin: User, *, whole: bool = False) -> Run:
    started = services.start_run(period=period, by=admin, now=END_OF_MARCH, whole=whole)
    drain_all()
    return started


def added(started: Run, **only: object) -> int:
    """Fen."""
    return started.entries.filter(**only).aggregate(fen=Sum("amount_fen"))["fen"] or 0


def all_entries(**only: object) -> list[tuple[str, int]]:
    return list(CommissionEntry.objects.filter(**only).order_by("run", "rule", "pk").values_list("rule", "amount_fen"))


# Volume


def test_d6_each_week_of_a_month_adds_what_its_volume_has_grown_by(march, admin, group, leader):
    make_plan(leader_ppm=30_000, volume=D6)

    weekly = []
    for day, fen in zip(WEEKS, [9_000_00, 11_500_00, 24_800_00, 17_200_00], strict=True):
        delivered_sale(group, fen, leader=leader, on=day)
        weekly.append(added(run(march, admin)))

    assert weekly == [270_00, 350_00, 992_00, 813_00]
    (last,) = CommissionEntry.objects.filter(rule=Rule.VOLUME).order_by("-seq")[:1]
    assert (last.order_base_fen, last.due_fen, last.order.facts.first().business_date) == (62_500_00, 550_00, WEEKS[0])


def test_d7_a_refund_after_the_close_is_an_adjustment_of_what_was_closed(march, april, admin, group, leader):
    """−90.00 by the order's 3 % and −60.00 of the volume: −150.00, in April, of the claims March closed with."""
    make_plan(leader_ppm=30_000, volume=D6)
    sales = [
        delivered_sale(group, fen, leader=leader, on=day)
        for day, fen in zip(WEEKS, [9_000_00, 11_500_00, 24_800_00, 17_200_00], strict=True)
    ]
    of_march = run(march, admin)
    before = digest_of(of_march)
    Period.objects.filter(pk=march.pk).update(state=PeriodState.CLOSED)

    refund(lines_of(sales[3])[0], 3_000_00, on=A_DAY_IN_APRIL)
    of_april = run(april, admin)

    assert (added(of_march), added(of_april)) == (2_425_00, -150_00)
    assert all_entries(run=of_april) == [(Rule.LEADER_RATE, -90_00), (Rule.VOLUME, -60_00)]
    assert digest_of(of_march) == before
    for entry in of_april.entries.all():
        of_claim = {"source_id": entry.source_id, "rule": entry.rule, "beneficiary": leader, "run": of_march}
        assert entry.seq == CommissionEntry.objects.filter(**of_claim).count() + 1 == 2


def test_s25_what_was_recorded_at_a_lower_volume_is_taken_off_the_higher_one(march, admin, group, leader):
    """At 1 000.00 due are 50.00; at 11 500.00 due are 1 750.00 and added 1 700.00."""
    bands = Volume(TierKind.MARGINAL, (1_000_00, 5_000_00), (100_000, 200_000))
    make_plan(leader_ppm=50_000, volume=bands)

    delivered_sale(group, 1_000_00, leader=leader)
    first = added(run(march, admin))
    delivered_sale(group, 10_500_00, leader=leader)

    assert (first, added(run(march, admin))) == (50_00, 1_700_00)


@pytest.mark.parametrize(("fen", "due_fen"), [(10_000_00, 500_00), (10_000_01, 700_00), (25_000_00, 1_750_00)])
def test_s19_a_bound_of_a_slab_belongs_to_the_rate_below_it(march, admin, group, leader, fen, due_fen):
    make_plan(leader_ppm=50_000, volume=S19)
    delivered_sale(group, fen, leader=leader)

    assert added(run(march, admin)) == due_fen


def test_a_month_in_two_campaigns_is_one_volume_and_only_its_month_is_looked_at_again(
    march, april, admin, group, leader
):
    """A refund in one round of March finds March's other rounds, and leaves April's volume alone."""
    make_plan(leader_ppm=30_000, volume=D6)
    sales = [delivered_sale(group, 15_000_00, leader=leader, on=day) for day in (WEEKS[0], WEEKS[1], A_DAY_IN_APRIL)]
    run(march, admin)
    first = run(april, admin)

    refund(lines_of(sales[0])[0], 5_000_00, on=A_DAY_IN_APRIL)
    second = run(april, admin)
    everything = run(april, admin, whole=True)

    assert (first.whole, second.whole, added(everything)) == (False, False, 0)
    assert all_entries(run=second) == [(Rule.LEADER_RATE, -150_00), (Rule.VOLUME, -50_00)]
    (shard,) = Shard.objects.filter(job=second.job).values_list("arguments", flat=True)
    assert shard == {
        "groups": [group.pk],
        "campaigns": sorted(sale.campaign_id for sale in sales[:2]),
        "months": ["2026-03-01"],
    }


def test_a_first_delivery_taken_back_moves_the_bonus_to_the_next_order(march, admin, group, leader):
    make_plan(leader_ppm=30_000, volume=D6)
    sales = [delivered_sale(group, 30_000_00, leader=leader, on=day) for day in WEEKS[:2]]
    run(march, admin)

    untick(sales[0], on=WEEKS[2])
    run(march, admin)

    bonus = CommissionEntry.objects.filter(rule=Rule.VOLUME).values("order").annotate(fen=Sum("amount_fen"))
    assert dict(bonus.values_list("order", "fen")) == {sales[0].pk: 0, sales[1].pk: 100_00}


def test_a_leader_sees_the_volume_coming(march, group, leader):
    make_plan(leader_ppm=30_000, volume=D6)
    delivered_sale(group, 62_500_00, leader=leader)

    expected = expected_by(leader, today=WEEKS[3])

    assert {(one.rule, one.amount_fen) for one in expected} == {("leader_rate", 1_875_00), ("volume", 550_00)}


# Scopes


def test_s24_the_leaders_own_rate_comes_before_the_products_the_groups_and_the_plans(march, admin, group, leader):
    """20 %, 30 % for the group, 50 % for the product, 75 % by contract, on 100.00 each time."""
    other_leader, other_group = make_member("李强"), make_group()
    tea = make_sale(group, 100_00, leader=leader)
    product = lines_of(tea)[0].offer.product
    sales = {
        75_00: tea,
        50_00: make_sale(group, 100_00, leader=other_leader, campaign=tea.campaign),
        30_00: make_sale(group, 100_00, leader=other_leader),
        20_00: make_sale(other_group, 100_00, leader=other_leader),
    }
    make_plan(
        leader_ppm=200_000,
        product_ppm={product: 500_000},
        group_ppm={group: 300_000},
        person_ppm={leader: 750_000},
    )

    for sale in sales.values():
        deliver(sale)
    run(march, admin)

    earned = CommissionEntry.objects.values("order").annotate(fen=Sum("amount_fen")).values_list("fen", "order")
    assert dict(earned) == {fen: sale.pk for fen, sale in sales.items()}


# Leaders who share


def test_d9_co_leaders_share_sixty_forty(march, admin, group, leader):
    beside = make_member("何悦")
    make_share(group, beside)
    make_plan(leader_ppm=50_000)
    delivered_sale(group, 99_99, leader=leader)

    started = run(march, admin)

    assert (added(started, beneficiary=leader), added(started, beneficiary=beside)) == (3_00, 2_00)
    assert set(started.entries.values_list("shared_fen", "share_ppm", "order_amount_fen")) == {
        (5_00, 600_000, 3_00),
        (5_00, 400_000, 2_00),
    }
    assert [one.amount_fen for one in expected_by(beside, today=WEEKS[3])] == []


def test_a_share_counts_for_orders_of_its_days(march, admin, group, leader):
    beside = make_member("何悦")
    make_share(group, beside, 500_000, first_day=date(2026, 3, 5), last_day=date(2026, 3, 7))
    make_plan(leader_ppm=100_000)
    for day in (date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 7), date(2026, 3, 8)):
        deliver(make_sale(group, 10_00, leader=leader, order_day=day), on=WEEKS[3])

    started = run(march, admin)

    assert (added(started, beneficiary=leader), added(started, beneficiary=beside)) == (3_00, 1_00)


def test_a_share_given_afterwards_moves_its_part_in_the_next_run(march, admin, group, leader):
    make_plan(leader_ppm=50_000)
    delivered_sale(group, 99_99, leader=leader)
    run(march, admin)
    beside = make_member("何悦")
    make_share(group, beside)

    second = run(march, admin)

    assert second.whole
    assert (added(second, beneficiary=leader), added(second, beneficiary=beside)) == (-2_00, 2_00)


# The seed user


def test_a_seed_user_earns_of_what_came_through_the_own_link(march, admin, group, leader):
    seed = make_member("何悦")
    make_plan(leader_ppm=40_000, seed_ppm=20_000)
    delivered_sale(group, 10_00, 20_00, leader=leader, seed=seed)
    delivered_sale(group, 10_00, leader=leader)

    started = run(march, admin)

    assert (added(started, beneficiary=seed), added(started, beneficiary=leader)) == (60, 1_60)
    assert set(started.entries.filter(beneficiary=seed).values_list("rule", "level")) == {(Rule.SEED, 0)}


# The clock

LAST_SECOND = datetime(2026, 3, 15, 15, 59, 59, tzinfo=UTC)
NEXT_DAY = datetime(2026, 3, 15, 16, 0, 0, tzinfo=UTC)


def paid_at(order: Order, moment: datetime, by: User, *, fen: int = 100_00, before_fen: int = 0) -> Payment:
    money = Money(order, fen, PayMethod.WECHAT, None)
    return record_payment(money=money, paid_fen=before_fen, by=by, now=moment)


@pytest.mark.parametrize(("clock", "earned"), [(Clock.PAID, [4_00, 5_00]), (Clock.DELIVERED, [5_00, 5_00])])
def test_d12_the_declared_clock_decides_which_version_pays(march, admin, group, leader, clock, earned):
    """4 % to 15 March 24:00 in Shanghai, then 5 %; paid a second before and at midnight, both delivered on the 20th."""
    first = make_plan(leader_ppm=40_000, next_first_day=date(2026, 3, 16), clock=clock)
    make_plan(leader_ppm=50_000, first_day=date(2026, 3, 16), plan=first.plan)
    for moment in (LAST_SECOND, NEXT_DAY):
        sale = make_sale(group, 100_00, leader=leader)
        paid_at(sale, moment, admin)
        deliver(sale, on=WEEKS[2])

    run(march, admin)

    assert [fen for _rule, fen in all_entries()] == earned


def test_by_the_clock_of_payment_what_is_delivered_waits_to_be_paid(march, admin, group, leader):
    make_plan(leader_ppm=40_000, clock=Clock.PAID)
    sale = delivered_sale(group, 100_00, leader=leader)
    first = run(march, admin)

    paid_at(sale, NEXT_DAY, admin)
    second = run(march, admin)

    assert (added(first), added(second), second.whole) == (0, 4_00, True)


def test_a_payment_taken_back_counts_from_the_day_it_is_taken_back_on(march, april, admin, group, leader):
    """As everything dated after a month: March run again in April says what it said, and April takes it back."""
    make_plan(leader_ppm=40_000, clock=Clock.PAID)
    sale = delivered_sale(group, 100_00, leader=leader)
    mistake = paid_at(sale, NEXT_DAY, admin)
    first = run(march, admin)

    take_back_payment(payment=mistake, by=admin, now=datetime(2026, 4, 2, 10, tzinfo=UTC))
    runs = [first, run(march, admin), run(april, admin)]

    assert [added(one) for one in runs] == [4_00, 0, -4_00]


def test_a_part_that_is_paid_starts_the_clock_and_the_rest_moves_nothing(march, april, admin, group, leader):
    first = make_plan(leader_ppm=40_000, next_first_day=APRIL, clock=Clock.PAID)
    make_plan(leader_ppm=50_000, first_day=APRIL, plan=first.plan)
    sale = delivered_sale(group, 100_00, leader=leader)
    paid_at(sale, NEXT_DAY, admin, fen=1)
    of_march = run(march, admin)

    paid_at(sale, datetime(2026, 4, 2, 10, tzinfo=UTC), admin, fen=99_99, before_fen=1)

    assert (added(of_march), added(run(april, admin))) == (4_00, 0)


def test_what_is_paid_late_for_a_month_that_is_closed_is_of_the_next_one_by_the_rate_of_the_day_it_was_paid(
    march, april, admin, group, leader
):
    first = make_plan(leader_ppm=40_000, next_first_day=APRIL, clock=Clock.PAID)
    make_plan(leader_ppm=50_000, first_day=APRIL, plan=first.plan)
    sale = delivered_sale(group, 100_00, leader=leader)
    of_march = run(march, admin)
    Period.objects.filter(pk=march.pk).update(state=PeriodState.CLOSED)

    paid_at(sale, datetime(2026, 4, 2, 10, tzinfo=UTC), admin)

    assert (added(of_march), added(run(april, admin))) == (0, 5_00)


def test_a_late_payment_of_an_earlier_delivery_takes_the_months_bonus_along(march, admin, group, leader):
    """30 000.00 bring 100.00 above 3 %; 60 000.00 bring 300.00 and 200.00, at the order that was delivered first."""
    make_plan(leader_ppm=30_000, volume=D6, clock=Clock.PAID)
    first, second = (delivered_sale(group, 30_000_00, leader=leader, on=day) for day in WEEKS[:2])
    runs = []
    for sale in (second, first):
        paid_at(sale, NEXT_DAY, admin)
        runs.append(run(march, admin))

    assert [added(one, rule=Rule.VOLUME) for one in runs] == [100_00, 400_00]
    bonus = CommissionEntry.objects.filter(rule=Rule.VOLUME).values("order").annotate(fen=Sum("amount_fen"))
    assert dict(bonus.values_list("order", "fen")) == {first.pk: 500_00, second.pk: 0}
