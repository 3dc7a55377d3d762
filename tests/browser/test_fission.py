"""Fission campaigns: planned and started at the desk, read on either size, a coupon used on an order."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.enums import Role
from referrals.models import FissionCampaign
from referrals.rules.rewards import Tier
from referrals.services import make_link, settle_rewards
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES, SIZES
from tests.referrals.rewarding import make_fission, make_newcomer, ordered


@pytest.fixture
def group(site: str):
    return make.make_group()


@pytest.fixture
def operator(group):
    return make.make_user(Role.OPERATOR, name="沈嘉宁")


@pytest.fixture
def wang(group):
    return make.make_member("王芳", group=group)


@pytest.fixture
def campaign(group, operator, wang) -> FissionCampaign:
    """One that runs today, with one referrer rewarded whose newcomer's coupon is available at once."""
    now = timezone.now()
    today = timezone.localdate(now)
    tiers = [Tier(3, 500), Tier(10, 200)]
    campaign = make_fission(by=operator, now=now, first_day=today, last_day=today, hold_days=0, tiers=tiers)
    ordered(make_newcomer(wang, group, "李强", now=now), group, by=operator, now=now)
    settle_rewards(now=now)
    return campaign


def test_a_campaign_is_planned_and_started(strict: Page, visitor, wrong_here, group, operator):
    visitor(user=operator, language="en")
    strict.set_viewport_size(dict(zip(("width", "height"), SIZES["desk"], strict=True)))
    strict.goto(reverse("today"))
    strict.get_by_role("link", name="Fission campaigns").click()
    strict.get_by_role("link", name="Plan a fission campaign").click()

    strict.get_by_label("Title").fill("春季拉新")
    strict.get_by_label("Last day").fill("2099-12-31")
    strict.get_by_label("Budget, ¥").fill("500")
    strict.get_by_label("First order from, ¥").fill("29.90")
    new, referrer = (strict.locator(f"#id_{side}_fen") for side in ("newcomer", "referrer"))
    strict.locator("#id_newcomer_kind").select_option("coupon")
    new.fill("10")
    referrer.fill("8")
    strict.get_by_role("button", name="Save as a draft").click()
    expect(strict.get_by_text("Say for how many days the coupon is valid.").first).to_be_visible()
    assert wrong_here() == []
    strict.locator("#id_newcomer_least").fill("29.90")
    strict.locator("#id_newcomer_days").fill("30")
    strict.locator("#id_tier_0_upto").fill("3")
    strict.locator("#id_tier_0_extra").fill("5")
    strict.get_by_role("button", name="Save as a draft").click()

    expect(strict.get_by_text("The first 3 referrers")).to_be_visible()
    strict.get_by_role("button", name="Start it").click()
    expect(strict.get_by_role("button", name="End it")).to_be_visible()
    assert FissionCampaign.objects.get().state == "running"


def test_a_coupon_is_used_on_the_page_of_an_order(strict: Page, visitor, group, operator, campaign):
    member = wangs_newcomer(campaign)
    order = ordered(member, group, 4000, by=operator, now=timezone.now(), paid=False)
    visitor(user=operator, language="en")
    strict.goto(reverse("orders:order_detail", args=[order.pk]))

    strict.get_by_role("button", name="Use the coupon of ¥10.00").click()

    expect(strict.get_by_text("¥30.00 due")).to_be_visible()
    expect(strict.get_by_text("the house gives it")).to_be_visible()
    expect(strict.get_by_role("button", name="Use the coupon")).to_have_count(0)


def wangs_newcomer(campaign: FissionCampaign):
    return campaign.qualifications.get().referee


def test_everybody_can_use_the_pages(wrong_on, group, operator, wang, campaign):
    link = make_link(member=wang, group=group, by=operator, now=timezone.now())
    draft = make_fission(by=operator, started=False)
    order = ordered(wangs_newcomer(campaign), group, 4000, by=operator, now=timezone.now(), paid=False)
    pages = [reverse("referrals:fission_list"), reverse("referrals:fission_create")]
    pages += [reverse("referrals:fission_detail", args=[one.pk]) for one in (campaign, draft)]
    pages += [reverse("referrals:fission_change", args=[draft.pk]), reverse("orders:order_detail", args=[order.pk])]
    pages += [reverse("orders:balance", args=[order.member_id])]

    wrong = wrong_on(operator, *pages)
    wrong += wrong_on(make.make_user(Role.AUDITOR), pages[0], pages[2])
    wrong += wrong_on(None, f"/j/{link.code}")

    assert wrong == []


def test_the_pages_are_light(visitor, weight, group, operator, wang, campaign):
    link = make_link(member=wang, group=group, by=operator, now=timezone.now())
    visitor()
    assert weight(f"/j/{link.code}") <= LEADER_BYTES
    visitor(user=operator)
    for name, args in (("fission_list", []), ("fission_create", []), ("fission_detail", [campaign.pk])):
        assert weight(reverse(f"referrals:{name}", args=args)) <= DESK_BYTES, name
