"""录单 in a browser: paste a chain, settle what is doubtful, confirm, undo."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from orders.models import Offer, Order
from tests import factories as make
from tests.browser.steps import LEADER_BYTES, paste

CHAIN = """#接龙
周五鲜果团
1. 6-1201 王姐 草莓2盒
2. 小鱼儿 9-301 脐橙3斤
3. 7-801 老周 芒果3斤
4. 8-204 刘畅 草莓
"""


@pytest.fixture
def leader(site):
    group = make.make_group()
    make.make_member("王姐", group=group, door="6-1201")
    campaign = make.make_campaign(group, cuts_off_at=timezone.now() + timedelta(hours=9))
    make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990, aliases=["草莓"])
    make.make_offer(campaign, "赣南脐橙", unit="斤", price_fen=690, aliases=["脐橙"])
    return make.make_leader(group)


def test_a_chain_is_pasted_settled_confirmed_and_undone(sized: Page, site, visitor, leader, axe):
    visitor(user=leader.user, language="en")

    paste(sized, CHAIN)
    expect(sized.get_by_text("No product matches “芒果”")).to_be_visible()
    expect(sized.get_by_role("button", name="Confirm 3 orders")).to_be_visible()
    assert axe(sized) == []

    row = sized.locator("article", has_text="老周")
    row.get_by_label("“芒果” is").select_option(label="赣南脐橙")
    row.get_by_role("button", name="Take it like this").click()
    sized.get_by_role("button", name="Confirm 4 orders").click()

    expect(sized.get_by_role("heading", name="4 orders are in")).to_be_visible()
    assert axe(sized) == []
    assert Order.objects.filter(state="placed").count() == 4

    sized.get_by_role("button", name="Undo this batch").click()
    expect(sized.get_by_text("The batch is undone")).to_be_visible()
    assert Order.objects.filter(state="placed").count() == 0


def test_of_two_branches_both_count_until_one_is_chosen_and_what_does_not_fit_comes_first(
    sized: Page, site, visitor, leader, axe
):
    Offer.objects.filter(name="丹东草莓").update(stock=3)
    visitor(user=leader.user, language="en")
    paste(sized, "#接龙\n1. 6-1201 王姐 草莓2盒\n2. 小鱼儿 9-301 脐橙3斤")
    sized.get_by_role("button", name="Confirm 2 orders").click()

    sized.get_by_role("link", name="Paste the next text").click()
    paste(sized, "#接龙\n1. 6-1201 王姐 草莓2盒\n2. 老周 7-801 脐橙2斤\n3. 刘畅 8-204 草莓2盒")
    expect(sized.locator("article").first).to_contain_text("Only 1 盒 of “丹东草莓” are left.")
    expect(sized.get_by_text("1 order is only in the other one")).to_be_visible()
    assert axe(sized) == []
    sized.get_by_role("button", name="Only this text is valid: cancel 1 order").click()
    expect(sized.get_by_role("button", name="Confirm 2 orders")).to_be_visible()
    sized.get_by_role("button", name="Both count after all").click()
    sized.get_by_role("button", name="Confirm 1 order").click()

    expect(sized.get_by_text("1 row is not in the orders yet.")).to_be_visible()
    assert axe(sized) == []
    assert Order.objects.filter(state="placed").count() == 3
    sized.get_by_role("button", name="Settle what is left").click()
    row = sized.locator("article", has_text="刘畅")
    row.get_by_label("How much").fill("1")
    row.get_by_role("button", name="Take it like this").click()
    sized.get_by_role("button", name="Confirm 1 order").click()

    expect(sized.get_by_role("heading", name="1 order is in")).to_be_visible()
    assert Order.objects.filter(state="placed").count() == 4


def test_everybody_can_use_the_paste_page_on_phone_and_desk(strict: Page, site, leader, wrong_on):
    assert wrong_on(leader.user, "/jielong/") == []
    expect(strict.get_by_role("textbox")).to_be_visible()


def test_what_was_typed_survives_leaving_the_page(strict: Page, site, visitor, leader):
    visitor(user=leader.user, language="en")
    strict.goto("/jielong/")
    strict.get_by_role("textbox").fill("1. 王姐 草莓2盒")

    strict.goto("/me/")
    strict.goto("/jielong/")

    expect(strict.get_by_role("textbox")).to_have_value("1. 王姐 草莓2盒")


def test_the_preview_of_a_hundred_rows_keeps_to_the_leaders_budget(page: Page, site, visitor, leader, weight):
    visitor(user=leader.user)
    page.goto("/jielong/")
    rows = "\n".join(f"{n}. {n}-101 邻居{n} 草莓{n % 3 + 1}盒" for n in range(1, 101))
    page.get_by_role("textbox").fill(f"#接龙\n{rows}")
    page.locator(".action-bar button").click()
    page.wait_for_load_state("networkidle")

    assert weight(page.url) <= LEADER_BYTES
