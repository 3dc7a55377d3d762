"""Signals in a browser: an admin goes through them by keys and refuses; the earner reads why."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.enums import Role
from referrals.enums import Verdict
from referrals.models import Signal
from tests.browser.steps import DESK_BYTES, LEADER_BYTES
from tests.factories import make_user
from tests.referrals.signalling import Bindings


def to(name: str, *arguments: object) -> str:
    return reverse(f"referrals:{name}", args=arguments)


@pytest.fixture
def books(site: str) -> Bindings:
    """王芳 and 李强 are paid to one account, and 王芳 brought four people to one door: two signals, one order held."""
    books = Bindings()
    books.bring(4, door="3-1701")
    books.held_sale()
    return books


def test_signals_are_gone_through_by_keys(strict: Page, books: Bindings, visitor: Callable[..., None]) -> None:
    page = strict
    visitor(user=books.approver, language="en")
    page.goto(to("signal_list"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tbody .name > a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One bank account", level=1)).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_label("Pay: it goes onto the next statement")).to_be_checked()
    page.keyboard.press("r")
    expect(page.get_by_label("Refuse: it stays unpaid, also what comes later")).to_be_checked()
    page.get_by_role("textbox", name="Why").fill("两个账户属于同一个人")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided. What is held follows it")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)

    visitor(user=books.wang.user, language="en")
    page.goto(to("earnings"))
    expect(page.get_by_text("Not paid: 两个账户属于同一个人")).to_be_visible()


def test_everybody_can_use_the_pages_and_they_are_light(
    books: Bindings, visitor: Callable[..., None], weight: Callable[[str], int], wrong_on: Any
) -> None:
    waiting, decided = Signal.objects.order_by("pk")
    books.decide(decided, Verdict.PAY)
    pages = [to("signal_list"), f"{to('signal_list')}?state=decided", to("signal_detail", waiting.pk)]
    assert wrong_on(books.approver, *pages, to("signal_detail", decided.pk), to("closing", books.march.pk)) == []
    assert wrong_on(make_user(Role.AUDITOR, name="赵审计"), *pages) == []
    campaign = books.li.orders.get().campaign_id
    assert wrong_on(books.wang.user, to("earnings"), to("earnings_campaign", campaign)) == []

    visitor(user=books.approver)
    assert max(weight(pages[0]), weight(pages[2])) <= DESK_BYTES
    visitor(user=books.wang.user)
    assert weight(to("earnings")) <= LEADER_BYTES
