"""What if: a draft on past sales says what a run would record if it were published, and books nothing."""

from datetime import date

import pytest
from django.db.models import Sum
from django.urls import reverse

from community.models import Group
from core.enums import JobState, Role
from core.jobs import drain_all
from core.models import Job, User
from ledger.models import Entry, Period
from referrals import services
from referrals.models import CommissionEntry, PlanVersion
from referrals.queries import compare, paid_on, trial_of
from referrals.rules.tiers import TierKind, Volume
from tests.factories import make_group, make_member, make_share, make_user
from tests.referrals.sales import (
    A_DAY_IN_APRIL,
    APRIL,
    END_OF_APRIL,
    MARCH,
    MAY,
    deliver,
    delivered_sale,
    lines_of,
    make_period,
    make_plan,
    make_sale,
    refund,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMIN, name="李会计")


@pytest.fixture
def march() -> Period:
    return make_period(MARCH, APRIL)


@pytest.fixture
def april() -> Period:
    return make_period(APRIL, MAY)


@pytest.fixture
def sales():
    """周敏 leads, 王芳 brought the first buyer. March: 100.00 and 50.00, 20.00 of it given back; April: 30.00."""
    leader, friend = make_member("周敏"), make_member("王芳")
    group = make_group()
    delivered_sale(group, 100_00, leader=leader, referrer=friend)
    second = delivered_sale(group, 50_00, leader=leader)
    refund(lines_of(second)[0], 20_00)
    deliver(make_sale(group, 30_00, leader=leader), on=A_DAY_IN_APRIL)
    return leader.pk, friend.pk


def make_draft(plan: PlanVersion, **terms: object) -> PlanVersion:
    nothing = {"leader_ppm": 0, "delivery_fee_fen": 0, "delivery_cap_fen": None, "referral_1_ppm": 0}
    asked = services.Terms(**{"first_day": APRIL, "last_day": None} | nothing | terms)
    return services.create_version(plan=plan.plan, terms=asked, by=make_user(Role.ADMIN))


def test_a_period_is_paid_by_what_was_in_force_or_by_the_draft(sales, march):
    """In force 4 % and 2 %: 周敏 4.00 + 2.00 − 0.80, 王芳 2.00. The draft, 5 % and 1 %: 5.00 + 2.50 − 1.00 and 1.00."""
    leader, friend = sales
    published = make_plan(leader_ppm=40_000, referral_1_ppm=20_000)
    draft = make_draft(published, leader_ppm=50_000, referral_1_ppm=10_000)

    assert paid_on([march]) == {leader: 5_20, friend: 2_00}
    assert paid_on([march], trial=draft) == {leader: 6_50, friend: 1_00}


def test_only_the_chosen_periods_count_and_the_draft_stands_only_for_their_days(sales, march, april):
    """April's 30.00 at 4 % is 1.20, at 5 % it is 1.50."""
    leader, friend = sales
    draft = make_draft(make_plan(leader_ppm=40_000, referral_1_ppm=20_000), leader_ppm=50_000)

    assert paid_on([april]) == {leader: 1_20}
    assert paid_on([march, april], trial=draft) == {leader: 6_50 + 1_50}
    assert paid_on([april, march]) == {leader: 6_40, friend: 2_00}


def test_what_the_trial_says_is_what_the_run_records_once_the_draft_is_in_force(sales, march, april, admin):
    published = make_plan(leader_ppm=40_000, referral_1_ppm=20_000, next_first_day=APRIL)
    draft = make_draft(published, leader_ppm=33_333, referral_1_ppm=15_001, delivery_fee_fen=150)
    said = paid_on([april], trial=draft)

    services.publish_version(version=draft, by=admin, now=END_OF_APRIL)
    services.start_run(period=april, by=admin, now=END_OF_APRIL)
    drain_all()

    recorded = CommissionEntry.objects.filter(clock_day__gte=APRIL).values_list("beneficiary", "amount_fen")
    totals: dict[int, int] = {}
    for member, fen in recorded:
        totals[member] = totals.get(member, 0) + fen
    assert said == totals


def test_a_trial_of_a_volume_says_what_the_run_records_whoever_is_paid_by_it(sales, march, april, admin):
    """周敏 sold 130.00 in March. The draft pays 5 % of it, and 8 % above 100.00: 6.50 and 0.90. Half of the 6.50 are of
    何悦, who leads beside her; the first buyer's friend has 2 % of 100.00."""
    leader, friend = sales
    beside = make_share(Group.objects.get(), make_member("何悦"), 500_000).member_id
    published = make_plan(leader_ppm=40_000, first_day=APRIL)
    volume = Volume(TierKind.MARGINAL, (100_00,), (80_000,))
    draft = make_draft(
        published, first_day=MARCH, last_day=date(2026, 3, 31), leader_ppm=50_000, referral_1_ppm=20_000, volume=volume
    )
    said = paid_on([march], trial=draft)

    services.publish_version(version=draft, by=admin, now=END_OF_APRIL)
    services.start_run(period=march, by=admin, now=END_OF_APRIL)
    drain_all()

    recorded = CommissionEntry.objects.values_list("beneficiary").annotate(fen=Sum("amount_fen")).order_by()
    assert said == dict(recorded) == {leader: 3_25 + 90, beside: 3_25, friend: 2_00}


def test_a_trial_is_a_job_that_books_nothing(sales, march, admin):
    leader, friend = sales
    draft = make_draft(make_plan(leader_ppm=40_000, referral_1_ppm=20_000), leader_ppm=50_000)

    job = services.try_version(version=draft, periods=[march], by=admin, now=END_OF_APRIL)
    drain_all()
    job.refresh_from_db()
    trial = trial_of(job)

    assert [(one.member.pk, one.today_fen, one.trial_fen) for one in trial.earners] == [
        (friend, 2_00, 0),
        (leader, 5_20, 6_50),
    ]
    assert (trial.today_fen, trial.trial_fen, trial.difference_fen) == (7_20, 6_50, -70)
    assert (trial.winners, trial.losers, trial.unchanged) == (1, 1, 0)
    assert [(bar.left, bar.width) for bar in trial.bars] == [(0, 50), (50, 32.5)]
    assert not CommissionEntry.objects.exists()
    assert not Entry.objects.exists()


def test_a_trial_names_its_periods(march, admin):
    draft = make_draft(make_plan(leader_ppm=40_000))

    with pytest.raises(services.NoPeriodToTry):
        services.try_version(version=draft, periods=[], by=admin, now=END_OF_APRIL)


def test_nobody_earned_anything_in_a_period_without_deliveries(april):
    assert compare([april], make_draft(make_plan(leader_ppm=40_000)))["earners"] == []


def test_the_page_of_a_version_asks_for_a_trial_and_shows_it(client, sales, march, admin, django_assert_num_queries):
    draft = make_draft(make_plan(leader_ppm=40_000, referral_1_ppm=20_000), leader_ppm=50_000)
    client.force_login(admin)
    client.cookies["django_language"] = "en"
    page = reverse("referrals:version_detail", args=[draft.pk])

    answer = client.post(reverse("referrals:version_try", args=[draft.pk]), {"periods": [march.pk]})
    waiting = client.get(page, headers={"HX-Request": "true"}).content.decode()
    drain_all()
    found = client.get(page).content.decode()

    assert answer.url == page
    assert 'hx-trigger="every 1s"' in waiting
    assert "1 would get more, 1 less, 0 the same" in found
    assert Job.objects.get(kind=services.PLAN_TRIAL).state == JobState.DONE
    with django_assert_num_queries(12):
        client.get(page)
    assert client.post(reverse("referrals:version_try", args=[draft.pk]), {}).status_code == 422
