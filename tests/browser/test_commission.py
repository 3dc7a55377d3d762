"""The pages of commission: everybody can use them, on phone and desk, and they are light."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.enums import Role
from core.jobs import drain_all
from ledger.services import open_period
from referrals import services
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
        pool_cap_ppm=60_000,
        development_ppm=10_000,
        development_days=90,
        product_ppm={sale.lines.first().offer.product_id: None},
    )
    draft = services.create_version(plan=published.plan, terms=terms, by=admin)
    services.try_version(version=draft, periods=[period], by=admin, now=now)
    drain_all()
    return draft


def test_everybody_can_use_the_pages_of_plans_on_phone_and_desk(wrong_on, weight, visitor, admin, tried):
    pages = [
        reverse("referrals:plan_list"),
        reverse("referrals:version_create"),
        reverse("referrals:version_detail", args=[tried.pk]),
    ]

    assert wrong_on(admin, *pages) == []
    visitor(user=admin)
    assert max(weight(url) for url in pages) <= DESK_BYTES
