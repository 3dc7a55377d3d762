"""The page of a campaign: planned without losing what was typed, kept up to date without disturbing who edits."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from core.enums import Role
from core.models import User
from orders.enums import CampaignState
from orders.models import Campaign, PriceStep
from orders.services import cut_off, record_arrivals
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES
from tests.factories import order_for


@pytest.fixture
def operator(site: str) -> User:
    return make.make_user(Role.OPERATOR)


@pytest.fixture
def sell(operator: User) -> Callable[..., Campaign]:
    """A campaign of two groups: crabs with a ladder and a stock, hams with a minimum, weighed carp."""

    def of(state: str) -> Campaign:
        now, groups = timezone.now(), [make.make_group(), make.make_group("田林一群")]
        clock = {"opens_at": now - timedelta(days=1), "cuts_off_at": now + timedelta(hours=9)}
        campaign = make.make_campaign(
            *groups, **clock, state=state, delivers_on=timezone.localdate(now + timedelta(days=1))
        )
        crabs = make.make_offer(campaign, "大闸蟹", unit="只", counted=True, price_fen=5990, stock=60)
        for joined, price_fen in ((2, 5490), (5, 4990), (12, 4500)):
            PriceStep.objects.create(offer=crabs, joined=joined, price_fen=price_fen)
        crabs.group_stocks.create(group=groups[0], stock=30)
        make.make_offer(campaign, "火腿", unit="盒", counted=True, price_fen=8800, minimum=20)
        make.make_offer(campaign, "草鱼", price_fen=1580, weighed=True)
        return campaign

    return of


def order(campaign: Campaign, name: str = "大闸蟹") -> None:
    group = campaign.groups.first()
    offer = campaign.offers.get(name=name)
    order_for(make.make_member(group=group, door="3-1701"), (offer, 4), group=group, now=timezone.now())


@pytest.fixture
def ended(sell: Callable[..., Campaign], operator: User) -> Campaign:
    """Cut off: the ladder has settled, the hams are called off, the carp waits for the scale."""
    campaign = sell(CampaignState.OPEN)
    for name in ("大闸蟹", "大闸蟹", "火腿", "草鱼"):
        order(campaign, name)
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    return campaign


def test_a_draft_is_planned_and_opened_without_losing_what_was_typed(strict: Page, visitor, operator, sell):
    campaign = sell(CampaignState.DRAFT)
    make.make_product("土鸡蛋", unit="板", price_fen=2680)
    visitor(user=operator, language="en")
    strict.goto(f"/campaigns/{campaign.pk}/")
    text = strict.locator("#group-text")

    strict.get_by_label("Title").fill("中秋团")
    expect(text).to_contain_text("中秋团")
    expect(strict.get_by_label("Product"), "a plan wants more of them").to_be_visible()
    strict.get_by_label("Product").select_option(label="土鸡蛋")
    strict.get_by_role("button", name="Add", exact=True).click()
    expect(text).to_contain_text("土鸡蛋 ¥26.80/板")
    expect(strict.get_by_label("Title")).to_have_value("中秋团")
    strict.get_by_role("button", name="Open the campaign").click()

    expect(strict.locator(".page-head .tag")).to_have_text("Open")
    campaign.refresh_from_db()
    assert (campaign.title, campaign.state, campaign.offers.count()) == ("中秋团", "open", 4)


def test_figures_arrive_while_somebody_edits_and_the_form_stays(strict: Page, visitor, operator, sell):
    campaign = sell(CampaignState.OPEN)
    visitor(user=operator, language="en")
    strict.clock.install()
    strict.goto(f"/campaigns/{campaign.pk}/")
    row = strict.locator(".offers li").filter(has_text="大闸蟹")
    row.get_by_role("link", name="Change").click()
    limit = row.get_by_label("Limit a member")
    limit.fill("7")
    order(campaign)

    strict.clock.fast_forward(15_000)

    expect(row.get_by_role("progressbar")).to_have_attribute("value", "4")
    expect(strict.locator("#figures")).to_contain_text("239.60")
    expect(strict.locator("#groups-now")).to_contain_text("¥239.60")
    expect(limit).to_have_value("7")
    expect(limit).to_be_focused()

    order(campaign)
    strict.clock.fast_forward(15_000)
    expect(row).to_contain_text("2 joined: ¥54.90, 3 more: ¥49.90")


def test_who_edits_when_the_campaign_is_cut_off_is_told(strict: Page, visitor, operator, sell):
    campaign = sell(CampaignState.OPEN)
    visitor(user=operator, language="en")
    strict.clock.install()
    strict.goto(f"/campaigns/{campaign.pk}/")
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    strict.clock.fast_forward(15_000)
    strict.get_by_role("link", name="Show the result").click()

    expect(strict.locator(".page-head .tag")).to_have_text("Cut off")


def test_the_poster_is_one_picture_and_without_javascript_the_code_is(
    strict: Page, browser: Browser, visitor, operator, sell, browser_context_args, site
):
    campaign = sell(CampaignState.OPEN)
    visitor(user=operator)
    strict.goto(f"/campaigns/{campaign.pk}/poster/")

    picture = strict.get_by_role("img", name="大闸蟹")
    expect(picture).to_have_attribute("src", re.compile("^data:image/png"))
    assert picture.evaluate("one => one.naturalWidth") == 750

    plain = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    plain.add_cookies(strict.context.cookies())
    page = plain.new_page()
    page.goto(f"{site}/campaigns/{campaign.pk}/poster/")
    expect(page.locator(".poster img")).to_have_attribute("src", f"/campaigns/{campaign.pk}/qr.png")
    plain.close()


def test_a_portion_is_weighed_at_its_door_on_the_phone(strict: Page, visitor, operator, ended):
    visitor(user=operator, language="en")
    strict.set_viewport_size({"width": 390, "height": 844})
    strict.goto(f"/delivery/{ended.pk}/")
    door = strict.locator(".tick").filter(has_text="草鱼")
    expect(door).to_contain_text("not weighed")

    door.get_by_label("草鱼 weighs").fill("schwer")
    door.get_by_role("button", name="Save").click()
    expect(door).to_contain_text("Enter a number.")
    expect(door.get_by_label("草鱼 weighs")).to_have_value("schwer")
    door.get_by_label("草鱼 weighs").fill("3.85")
    door.get_by_label("草鱼 weighs").press("Enter")

    expect(door).to_contain_text("weighs 3.85 斤")
    expect(door.locator(".tick-sum")).to_have_text("¥60.83")  # 3.85 × 15.80
    expect(strict.locator("#delivery-progress")).not_to_contain_text("not weighed")


def test_a_shortage_that_was_shared_leads_to_the_page_that_tells_whom(strict: Page, visitor, operator, ended):
    """Two ordered four crabs each, six came: each gets three."""
    crabs = ended.offers.get(name="大闸蟹")
    record_arrivals(campaign=ended, quantities={crabs.pk: Decimal(6)}, by=operator, now=timezone.now())
    visitor(user=operator, language="en")
    strict.goto(f"/offers/{crabs.pk}/share/")

    strict.get_by_role("link", name="Pro rata").click()
    expect(strict.get_by_role("row").filter(has_text="3-1701")).to_have_count(2)
    strict.locator("button[name=record]").click()

    expect(strict).to_have_url(f"/campaigns/{ended.pk}/shortages/")
    expect(strict.get_by_role("heading", level=1)).to_have_count(1)
    expect(strict.get_by_role("status")).to_contain_text("Nobody pays for what did not come")


PAGES = {
    "draft": (CampaignState.DRAFT, Role.OPERATOR, "/campaigns/{pk}/"),
    "open": (CampaignState.OPEN, Role.OPERATOR, "/campaigns/{pk}/"),
    "call off": (CampaignState.OPEN, Role.OPERATOR, "/campaigns/{pk}/cancel/"),
    "poster": (CampaignState.OPEN, Role.LEADER, "/campaigns/{pk}/poster/"),
    "result": (CampaignState.CUT_OFF, Role.OPERATOR, "/campaigns/{pk}/"),
    "run": (CampaignState.CUT_OFF, Role.LEADER, "/delivery/{pk}/"),
    "order": (CampaignState.CUT_OFF, Role.OPERATOR, "/orders/{order}/"),
    "change": (CampaignState.OPEN, Role.OPERATOR, "/offers/{offer}/change/"),
}


def test_everybody_can_use_every_page_on_phone_and_desk_and_they_are_light(
    visitor, weight, wrong_on, operator, sell, ended
):
    campaigns = {state: sell(state) for state in (CampaignState.DRAFT, CampaignState.OPEN)}
    campaigns[CampaignState.CUT_OFF] = ended
    leaders = {state: make.make_leader(campaign.groups.first()).user for state, campaign in campaigns.items()}

    for name, (state, role, address) in PAGES.items():
        campaign = campaigns[state]
        order, offer = campaign.orders.order_by("pk").last(), campaign.offers.order_by("pk").first()
        url = address.format(pk=campaign.pk, order=order and order.pk, offer=offer.pk)
        user = leaders[state] if role == Role.LEADER else operator
        assert wrong_on(user, url) == [], name
        assert weight(url) <= (LEADER_BYTES if role == Role.LEADER else DESK_BYTES), name
