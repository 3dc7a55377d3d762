"""The login page, which everybody sees first."""

from playwright.sync_api import Page, expect

from tests.browser.steps import LEADER_BYTES, Look
from tests.factories import make_user

LANGUAGES = {"zh-hans": "登录", "zh-hant": "登入", "en": "Sign in"}


def test_everybody_can_use_the_login_page_in_their_language(strict: Page, site: str, weight, wrong_on):
    for language, heading in LANGUAGES.items():
        looks = [Look("phone", "light", language), Look("desk", "dark", language)]
        assert wrong_on(None, "/login/", looks=looks) == []
        expect(strict.get_by_role("heading", level=1)).to_have_text(heading)

    assert weight("/login/") <= LEADER_BYTES


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
