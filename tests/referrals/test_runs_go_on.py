"""A run goes on from where the one before began; looking at everything again finds nothing more."""

from datetime import date
from random import Random

import pytest
from django.db.models import Sum

from core.enums import Role
from core.jobs import drain_all
from core.models import Shard, User
from ledger.models import Period
from ledger.services import close_period
from orders.enums import FactKind
from referrals import services
from referrals.enums import Rule
from referrals.models import Run
from referrals.rules.tiers import TierKind, Volume
from tests.factories import make_group, make_member, make_user
from tests.referrals.sales import (
    A_DAY_IN_APRIL,
    A_DAY_IN_MARCH,
    APRIL,
    END_OF_MARCH,
    MARCH,
    MAY,
    ONE,
    deliver,
    delivered_sale,
    fact,
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
def admin() -> User:
    return make_user(Role.ADMIN)


@pytest.fixture
def march() -> Period:
    return make_period(MARCH, APRIL)


@pytest.fixture
def april() -> Period:
    return make_period(APRIL, MAY)


def run(period: Period, admin: User, *, whole: bool = False) -> Run:
    started = services.start_run(period=period, by=admin, now=END_OF_MARCH, whole=whole)
    drain_all()
    return started


def looked_at(started: Run) -> list[tuple[int, int]]:
    """The rounds of a run that went on: (group, campaign)."""
    shards = Shard.objects.filter(job=started.job).values_list("arguments", flat=True)
    return sorted(
        (group, campaign) for each in shards for group in each["groups"] for campaign in each.get("campaigns", [])
    )


def added(started: Run, **only: object) -> int:
    """Fen."""
    return started.entries.filter(**only).aggregate(fen=Sum("amount_fen"))["fen"] or 0


def test_the_first_run_looks_at_everything_and_the_next_at_what_happened_since(march, admin):
    make_plan(leader_ppm=40_000)
    groups = [make_group() for _ in range(3)]
    leader = make_member("周敏")
    sales = [delivered_sale(group, 100_00, leader=leader) for group in groups]

    first = run(march, admin)
    refund(lines_of(sales[1])[0], 50_00)
    second = run(march, admin)

    assert (first.whole, added(first)) == (True, 12_00)
    assert (second.whole, added(second)) == (False, -2_00)
    assert looked_at(second) == [(groups[1].pk, sales[1].campaign_id)]


def test_where_nothing_happened_nothing_is_looked_at(march, admin):
    make_plan(leader_ppm=40_000)
    delivered_sale(make_group(), 100_00, leader=make_member())
    run(march, admin)

    again = run(march, admin)

    assert (looked_at(again), added(again)) == ([], 0)


def test_what_was_dated_after_the_period_before_is_found_by_the_next_one(march, april, admin):
    """April's delivery was recorded before March was run: its fact is older than the run and still new to April."""
    make_plan(leader_ppm=40_000)
    group, leader = make_group(), make_member()
    early = delivered_sale(group, 100_00, leader=leader, on=A_DAY_IN_APRIL)

    of_march, of_april = run(march, admin), run(april, admin)

    assert (added(of_march), added(of_april)) == (0, 4_00)
    assert looked_at(of_april) == [(group.pk, early.campaign_id)]


@pytest.mark.parametrize("change", ["a version", "who opened the group", "asked for"])
def test_everything_is_looked_at_again_after_a_change_and_when_somebody_asks(march, admin, change):
    version = make_plan(leader_ppm=40_000, next_first_day=A_DAY_IN_APRIL)
    group = make_group(opened_on=MARCH)
    delivered_sale(group, 100_00, leader=make_member())
    run(march, admin)

    if change == "a version":
        make_plan(leader_ppm=50_000, first_day=A_DAY_IN_APRIL, plan=version.plan)
    elif change == "who opened the group":
        group.opened_by = make_member()
        group.save()
    second = run(march, admin, whole=change == "asked for")

    assert (second.whole, looked_at(second), added(second)) == (True, [], 0)


def test_a_run_that_left_something_out_is_not_gone_on_from(march, april, admin):
    make_plan(leader_ppm=40_000)
    delivered_sale(make_group(), 100_00, leader=make_member())
    services.start_run(period=march, by=admin, now=END_OF_MARCH)
    close_period(period=march, by=admin, now=END_OF_MARCH)
    drain_all()

    second = run(april, admin)

    assert (second.whole, added(second)) == (True, 4_00)


GROWING = Volume(TierKind.MARGINAL, (20_00, 80_00), (60_000, 100_000))


class Town:
    """Two groups, two rounds in each, and a member's order in every one of them."""

    def __init__(self) -> None:
        self.people = [make_member("周敏"), make_member("王芳")]
        self.groups = [make_group(opened_on=MARCH) for _ in range(2)]
        rounds = [make_round(*self.groups, offers=2) for _ in range(2)]
        self.orders = [
            make_sale(group, 33_33, 12_99, campaign=campaign, door=door, leader=leader, referrer=self.people[1])
            for group, leader in zip(self.groups, self.people, strict=True)
            for campaign in rounds
            for door in ("1-101", "1-102")
        ]
        make_plan(leader_ppm=45_000, referral_1_ppm=20_000, delivery_fee_fen=200, volume=GROWING)

    def something(self, luck: Random, day: date) -> None:
        """One thing that may happen, on that day."""
        order = luck.choice(self.orders)
        delivered = order.facts.filter(kind=FactKind.DELIVERED).aggregate(n=Sum("quantity"))["n"] or 0
        if not delivered:
            deliver(order, on=day, by=luck.choice([None, *self.people]))
        elif luck.random() < 0.3 and not order.facts.filter(kind=FactKind.REFUNDED).exists():
            untick(order, on=day)
        else:
            line = luck.choice(lines_of(order))
            back = line.facts.filter(kind=FactKind.REFUNDED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
            refund(line, luck.randint(0, line.amount_fen + back), on=day)
        if luck.random() < 0.1:
            group = luck.choice(self.groups)
            group.opened_by = luck.choice([None, *self.people])
            group.save()


def test_a_volume_follows_an_order_whose_first_day_came_in_late(march, april, admin):
    """About midnight the later delivery may be recorded first: March's run knows the order by its second fact, April's
    by its first, and the order takes its volume along. Of 50.00 it was 0.45, of 100.00 it is 2.00, of 110.00 2.55."""
    make_plan(leader_ppm=45_000, volume=GROWING)
    group, leader = make_group(), make_member("周敏")
    sale = make_sale(group, 50_00, 50_00, leader=leader)
    for line, day in zip(lines_of(sale), (APRIL, END_OF_MARCH.date()), strict=True):
        fact(line, FactKind.DELIVERED, amount_fen=50_00, quantity=ONE, on=day).save()

    runs = [run(march, admin), run(april, admin)]
    delivered_sale(group, 10_00, leader=leader, on=A_DAY_IN_APRIL)
    runs.append(run(april, admin))

    assert [added(one, rule=Rule.VOLUME) for one in runs] == [45, 1_55, 55]
    assert [one.whole for one in runs] == [True, False, False]
    assert added(run(april, admin, whole=True)) == 0


def test_a_volume_published_while_a_run_waits_is_left_to_the_next_which_looks_at_all_rounds(march, admin):
    """The run looks at one of two rounds, whose 50.00 alone would bring 0.45; of 100.00 it is 2.00."""
    plain = make_plan(leader_ppm=45_000, next_first_day=A_DAY_IN_MARCH)
    group, leader = make_group(), make_member("周敏")
    delivered_sale(group, 50_00, leader=leader)
    run(march, admin)
    delivered_sale(group, 50_00, leader=leader)

    waiting = services.start_run(period=march, by=admin, now=END_OF_MARCH)
    make_plan(leader_ppm=45_000, first_day=A_DAY_IN_MARCH, plan=plain.plan, volume=GROWING)
    drain_all()
    following = run(march, admin)

    assert [one.whole for one in (waiting, following)] == [False, True]
    assert [added(one, rule=Rule.VOLUME) for one in (waiting, following)] == [0, 2_00]


@pytest.mark.parametrize("seed", range(12))
def test_runs_that_go_on_record_what_a_whole_one_would(march, april, admin, seed):
    luck, town = Random(seed), Town()  # noqa: S311 -- to be repeated, not to be secret

    for period, days in ((march, (MARCH, A_DAY_IN_MARCH)), (april, (A_DAY_IN_MARCH, APRIL, A_DAY_IN_APRIL))):
        for _run in range(4):
            for _event in range(luck.randint(0, 4)):
                town.something(luck, luck.choice(days))
            run(period, admin)
    went_on = Run.objects.filter(whole=False).count()
    whole = run(april, admin, whole=True)

    assert went_on
    assert added(whole) == 0
    assert not whole.entries.exists()
