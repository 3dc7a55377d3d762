"""今日 of the operator with everything on it: nobody is shut out, it is light, the chart answers pointer and keys."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.models import User
from insights.services import roll_up
from orders.enums import CampaignState
from orders.models import Paste
from referrals.models import Referral
from tests import factories as make
from tests.browser.steps import DESK_BYTES, Look
from tests.insights.sales import make_campaign, make_order

GROUPS = 10
"""A full page of the table."""


@pytest.fixture
def operator(site: str) -> User:
    """Somebody on whose day there is something of everything."""
    operator, now = make.make_user(name="沈嘉宁"), timezone.now()
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    for number in range(GROUPS):
        place = make.make_neighbourhood(f"小区{number}", district="浦东")
        group = make.make_group(f"小区{number}邻里群", neighbourhood=place)
        make.make_leader(group, name=f"区长{number}")
        neighbours = [make.make_member(f"邻居{number}-{each}", group=group) for each in range(4)]
        for neighbour in neighbours:
            for weeks, fen in ((52, 400_000), (3, 300_000), (2, 250_000), (1, 200_000), (0, 100_000)):
                make_order(neighbour, group, fen=fen, day=monday - timedelta(weeks=weeks))
    make.make_group("沉寂的群")
    roll_up(now=now)
    running = make_campaign(group, today, opens_at=now - timedelta(days=1), cuts_off_at=now + timedelta(hours=20))
    make.make_offer(running, "丹东草莓", unit="盒", taken=Decimal(57), stock=Decimal(60))
    Paste.objects.create(campaign=running, group=group, text="x", pasted_by=operator)
    last_week = monday - timedelta(weeks=1)
    late = make_campaign(group, last_week, state=CampaignState.CUT_OFF, delivers_on=today - timedelta(days=1))
    make_order(neighbours[0], group, fen=100, campaign=late, day=last_week)
    for each in range(2):
        Referral.objects.create(referrer=neighbours[0], referee=make.make_member(f"新{each}"), bound_on=today)
    return operator


def test_everybody_can_use_it_on_phone_and_desk(strict: Page, visitor, weight, wrong_on, operator):
    """Every size in every language, and in either theme."""
    sizes, themes = ("phone", "desk"), ("light", "dark")
    looks = [
        Look(size, themes[(which + number) % 2], language)
        for which, size in enumerate(sizes)
        for number, language in enumerate(("zh-hans", "zh-hant", "en"))
    ]

    assert wrong_on(operator, "/", looks=looks) == []
    expect(strict.locator(".noteworthy li")).to_have_count(4)
    visitor(user=operator)
    assert weight("/") <= DESK_BYTES


def test_the_chart_says_a_week_with_the_one_a_year_ago_to_the_pointer_and_to_the_keys(strict: Page, visitor, operator):
    """Ten groups of four members: 40 × ¥1,000 this week, 40 × ¥4,000 in the week 52 weeks earlier."""
    visitor(user=operator, language="en")
    strict.goto("/")
    chart, tip = strict.locator("[data-chart]"), strict.locator(".plot-tip")

    chart.focus()
    strict.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("Last year, 52 weeks earlier¥160,000.00")
    expect(tip).to_contain_text("GMV¥40,000.00")
    strict.keyboard.press("Escape")
    expect(tip).to_be_hidden()

    area = strict.locator(".plot-area").first
    area.hover(position={"x": 2, "y": 20})
    expect(tip).to_contain_text("Last year, 52 weeks earlier¥0.00")

    strict.get_by_text("View as table").click()
    expect(chart.get_by_role("columnheader", name="Last year, 52 weeks earlier")).to_be_visible()


def test_the_side_bar_leads_to_what_waits(strict: Page, visitor, operator):
    visitor(user=operator, language="en")
    strict.set_viewport_size({"width": 1440, "height": 900})
    strict.goto("/")

    expect(strict.get_by_role("navigation").get_by_role("link", name="Orders and jielong 1 waiting")).to_be_visible()
    strict.get_by_role("link", name="1 pasted chain is not confirmed").click()

    expect(strict).to_have_url(f"/jielong/{Paste.objects.get().pk}/")
