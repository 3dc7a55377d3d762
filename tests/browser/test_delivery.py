"""配送 on a phone: tick, untick, record what is missing, see how far it has come."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from community.models import Member
from core.enums import Role
from orders.models import Campaign, Order
from orders.services import cut_off
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES, card, tick
from tests.factories import order_for

PHONE = {"width": 390, "height": 844}
DOORS = ["3-201", "3-1701", "11-402"]
MANY = 60
"""Doors of an ordinary campaign day; each further door costs about 40 bytes."""


@pytest.fixture
def leader(site: str) -> Member:
    return make.make_leader(make.make_group())


@pytest.fixture
def deliver(leader: Member) -> Callable[..., Campaign]:
    """A campaign that is cut off, with an order of 草莓 and 脐橙 at each of the doors of the leader's group."""

    def for_doors(doors: list[str]) -> Campaign:
        group, now = leader.assignments.get().group, timezone.now()
        campaign = make.make_campaign(
            group,
            opens_at=now - timezone.timedelta(days=1),
            cuts_off_at=now + timezone.timedelta(hours=1),
            delivers_on=timezone.localdate(),
        )
        berries = make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990)
        oranges = make.make_offer(campaign, "赣南脐橙", price_fen=690)
        for door in doors:
            order = order_for(
                make.make_member("王芳", group=group), (berries, 2), (oranges, "2.5"), group=group, now=now
            )
            Order.objects.filter(pk=order.pk).update(door=door)
        cut_off(campaign=campaign, by=make.make_user(Role.OPERATOR), now=now)
        return campaign

    return for_doors


@pytest.fixture
def phone(strict: Page) -> Page:
    strict.set_viewport_size(PHONE)
    return strict


def test_ticking_and_unticking_moves_the_bar(phone: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    phone.goto(f"/delivery/{campaign.pk}/")

    tick(phone, "3-1701").click()
    expect(tick(phone, "3-1701")).to_have_attribute("aria-pressed", "true")
    expect(phone.locator("#delivery-progress")).to_contain_text("1 / 3")
    expect(phone.locator("#building-1")).to_have_text("1 of 2")

    tick(phone, "3-1701").click()
    expect(tick(phone, "3-1701")).to_have_attribute("aria-pressed", "false")
    expect(phone.locator("#delivery-progress")).to_contain_text("0 / 3")


def test_the_focus_stays_on_the_tick(phone: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    phone.goto(f"/delivery/{campaign.pk}/")

    tick(phone, "11-402").focus()
    phone.keyboard.press("Enter")

    expect(tick(phone, "11-402")).to_have_attribute("aria-pressed", "true")
    expect(tick(phone, "11-402")).to_be_focused()


def test_a_shortage_is_refused_then_recorded_then_taken_back(phone: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    phone.goto(f"/delivery/{campaign.pk}/")
    door = card(phone, "3-201")

    door.get_by_role("link", name="Missing").click()
    missing = door.get_by_label("丹东草莓 missing")
    expect(missing).to_be_focused()
    missing.fill("5")
    door.get_by_label("Reason").fill("少到")
    door.get_by_role("button", name="Record as missing").click()
    expect(door).to_contain_text("2 盒 are outstanding")
    expect(door.get_by_label("Reason")).to_have_value("少到")

    missing.fill("1")
    door.get_by_role("button", name="Record as missing").click()
    expect(door).to_contain_text("1 盒 missing")
    expect(phone.locator("#shortage-text")).to_contain_text("3-201 王芳 1盒")

    door.get_by_role("button", name="丹东草莓 is there after all").click()
    expect(door).not_to_contain_text("1 盒 missing")
    expect(phone.locator("#shortage-text")).to_have_count(0)


def test_it_works_without_javascript(browser: Browser, browser_context_args, site: str, leader, deliver):
    campaign = deliver(DOORS)
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False, "viewport": PHONE})
    page = context.new_page()
    sign_in(page, site, leader)

    page.goto(f"{site}/delivery/{campaign.pk}/")
    tick(page, "3-201").click()
    expect(tick(page, "3-201")).to_have_attribute("aria-pressed", "true")
    card(page, "11-402").get_by_role("link", name="Missing").click()
    page.get_by_label("赣南脐橙 missing").fill("0.5")
    page.get_by_role("button", name="Record as missing").click()

    expect(card(page, "11-402")).to_contain_text("0.5 斤 missing")
    context.close()


def sign_in(page: Page, site: str, leader: Member) -> None:
    leader.user.set_password("door-to-door-2026")
    leader.user.save(update_fields=["password"])
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": site}])
    page.goto(f"{site}/login/")
    page.get_by_label("Username").fill(leader.user.username)
    page.get_by_label("Password").fill("door-to-door-2026")
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", [Role.LEADER, Role.OPERATOR])
def test_the_run_is_accessible_and_breaks_no_policy(sized: Page, visitor, axe, leader, deliver, role, theme):
    campaign = deliver(DOORS)
    visitor(user=leader.user if role == Role.LEADER else make.make_user(role), theme=theme)

    sized.goto(f"/delivery/{campaign.pk}/")

    expect(sized.get_by_role("heading", level=1)).to_have_text(campaign.title)
    assert axe(sized) == []


def test_the_run_fits_320_pixels(strict: Page, visitor, leader, deliver):
    campaign = deliver(["H区-12", *DOORS])
    visitor(user=leader.user, language="en")
    strict.set_viewport_size({"width": 320, "height": 640})

    strict.goto(f"/delivery/{campaign.pk}/")

    assert strict.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("role", "budget"), [(Role.LEADER, LEADER_BYTES), (Role.OPERATOR, DESK_BYTES)])
def test_the_run_keeps_to_the_budget(visitor, weight, leader, deliver, role, budget):
    campaign = deliver([f"{number % 20 + 1}-{number}" for number in range(MANY)])
    visitor(user=leader.user if role == Role.LEADER else make.make_user(role))

    assert weight(f"/delivery/{campaign.pk}/") <= budget
