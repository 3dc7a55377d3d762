"""Who brought whom in a browser: a branch opens when it is asked for; page and table are accessible and light."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.enums import Role
from tests.browser.steps import DESK_BYTES
from tests.factories import make_user
from tests.referrals.signalling import Bindings


def to(name: str, *arguments: object) -> str:
    return reverse(f"referrals:{name}", args=arguments)


@pytest.fixture
def books(site: str) -> Bindings:
    books = Bindings()
    books.bring(3)
    books.bought(100_00)
    books.run_march()
    return books


def test_a_branch_opens_when_it_is_asked_for(strict: Page, books: Bindings, visitor: Callable[..., None]) -> None:
    page = strict
    visitor(user=make_user(Role.OPERATOR), language="en")
    page.goto(to("chain_detail", books.above.pk))
    expect(page.get_by_role("link", name="王芳")).to_be_visible()
    expect(page.get_by_role("link", name="李强")).to_have_count(0)
    page.get_by_text("brought 4").click()
    expect(page.get_by_role("link", name="李强")).to_be_visible()
    page.get_by_role("link", name="李强").click()
    expect(page.get_by_role("heading", name="李强", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="何老师")).to_be_visible()


def test_chain_and_shares_are_accessible_and_light(
    books: Bindings, visitor: Callable[..., None], weight: Callable[[str], int], wrong_on: Any
) -> None:
    chain = [to("chain_detail", books.wang.pk), f"{to('chain_detail', books.above.pk)}?view=table"]
    operator, auditor = make_user(Role.OPERATOR), make_user(Role.AUDITOR)

    assert wrong_on(operator, *chain) == []
    assert wrong_on(books.leader.user, to("chain_detail", books.li.pk)) == []
    assert wrong_on(auditor, f"{to('share_list')}?period={books.march.pk}", to("run_list")) == []
    visitor(user=auditor)
    assert max(weight(chain[0]), weight(to("share_list"))) <= DESK_BYTES
