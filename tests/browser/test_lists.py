"""Lists searched while typing: what is swapped is the answer, never the field it is typed into."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from core.enums import Role
from tests import factories as make

LISTS = {
    # address, field, what asks after a key: nothing, the pause does
    "today": ("/", "#group-search", ""),
    "orders": ("/orders/", "#order-search", ""),
    "groups": ("/groups/", "#group-search", ""),
    "members": ("/members/", "#member-search", ""),
    "leaders": ("/leaders/", "#leader-search", ""),
    "products": ("/products/", "#product-search", ""),
    "suppliers": ("/suppliers/", "#supplier-search", ""),
    "entries": ("/commission/entries/", "#entry-earner", "Enter"),
}


@pytest.fixture
def held(strict: Page) -> list[Route]:
    """The first answer to a search for z or to the choice of a view: it arrives once it is let go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        route.continue_() if held else held.append(route)

    strict.route(re.compile(r"[?&](q=z|earner=z|view=unled)(&|$)"), hold)
    return held


@pytest.fixture
def desk(strict: Page, site: str, visitor) -> Page:
    """Three of everything: two whose names begin with z, one of them with zhou."""
    for name in ("周敏", "张三", "李雷"):
        group = make.make_group(f"{name}群")
        make.make_leader(group, name=name)
        offer = make.make_offer(make.make_campaign(group), f"{name}苹果", supplier=make.make_supplier(f"{name}果品"))
        make.order_for(make.make_member(name, group=group), (offer, 1), group=group)
    visitor(user=make.make_user(Role.ADMIN), language="en")
    return strict


def ask(page: Page, field: str, text: str, by: str = "") -> None:
    with page.expect_request(re.compile(f"=({text})(&|$)")):
        page.locator(field).press_sequentially(text)
        if by:
            page.keyboard.press(by)


def shown(page: Page, name: str) -> Locator:
    """The rows about somebody."""
    return page.locator("main tbody tr").filter(has_text=name)


@pytest.mark.parametrize("name", LISTS)
def test_no_key_is_lost_while_an_answer_is_swapped_in(desk: Page, held, name):
    address, field, by = LISTS[name]
    desk.goto(address)

    ask(desk, field, "z", by)
    desk.keyboard.type("hu")
    desk.keyboard.press("ArrowLeft")
    held[0].continue_()
    expect(shown(desk, "李雷")).to_have_count(0)
    desk.keyboard.type("o")
    if by:
        desk.keyboard.press(by)

    expect(desk.locator(field)).to_have_value("zhou")
    expect(desk).to_have_url(re.compile("=zhou(&|$)"))
    expect(shown(desk, "张三")).to_have_count(0)
    expect(desk.locator(field)).to_be_focused()


def test_a_view_chosen_while_an_answer_is_under_way_takes_along_what_is_typed(desk: Page, held):
    make.make_group("郑家群")
    make.make_group("李家群")
    desk.goto("/groups/")

    ask(desk, "#group-search", "z")
    desk.get_by_role("link", name="Without a leader").click()

    expect(shown(desk, "郑家群")).to_have_count(1)
    expect(desk.locator("main tbody tr")).to_have_count(1)
    expect(desk.locator("#group-search")).to_have_value("z")
    expect(desk.locator("#group-views [aria-current]")).to_have_text("Without a leader 1")
    expect(desk.locator("#group-views [aria-current]")).to_be_focused()


def test_a_search_typed_before_the_answer_to_a_view_keeps_the_view(desk: Page, held):
    make.make_group("郑家群")
    make.make_group("李家群")
    desk.goto("/groups/")

    with desk.expect_request(re.compile("view=unled")):
        desk.get_by_role("link", name="Without a leader").click()
    ask(desk, "#group-search", "z")

    expect(shown(desk, "郑家群")).to_have_count(1)
    expect(desk.locator("main tbody tr")).to_have_count(1)
    expect(desk.locator("#group-views [aria-current]")).to_have_text("Without a leader 1")


def test_a_search_keeps_the_view_and_the_order_chosen_before(desk: Page):
    desk.goto("/groups/")

    desk.get_by_role("link", name="Full").click()
    expect(desk.get_by_text("No group like that")).to_be_visible()
    desk.get_by_role("link", name="All 3").click()
    desk.get_by_role("link", name="Group", exact=True).click()
    expect(desk.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    ask(desk, "#group-search", "z")

    expect(desk.locator("#group-views [aria-current]")).to_have_text("All 2")
    expect(desk.locator("main tbody .name > a")).to_have_text(["周敏群", "张三群"])
    expect(desk).to_have_url(re.compile("sort=-name"))


def test_back_shows_what_was_found_before_and_asked_for(desk: Page):
    desk.goto("/suppliers/")
    ask(desk, "#supplier-search", "zhou")
    expect(shown(desk, "张三")).to_have_count(0)

    desk.get_by_role("link", name="Former").click()
    expect(desk.get_by_text("No supplier like that")).to_be_visible()
    desk.go_back()

    expect(shown(desk, "周敏")).to_have_count(1)
    expect(desk.locator("#supplier-search")).to_have_value("zhou")
    expect(desk.get_by_role("link", name="Bought from")).to_have_attribute("aria-current", "true")
