"""Ordering without an account, on a phone: from the campaign's page to the own order and back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from community.models import Member
from orders.models import Order
from orders.views.public import token_of
from tests import factories as make
from tests.browser.steps import LEADER_BYTES
from tests.factories import order_for


@pytest.fixture
def campaign(site: str):
    """Two groups, five goods, one of them nearly gone."""
    groups = make.make_group(), make.make_group("田林一群", neighbourhood=make.make_neighbourhood("田林十二村"))
    now = timezone.now()
    clock = {"opens_at": now - timedelta(days=1), "cuts_off_at": now + timedelta(hours=9)}
    campaign = make.make_campaign(*groups, **clock, delivers_on=timezone.localdate())
    make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990, stock=2)
    for name in ("赣南脐橙", "红富士苹果", "云南蓝莓", "阳光玫瑰"):
        make.make_offer(campaign, name, price_fen=690)
    return campaign


def test_a_member_orders_and_changes_it_on_the_phone(strict: Page, visitor, axe, campaign):
    visitor(language="en")
    strict.set_viewport_size({"width": 390, "height": 844})
    strict.goto(f"/c/{campaign.code}/")
    assert axe(strict) == []

    for _time in range(3):
        strict.get_by_role("button", name="More 丹东草莓").click()
    expect(strict.get_by_label("丹东草莓", exact=True)).to_have_value("2")  # there are no more
    strict.get_by_label("赣南脐橙", exact=True).fill("1.5")
    expect(strict.locator("[data-sum]")).to_have_text("¥70.15")  # 59.80 + 10.35
    strict.get_by_role("button", name="More 赣南脐橙").click()
    expect(strict.get_by_label("赣南脐橙", exact=True)).to_have_value("2.5")
    strict.get_by_label("Neighbourhood").select_option("田林十二村")
    strict.get_by_label("Door").fill("3-1701")
    strict.get_by_label("Name").fill("王芳 🌸")
    strict.get_by_label("Phone").fill("123")
    strict.get_by_role("button", name="Place order").click()
    expect(strict.get_by_text("Write a mobile number")).to_be_visible()
    assert axe(strict) == []
    strict.get_by_label("Phone").fill("138 0000 0000")
    strict.get_by_role("button", name="Place order").click()

    expect(strict.get_by_role("heading", name="My order")).to_be_visible()
    assert axe(strict) == []
    assert strict.evaluate("document.documentElement.scrollWidth") <= 390
    small = (
        "[...document.querySelectorAll('.stepper > *')].filter((one) => one.getBoundingClientRect().height < 44).length"
    )
    assert strict.evaluate(small) == 0

    strict.get_by_role("button", name="Less 丹东草莓").click()
    strict.get_by_role("button", name="Save the change").click()
    expect(strict.get_by_text("Saved.")).to_be_visible()
    strict.get_by_role("link", name="To the campaign").click()
    strict.get_by_role("link", name="See my order").click()
    expect(strict.get_by_text("1 盒 × ¥29.90")).to_be_visible()
    assert (Order.objects.get().group.name, Member.objects.get().name) == ("田林一群", "王芳 🌸")


def test_without_javascript_the_order_gets_through(browser, site, campaign):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site}/c/{campaign.code}/")

    expect(page.locator("[data-by]").first).to_be_hidden()
    page.locator(".stepper input").first.fill("1")
    page.locator("#id_group").select_option("田林十二村")
    page.locator("#id_door").fill("3-1701")
    page.locator("#id_name").fill("王芳")
    page.locator("#id_phone").fill("13800000000")
    page.locator("form button.primary").click()

    expect(page.locator("h1")).to_be_visible()
    assert "/mine/" in page.url
    context.close()


def test_the_pages_are_light(visitor, weight, campaign):
    visitor()
    offer = campaign.offers.first()
    order = order_for(make.make_member(), (offer, 1), group=campaign.groups.first(), now=timezone.now())

    for address in (f"/c/{campaign.code}/", f"/c/{campaign.code}/mine/{token_of(order)}/"):
        assert weight(address) <= LEADER_BYTES, address
