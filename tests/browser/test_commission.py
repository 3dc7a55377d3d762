"""The pages of commission: everybody can use them, on phone and desk, and they are light."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from community.models import Group
from core.enums import Role
from core.jobs import drain_all
from ledger.services import open_period
from referrals import services
from referrals.models import Run
from referrals.rules.tiers import TierKind, Volume
from tests import factories as make
from tests.browser.steps import DESK_BYTES
from tests.referrals.sales import delivered_sale, make_plan

pytestmark = pytest.mark.browser


@pytest.fixture
def admin():
    return make.make_user(Role.ADMIN, name="钱会计")


@pytest.fixture
def tried(site: str, admin):
    """A draft with everything a version can pay, tried on a month in which something was delivered."""
    now = timezone.now()
    period = open_period(month=timezone.localdate(now), by=admin, now=now)
    group = make.make_group()
    leader, friend = make.make_leader(group, name="周敏"), make.make_member("王芳", group=group)
    sale = delivered_sale(group, 100_00, 50_00, leader=leader, referrer=friend, on=timezone.localdate(now))
    published = make_plan(leader_ppm=40_000, referral_1_ppm=20_000, delivery_fee_fen=200)
    terms = services.Terms(
        first_day=timezone.localdate(now) + timedelta(days=30),
        last_day=None,
        leader_ppm=45_000,
        delivery_fee_fen=150,
        delivery_cap_fen=60_00,
        referral_1_ppm=10_000,
        referral_2_ppm=5_000,
        pool_cap_ppm=120_000,
        development_ppm=10_000,
        development_days=90,
        seed_ppm=5_000,
        product_ppm={sale.lines.first().offer.product_id: None},
        group_ppm={group.pk: 35_000},
        person_ppm={leader.pk: 60_000},
        volume=Volume(TierKind.SLAB, (50_00, 100_00), (50_000, 55_000)),
    )
    draft = services.create_version(plan=published.plan, terms=terms, by=admin)
    services.try_version(version=draft, periods=[period], by=admin, now=now)
    drain_all()
    return draft


@pytest.fixture
def explained(site: str, admin) -> list[int]:
    """Orders that pay by volume and shared, and by contract; run by a colleague. Their ids."""
    now = timezone.now()
    today = timezone.localdate(now)
    period = open_period(month=today, by=admin, now=now)
    group = make.make_group()
    leader, contracted = make.make_leader(group, name="周敏"), make.make_member("许诺", group=group)
    make.make_share(group, make.make_member("何悦", group=group), 400_000)
    volume = Volume(TierKind.MARGINAL, (50_00, 100_00), (50_000, 55_000))
    make_plan(leader_ppm=40_000, seed_ppm=5_000, person_ppm={contracted: 60_000}, volume=volume)
    seed = make.make_member("吴桐", group=group)
    sales = [delivered_sale(group, 150_00, leader=who, seed=seed, on=today) for who in (leader, contracted)]
    services.start_run(period=period, by=make.make_user(Role.ADMIN, name="孙会计"), now=now)
    drain_all()
    return [sale.pk for sale in sales]


def test_everybody_can_use_why_and_the_review_of_what_plans_say_more_of(wrong_on, admin, explained):
    pages = [reverse("referrals:why", args=[pk]) for pk in explained]
    pages += [reverse("referrals:run_detail", args=[Run.objects.get().pk]), reverse("community:group_list")]
    pages += [reverse("community:group_detail", args=[Group.objects.get().pk])]

    assert wrong_on(admin, *pages) == []


def test_everybody_can_use_the_pages_of_plans_on_phone_and_desk(wrong_on, weight, visitor, admin, tried):
    pages = [
        reverse("referrals:plan_list"),
        reverse("referrals:version_create"),
        reverse("referrals:version_detail", args=[tried.pk]),
    ]

    assert wrong_on(admin, *pages) == []
    visitor(user=admin)
    assert max(weight(url) for url in pages) <= DESK_BYTES
