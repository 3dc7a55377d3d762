"""Every component at once, on a desk and on a phone: what a page is made of is accessible and behaves."""

import re
from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from core.enums import Role
from tests.browser.steps import DESK_BYTES, LEADER_BYTES, Look
from tests.factories import make_user

ROLES = {"desk": Role.OPERATOR, "phone": Role.LEADER}
BUDGETS = {"desk": DESK_BYTES, "phone": LEADER_BYTES}


@pytest.fixture(autouse=True)
def component_pages(site: str) -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.browser.components.urls"):
        yield


def test_everybody_can_use_the_components_on_phone_and_desk_and_they_are_light(visitor, weight, wrong_on):
    """All that a page is made of, in every combination of size and theme."""
    looks = [
        Look(size, theme, "en" if size == "phone" else "zh-hans")
        for size in ("phone", "desk")
        for theme in ("light", "dark")
    ]
    for name, role in ROLES.items():
        user, address = make_user(role), f"/components/{name}/"
        assert wrong_on(user, address, looks=looks) == []
        visitor(user=user)
        assert weight(address) <= BUDGETS[name]


def test_a_form_with_many_errors_sums_them_up_and_ties_each_to_its_field(strict: Page, visitor, axe):
    visitor(user=make_user(), language="en")
    strict.goto("/components/desk/")

    strict.locator("form[method=post]").last.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")

    expect(strict.get_by_role("alert")).to_contain_text("4 things to put right")
    expect(strict.get_by_role("alert")).to_be_focused()
    expect(strict.get_by_role("alert").get_by_role("link", name="Payment")).to_have_attribute("href", "#id_way")
    expect(strict.get_by_label("Title")).to_have_accessible_description(
        "Members read this first. This field is required."
    )
    assert axe(strict) == []


def test_the_palette_opens_by_key_narrows_and_goes(strict: Page, visitor):
    visitor(user=make_user(Role.LEADER), language="en")
    strict.goto("/components/desk/")

    strict.keyboard.press("Control+k")
    options = strict.get_by_role("option")
    expect(strict.get_by_role("combobox", name="Search or go to…")).to_be_focused()
    strict.keyboard.type("me")
    expect(options.filter(visible=True)).to_have_count(1)
    strict.keyboard.press("Enter")

    expect(strict).to_have_url("/me/")


def test_the_palette_says_when_nothing_matches(strict: Page, visitor):
    visitor(user=make_user(), language="en")
    strict.goto("/components/desk/")

    strict.keyboard.press("/")
    strict.keyboard.type("zzzz")

    expect(strict.get_by_text("Nothing by that name")).to_be_visible()


def test_choosing_rows_shows_how_many(strict: Page, visitor):
    visitor(user=make_user(), language="en")
    strict.goto("/components/desk/")

    strict.get_by_label("Row 1", exact=True).check()
    strict.get_by_label("Row 2", exact=True).check()
    expect(strict.locator("[data-bulk]")).to_contain_text("2 selected")
    strict.get_by_label("All", exact=True).check()
    expect(strict.locator("[data-bulk]")).to_contain_text("5 selected")
    strict.get_by_label("All", exact=True).uncheck()

    expect(strict.locator("[data-bulk]")).to_be_hidden()


def test_a_chart_is_read_by_arrow_keys(strict: Page, visitor):
    visitor(user=make_user(), language="en")
    strict.goto("/components/desk/")
    tip = strict.locator(".plot-tip")

    strict.locator("[data-chart]").focus()
    strict.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("11/16")
    expect(tip).to_contain_text("¥186,420")
    strict.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("11/9")
    strict.keyboard.press("Escape")

    expect(tip).to_be_hidden()


def test_a_card_moves_across_the_board_by_key(strict: Page, visitor):
    visitor(user=make_user(), language="en")
    strict.goto("/components/desk/")

    strict.locator("#card-1").focus()
    strict.keyboard.press("ArrowRight")

    expect(strict.get_by_role("region", name="Column b")).to_contain_text("林婉清")


def test_a_draft_stays_on_the_device(strict: Page, visitor):
    visitor(user=make_user(Role.LEADER))
    strict.goto("/components/phone/")

    strict.locator("#text").fill("1. 6-1201 王姐 草莓2盒")
    strict.reload()

    expect(strict.locator("#text")).to_have_value("1. 6-1201 王姐 草莓2盒")


def test_what_was_done_is_said_and_can_be_dismissed(strict: Page, visitor):
    visitor(user=make_user(), language="en")
    strict.goto("/components/desk/?say=11+orders+saved")
    toast = strict.get_by_role("status").filter(has_text="11 orders saved")

    expect(toast.get_by_role("button", name="Undo")).to_be_visible()
    toast.get_by_role("button", name="Dismiss").click()

    expect(toast).to_be_hidden()


@pytest.mark.parametrize(
    ("kind", "said"),
    [("text/plain; charset=utf-8", "有人正在改同一项"), ("text/html; charset=utf-8", "That didn't go through")],
)
def test_a_fragment_that_cannot_be_had_is_said_in_the_servers_words_or_ours(page: Page, visitor, kind: str, said: str):
    visitor(user=make_user(), language="en")
    page.goto("/groups/")
    page.route(
        re.compile(r"/groups/\?.*q="),
        lambda route: route.fulfill(status=503, content_type=kind, body="有人正在改同一项"),
    )

    page.get_by_label("Find a group").fill("锦")

    expect(page.get_by_role("status")).to_have_text(re.compile(said))


def test_the_menu_of_a_phone_opens_without_script(browser, base_url, site, visitor, context):
    visitor(user=make_user(), language="en")
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}, base_url=base_url)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto("/components/desk/")

    page.get_by_role("link", name="Open the menu").click()

    expect(page.get_by_role("link", name="Close the menu")).to_be_visible()
    plain.close()
