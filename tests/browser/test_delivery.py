"""配送 on a phone: tick, untick, record what is missing, see how far it has come."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, Route, expect

from community.models import Member
from core.enums import Role
from orders.models import Campaign, Order, SaleFact, Tick
from orders.services import cut_off, make_delivery_link, record_shortage
from orders.views.helper import helper_token
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES, Look, card, tick
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

    expect(phone.locator("#delivery-progress")).to_contain_text("1 / 3")
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


def test_everybody_can_use_the_run_on_phone_and_desk(strict: Page, leader, deliver, wrong_on):
    campaign = deliver(["H区-12", *DOORS])

    for user in (leader.user, make.make_user(Role.OPERATOR)):
        looks = [Look(size, theme, "en") for size in ("phone", "desk") for theme in ("light", "dark")]
        assert wrong_on(user, f"/delivery/{campaign.pk}/", looks=looks) == []
        expect(strict.get_by_role("heading", level=1)).to_have_text(campaign.title)


def test_the_run_keeps_to_the_budget(visitor, weight, leader, deliver):
    campaign = deliver([door_of(number) for number in range(MANY)])
    for number, member in enumerate(Member.objects.filter(orders__campaign=campaign).order_by("pk")):
        Member.objects.filter(pk=member.pk).update(phone=f"13{number * 7919 % 10}{number * 15485863 % 10**8:08}")

    for user, budget in ((leader.user, LEADER_BYTES), (make.make_user(Role.OPERATOR), DESK_BYTES)):
        visitor(user=user)
        assert weight(f"/delivery/{campaign.pk}/") <= budget


def test_ticks_made_without_a_network_are_kept_and_reach_the_house_once(page: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    page.set_viewport_size(PHONE)
    visitor(user=leader.user, language="en")
    page.goto(f"/delivery/{campaign.pk}/")

    page.context.set_offline(True)
    for number, door in enumerate(DOORS, start=1):
        tick(page, door).click()
        expect(tick(page, door)).to_have_attribute("aria-pressed", "true")
        expect(card(page, door)).to_contain_text("not sent yet")
        kept = "1 tick is kept" if number == 1 else f"{number} ticks are kept"
        expect(banner(page)).to_contain_text(f"You're offline. {kept} on this phone.")
    assert delivered_doors(campaign) == []

    page.context.set_offline(False)

    expect(page.locator("#delivery-progress")).to_contain_text("3 / 3", timeout=10_000)
    expect(banner(page)).to_be_hidden()
    expect(page.get_by_text("not sent yet")).to_have_count(0)
    assert delivered_doors(campaign) == sorted(DOORS)
    assert facts_of_deliveries(campaign) == 2 * len(DOORS)
    assert kept_on_the_phone(page) == []


def test_ticks_outlive_the_page_and_are_sent_when_it_is_opened_again(page: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    page.goto(f"/delivery/{campaign.pk}/")
    page.context.set_offline(True)
    tick(page, "3-201").click()
    expect(card(page, "3-201")).to_contain_text("not sent yet")
    page.close()

    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto(f"/delivery/{campaign.pk}/")

    expect(tick(again, "3-201")).to_have_attribute("aria-pressed", "true")
    expect(again.locator("#delivery-progress")).to_contain_text("1 / 3")
    assert facts_of_deliveries(campaign) == 2


def test_a_tick_taken_back_before_anybody_heard_of_it_leaves_no_trace(page: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    page.goto(f"/delivery/{campaign.pk}/")
    page.context.set_offline(True)
    tick(page, "3-1701").click()
    expect(card(page, "3-1701")).to_contain_text("not sent yet")
    tick(page, "3-201").click()
    tick(page, "3-201").click()
    expect(banner(page)).to_contain_text("1 tick is kept")

    page.context.set_offline(False)

    expect(page.locator("#delivery-progress")).to_contain_text("1 / 3", timeout=10_000)
    assert delivered_doors(campaign) == ["3-1701"]
    assert Tick.objects.count() == 1


def test_a_tick_whose_answer_is_lost_is_not_made_twice(page: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    page.goto(f"/delivery/{campaign.pk}/")
    lost = []

    def handled_and_lost(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/ticks/", handled_and_lost)
    tick(page, "3-201").click()
    expect(card(page, "3-201")).to_contain_text("not sent yet")
    assert (lost, facts_of_deliveries(campaign)) == ([200], 2)  # the house has it, the phone does not know

    expect(page.get_by_text("not sent yet")).to_have_count(0, timeout=10_000)
    expect(page.locator("#delivery-progress")).to_contain_text("1 / 3")
    assert facts_of_deliveries(campaign) == 2
    assert Tick.objects.count() == 1


@pytest.mark.parametrize("choice", ["Tick it all the same", "Leave it as it is"])
def test_a_tick_over_a_shortage_somebody_recorded_is_the_persons_to_choose(
    page: Page, visitor, axe, leader, deliver, choice
):
    campaign = deliver(DOORS)
    page.set_viewport_size(PHONE)
    visitor(user=leader.user, language="en")
    page.goto(f"/delivery/{campaign.pk}/")
    page.context.set_offline(True)
    tick(page, "3-201").click()
    short(campaign, "3-201")
    page.context.set_offline(False)

    door = card(page, "3-201")
    expect(door).to_contain_text("that 1 盒 of “丹东草莓” is missing.", timeout=10_000)
    expect(tick(page, "3-201")).to_have_attribute("aria-pressed", "false")
    assert facts_of_deliveries(campaign) == 0
    assert axe(page) == []
    page.reload()
    expect(door).to_contain_text("that 1 盒 of “丹东草莓” is missing.")

    door.get_by_role("button", name=choice).click()

    expect(door.get_by_role("button", name="Leave it as it is")).to_have_count(0)
    all_the_same = choice == "Tick it all the same"
    expect(page.locator("#delivery-progress")).to_contain_text("1 / 3" if all_the_same else "0 / 3")
    assert facts_of_deliveries(campaign) == (2 if all_the_same else 0)
    assert kept_on_the_phone(page) == []


def test_whose_login_has_ended_is_told_to_open_the_page_again(page: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    page.goto(f"/delivery/{campaign.pk}/")
    page.context.clear_cookies(name="session")

    tick(page, "3-201").click()

    expect(banner(page)).to_contain_text("Ticks kept on this phone: 1. Open this page again to send them.")
    visitor(user=leader.user, language="en")
    page.reload()
    expect(page.locator("#delivery-progress")).to_contain_text("1 / 3")


def test_nobody_sends_what_somebody_else_ticked_on_the_same_phone(page: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    page.goto(f"/delivery/{campaign.pk}/")
    page.context.set_offline(True)
    tick(page, "3-201").click()
    expect(card(page, "3-201")).to_contain_text("not sent yet")
    page.context.route("**/ticks/", lambda route: route.abort())  # nothing goes out on its own meanwhile
    page.context.set_offline(False)
    visitor(user=make.make_user(Role.OPERATOR), language="en")

    page.goto(f"/delivery/{campaign.pk}/")

    expect(tick(page, "3-201")).to_have_attribute("aria-pressed", "false")
    expect(banner(page)).to_be_hidden()


def test_a_helper_ticks_by_the_link_without_a_login(strict: Page, visitor, wrong_on, leader, deliver):
    campaign = deliver(DOORS)
    Member.objects.filter(orders__door="3-201").update(phone="13812345678")
    link = make_delivery_link(campaign=campaign, name="李雷", by=leader.user, now=timezone.now())
    assert wrong_on(None, f"/d/{helper_token(link)}/") == []
    strict.set_viewport_size(PHONE)
    visitor(language="en")
    strict.goto(f"/d/{helper_token(link)}/")

    card(strict, "3-201").get_by_role("button", name="Show the number").click()
    expect(card(strict, "3-201").get_by_role("link", name="13812345678")).to_be_focused()
    tick(strict, "3-201").click()

    expect(strict.locator("#delivery-progress")).to_contain_text("1 / 3")
    expect(strict.get_by_text("¥")).to_have_count(0)
    assert delivered_doors(campaign) == ["3-201"]


def test_everybody_can_hand_over_on_phone_and_desk(strict: Page, visitor, wrong_on, leader, deliver):
    campaign = deliver(DOORS)
    visitor(user=leader.user, language="en")
    strict.goto(f"/delivery/{campaign.pk}/")
    strict.get_by_role("link", name="Hand over").click()
    strict.get_by_label("For whom").fill("李雷")
    strict.get_by_role("button", name="Make a link").click()

    expect(strict.get_by_role("heading", name="李雷")).to_be_visible()
    assert wrong_on(leader.user, strict.url) == []


def test_the_gap_check_leads_to_the_door_that_is_open(strict: Page, visitor, leader, deliver):
    campaign = deliver(DOORS)
    strict.set_viewport_size(PHONE)
    visitor(user=leader.user, language="en")
    strict.goto(f"/delivery/{campaign.pk}/")
    tick(strict, "3-201").click()
    tick(strict, "11-402").click()
    expect(strict.locator("#delivery-progress")).to_contain_text("2 / 3")

    strict.get_by_role("link", name="Gap check").click()
    gaps = strict.locator("#gaps")
    expect(gaps).to_contain_text("1 door is open")
    expect(gaps).to_contain_text("丹东草莓 2盒 · 赣南脐橙 2.5斤")
    gaps.get_by_role("link", name="3-1701").click()
    tick(strict, "3-1701").click()
    expect(gaps).to_be_empty()
    strict.get_by_role("link", name="Gap check").click()

    expect(gaps).to_contain_text("No gaps")


def door_of(number: int) -> str:
    """Ten buildings of two units, three doors in each unit."""
    return f"{number % 10 + 1}-{number // 10 % 2 + 1}-{number // 20 * 4 + 3}0{number * 7 % 4 + 1}"


def banner(page: Page) -> Locator:
    return page.locator(".kept")


def kept_on_the_phone(page: Page) -> list[str]:
    return [key for key in page.evaluate("Object.keys(localStorage)") if key.startswith("ticks:")]


def delivered_doors(campaign: Campaign) -> list[str]:
    return sorted(campaign.orders.filter(state="delivered").values_list("door", flat=True))


def facts_of_deliveries(campaign: Campaign) -> int:
    return SaleFact.objects.filter(campaign=campaign, kind="delivered").count()


def short(campaign: Campaign, door: str) -> None:
    """Somebody at the desk records that a box is missing there."""
    line = campaign.orders.get(door=door).lines.get(offer__name="丹东草莓")
    operator = make.make_user(Role.OPERATOR, name="沈嘉宁")
    record_shortage(line_id=line.pk, quantity=Decimal(1), by=operator, now=timezone.now())
