"""手动录单 in a browser: find, tap, save, next; taken back; without JavaScript too."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from orders.models import Order, OrderLine
from tests import factories as make
from tests.browser.steps import LEADER_BYTES

TARGET = 44


@pytest.fixture
def group(site):
    return make.make_group()


@pytest.fixture
def campaign(group):
    campaign = make.make_campaign(group, cuts_off_at=timezone.now() + timedelta(hours=9))
    make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990, stock=Decimal(3))
    make.make_offer(campaign, "赣南脐橙", unit="斤", price_fen=690)
    return campaign


@pytest.fixture
def leader(group, campaign):
    make.make_member("王芳", group=group, door="3-1701")
    make.make_member("刘畅", group=group, door="8-204")
    return make.make_leader(group)


def test_an_order_is_found_tapped_saved_and_taken_back(sized: Page, visitor, leader, axe):
    visitor(user=leader.user, language="en")
    sized.goto("/quick/")
    expect(sized.get_by_role("searchbox")).to_be_focused()
    assert axe(sized) == []

    sized.keyboard.type("wf")
    expect(sized.locator("#found li")).to_have_count(1)
    assert axe(sized) == []
    sized.get_by_role("link", name="王芳 3-1701").click()

    sized.get_by_role("button", name="More 丹东草莓").click(click_count=2)
    sized.get_by_role("button", name="More 赣南脐橙").click(click_count=3)
    sized.get_by_role("button", name="Less 赣南脐橙").click()
    expect(sized.get_by_label("赣南脐橙", exact=True)).to_have_value("1")
    expect(sized.locator("[data-sum]")).to_have_text("¥66.70")
    assert axe(sized) == []
    sized.get_by_role("button", name="Save and next").click()

    expect(sized.get_by_role("searchbox")).to_be_focused()
    expect(sized.get_by_role("heading", name="Entered today")).to_be_visible()
    assert axe(sized) == []
    assert sorted(OrderLine.objects.values_list("amount_fen", flat=True)) == [690, 5980]

    sized.get_by_role("button", name="Undo 王芳").click()
    expect(sized.get_by_text("王芳, ¥66.70: taken back.")).to_be_visible()
    assert Order.objects.get().state == "cancelled"


def test_a_refusal_is_tied_to_its_line(sized: Page, visitor, leader, campaign, group, axe):
    visitor(user=leader.user, language="en")
    sized.goto("/quick/?q=wf")

    sized.get_by_label("丹东草莓", exact=True).fill("4")
    sized.keyboard.press("Enter")

    expect(sized.get_by_text("Only 3 盒 of “丹东草莓” are left.")).to_be_visible()
    field = sized.get_by_label("丹东草莓", exact=True)
    expect(field).to_have_value("4")
    expect(field).to_have_accessible_description("Only 3 盒 of “丹东草莓” are left.")
    assert axe(sized) == []


def test_somebody_new_is_entered_from_the_search(sized: Page, visitor, leader, axe):
    visitor(user=leader.user, language="en")
    sized.goto("/quick/")

    sized.keyboard.type("9-301")
    sized.get_by_role("link", name="New member").click()
    expect(sized.get_by_label("Door")).to_have_value("9-301")
    assert axe(sized) == []
    sized.get_by_label("Name").fill("小鱼儿")
    sized.get_by_role("button", name="More 丹东草莓").click()
    sized.get_by_role("button", name="Save and next").click()

    expect(sized.get_by_role("searchbox")).to_be_focused()
    assert Order.objects.get().door == "9-301"


def test_two_taps_on_save_order_once(strict: Page, visitor, leader):
    visitor(user=leader.user, language="en")
    strict.goto("/quick/?q=wf")
    strict.get_by_role("button", name="More 丹东草莓").click()

    strict.get_by_role("button", name="Save and next").dblclick(no_wait_after=True)

    expect(strict.get_by_role("heading", name="Entered today")).to_be_visible()
    assert OrderLine.objects.get().quantity == 1


def test_every_target_is_as_big_as_a_thumb(strict: Page, visitor, leader):
    strict.set_viewport_size({"width": 390, "height": 844})
    visitor(user=leader.user, language="en")
    strict.goto("/quick/?q=wf")

    sizes = strict.locator("main button:visible, main input:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"
    )

    assert len(sizes) == 8
    assert min(sizes) >= TARGET


def test_it_works_without_javascript(browser: Browser, site, visitor, context, leader):
    visitor(user=leader.user, language="en")
    plain = browser.new_context(java_script_enabled=False, base_url=site, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto("/quick/")
    page.get_by_role("searchbox").fill("1701")
    page.get_by_role("button", name="Find").click()

    expect(page.get_by_role("button", name="More 丹东草莓")).to_have_count(0)
    page.get_by_label("丹东草莓", exact=True).fill("2")
    page.get_by_role("button", name="Save and next").click()

    expect(page.get_by_role("heading", name="Entered today")).to_be_visible()
    plain.close()
    assert OrderLine.objects.get().quantity == 2


def test_search_and_order_keep_to_the_leaders_budget(page: Page, visitor, leader, campaign, group, weight):
    for number in range(20):
        make.make_offer(campaign, f"商品{number}", price_fen=990)
        make.make_member("王芳", group=group, door=f"5-{number}01")
    visitor(user=leader.user)
    member = group.memberships.get(door="3-1701").member_id

    weights = [weight("/quick/?q=wf"), weight(f"/quick/{campaign.pk}/{group.pk}/{member}/")]

    assert max(weights) <= LEADER_BYTES, weights
