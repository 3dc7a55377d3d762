"""The pages of campaigns and orders: nobody is shut out, nothing weighs too much, refusals stand where they belong."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.enums import Role
from core.paging import ROWS
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES
from tests.factories import order_for

PAGES = {
    "today": (Role.LEADER, "/leader/"),
    "own orders": (Role.LEADER, "/orders/"),
    "campaigns": (Role.OPERATOR, "/campaigns/"),
    "plan": (Role.OPERATOR, "/campaigns/new/"),
    "campaign": (Role.OPERATOR, "/campaigns/{campaign}/"),
    "purchase": (Role.OPERATOR, "/campaigns/{campaign}/purchase/"),
    "orders": (Role.OPERATOR, "/orders/"),
    "orders of many columns": (
        Role.OPERATOR,
        "/orders/?source=api&columns=door,campaign,goods,note,leader,referrer,source,first,placed,amount,state",
    ),
    "view": (Role.OPERATOR, "/views/orders:order_list/new/?state=placed"),
    "order": (Role.OPERATOR, "/orders/{order}/"),
    "products": (Role.OPERATOR, "/products/"),
    "product": (Role.OPERATOR, "/products/new/"),
    "suppliers": (Role.OPERATOR, "/suppliers/"),
    "supplier": (Role.OPERATOR, "/suppliers/new/"),
    "public": (None, "/c/{code}/"),
}


@pytest.fixture
def shop(site: str) -> dict[str, object]:
    """A group with its leader and a full page of orders, and what fills the addresses."""
    group, now = make.make_group(), timezone.now()
    clock = {"opens_at": now - timedelta(days=1), "cuts_off_at": now + timedelta(hours=9)}
    campaign = make.make_campaign(group, **clock, delivers_on=timezone.localdate())
    seller = make.make_supplier(contact="老秦", phone="021-5550 1001")
    bought = {"supplier": seller, "pack_name": "件", "pack_size": 12}
    berries = make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990, stock=500, **bought)
    oranges = make.make_offer(campaign, "赣南脐橙", price_fen=690)
    for number in range(ROWS):
        member = make.make_member(f"成员{number}", group=group)
        order = order_for(member, (berries, 2), (oranges, "2.5"), group=group, now=now)
    people = {Role.LEADER: make.make_leader(group).user, Role.OPERATOR: make.make_user(Role.OPERATOR)}
    return {"people": people, "campaign": campaign.pk, "code": campaign.code, "order": order.pk}


def arrive(shop: dict, visitor: Callable[..., None], name: str, **preferences: str) -> str:
    role, address = PAGES[name]
    visitor(user=shop["people"].get(role), **preferences)
    return address.format(**shop)


def test_everybody_can_use_every_page_on_phone_and_desk(wrong_on, shop):
    wrong = []
    for role in (Role.OPERATOR, Role.LEADER, None):
        addresses = [address.format(**shop) for whose, address in PAGES.values() if whose == role]
        wrong += wrong_on(shop["people"].get(role), *addresses)

    assert wrong == []


def test_every_page_keeps_to_the_budget(visitor, weight, shop):
    weights = {name: weight(arrive(shop, visitor, name)) for name in PAGES}

    budgets = {name: DESK_BYTES if role == Role.OPERATOR else LEADER_BYTES for name, (role, _address) in PAGES.items()}
    assert {name: bytes_ for name, bytes_ in weights.items() if bytes_ > budgets[name]} == {}


def test_orders_are_found_while_typing_and_the_address_says_so(strict: Page, visitor, shop):
    strict.goto(arrive(shop, visitor, "orders", language="en"))

    strict.get_by_label("Find an order").press_sequentially("cy7")

    expect(strict.locator("#orders tbody tr")).to_have_count(1)
    expect(strict.locator("#orders tbody")).to_contain_text("成员7")
    expect(strict.get_by_label("Find an order")).to_be_focused()
    assert "q=cy7" in strict.url


def test_a_view_with_its_columns_is_saved_and_found_again(strict: Page, visitor, shop):
    strict.goto(arrive(shop, visitor, "orders", language="en"))

    state = strict.get_by_role("combobox", name="State", exact=True)
    state.select_option("placed")
    expect(strict).to_have_url(re.compile("state=placed"))
    strict.get_by_text("Columns", exact=True).click()
    strict.get_by_role("checkbox", name="Campaign").uncheck()
    strict.get_by_role("checkbox", name="Leader").check()
    strict.get_by_role("button", name="Show these columns").click()
    expect(strict.get_by_role("columnheader")).to_have_text(
        ["Member", "Goods", "Leader", "Ordered at", "Amount", "State"]
    )
    strict.get_by_role("link", name="Save this view").click()
    strict.get_by_label("Name of the view").fill("To deliver")
    strict.get_by_role("button", name="Save").click()
    strict.get_by_role("link", name="All", exact=True).click()
    expect(strict.get_by_role("columnheader").nth(1)).to_have_text("Campaign")
    strict.get_by_role("link", name="To deliver").click()

    expect(strict.get_by_role("link", name="To deliver")).to_have_attribute("aria-current", "true")
    expect(strict.get_by_role("columnheader").nth(1)).to_have_text("Goods")
    expect(state).to_have_value("placed")


def test_what_is_typed_after_columns_were_chosen_keeps_them_and_the_links_follow(strict: Page, visitor, shop):
    strict.goto(arrive(shop, visitor, "orders", language="en") + "?columns=note,door")

    strict.get_by_label("Find an order").press_sequentially("cy7")
    expect(strict.locator("#orders tbody tr")).to_have_count(1)

    expect(strict.get_by_role("columnheader")).to_have_text(["Member", "Note"])
    strict.get_by_text("Export", exact=True).click()
    expect(strict.get_by_role("link", name="CSV file")).to_have_attribute(
        "href", re.compile("q=cy7&columns=door%2Cnote")
    )
    with strict.expect_download() as file:
        strict.get_by_role("button", name="Excel workbook").click()
    assert file.value.suggested_filename.endswith(".xlsx")


def test_a_refused_offer_stays_open_with_what_was_typed(strict: Page, visitor, shop):
    strict.goto(arrive(shop, visitor, "campaign", language="en"))
    offer = strict.locator(".offers li").filter(has_text="丹东草莓")

    offer.get_by_role("link", name="Change 丹东草莓").click()
    stock = offer.get_by_label("Stock", exact=False).first
    stock.fill("3")
    offer.get_by_role("button", name="Save").click()

    expect(offer.locator(".errorlist")).to_contain_text("100 盒 are already ordered")
    expect(stock).to_have_value("3")
    stock.fill("300")
    offer.get_by_role("button", name="Save").click()
    expect(offer.get_by_role("progressbar")).to_have_attribute("max", "300")
    expect(offer.locator("form")).to_have_count(0)
