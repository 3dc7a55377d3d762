"""⌘K in a browser: rows are found and gone to by keys."""

import re

import pytest
from playwright.sync_api import Page, expect

from community.models import Member
from core.enums import Role
from tests import factories as make


@pytest.fixture
def member(site: str) -> Member:
    group = make.make_group()
    make.make_member("王敏", group=group, door="7-301")
    return make.make_member("王芳", group=group, door="6-1201")


@pytest.fixture
def operator(member, visitor) -> None:
    visitor(user=make.make_user(Role.OPERATOR), language="en")


def test_a_member_is_found_and_gone_to_by_keys(sized: Page, operator, member, axe):
    sized.goto("/groups/")

    sized.keyboard.press("Control+k")
    sized.keyboard.type("w")
    found = sized.get_by_role("option").filter(has_text="王")
    expect(found).to_have_count(2)
    assert axe(sized) == []
    assert sized.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sized.keyboard.type("f")

    expect(found).to_have_count(1)
    expect(found).to_have_attribute("aria-selected", "true")
    expect(sized.get_by_role("combobox")).to_have_attribute("aria-activedescendant", found.get_attribute("id"))
    sized.keyboard.press("Enter")

    expect(sized).to_have_url(f"/members/{member.pk}/")


def test_enter_never_goes_to_a_row_that_fewer_letters_found(strict: Page, operator):
    strict.goto("/groups/")
    strict.keyboard.press("Control+k")
    strict.keyboard.type("wm")
    expect(strict.get_by_role("option", name="王敏")).to_be_visible()
    held = []
    strict.route(re.compile("q=wmx"), lambda route: held.append(route))

    with strict.expect_request(re.compile("q=wmx")):
        strict.keyboard.type("x")
    strict.keyboard.press("Enter")

    expect(strict.get_by_role("option")).to_have_count(0)
    expect(strict.get_by_text("Nothing by that name")).to_be_hidden()  # nobody knows yet
    held[0].continue_()
    expect(strict.get_by_text("Nothing by that name")).to_be_visible()
    expect(strict).to_have_url("/groups/")


def test_what_is_chosen_stays_chosen_when_rows_arrive(strict: Page, operator):
    strict.goto("/groups/")
    held = []
    strict.route(re.compile("q=m"), lambda route: held.append(route))
    strict.keyboard.press("Control+k")

    with strict.expect_request(re.compile("q=m")):
        strict.keyboard.type("m")
    strict.keyboard.press("ArrowDown")
    chosen = strict.locator("[role=option][aria-selected=true]").get_attribute("id")
    held[0].continue_()

    expect(strict.get_by_role("option", name="王敏")).to_be_visible()
    expect(strict.locator(f"#{chosen}")).to_have_attribute("aria-selected", "true")
