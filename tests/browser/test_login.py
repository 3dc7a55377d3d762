"""The login page, which everybody sees first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_user

LANGUAGES = {"zh-hans": "登录", "zh-hant": "登入", "en": "Sign in"}
LEADER_BUDGET = 40_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_login_page_is_accessible_and_breaks_no_policy(sized: Page, site: str, visitor, axe, theme, language):
    visitor(language=language, theme=theme)

    sized.goto("/login/")

    expect(sized.get_by_role("heading", level=1)).to_have_text(LANGUAGES[language])
    assert axe(sized) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_login_page_fits_320_pixels(strict: Page, site: str, visitor, language):
    visitor(language=language)
    strict.set_viewport_size({"width": 320, "height": 640})

    strict.goto("/login/")

    assert strict.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_login_page_keeps_to_the_phone_budget(site: str, weight: Callable[[str], int]):
    assert weight("/login/") <= LEADER_BUDGET


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(strict: Page, site: str, visitor):
    visitor(language="en")
    strict.goto("/login/")

    strict.get_by_label("Username").fill("wang")
    strict.get_by_label("Password").fill("wrong")
    strict.get_by_role("button", name="Sign in").click()

    expect(strict.get_by_text("don't belong together")).to_be_visible()
    expect(strict.get_by_label("Username")).to_have_value("wang")


def test_the_theme_is_kept_without_a_flash(strict: Page, site: str, visitor):
    visitor(user=make_user(), language="en")
    strict.goto("/me/")

    strict.get_by_role("main").get_by_role("button", name="Light or dark").click()
    strict.reload()

    assert strict.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_language_is_changed_and_the_page_stays(strict: Page, site: str, visitor):
    visitor(user=make_user(), language="en")
    strict.goto("/me/")

    strict.get_by_role("main").get_by_role("button", name="繁體中文").click()

    expect(strict).to_have_url("/me/")
    assert strict.evaluate("document.documentElement.lang") == "zh-Hant"
