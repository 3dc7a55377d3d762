"""收款: one tap a door on the phone, what is in hand, the hand-over and its receipt at the desk."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from community.models import Member
from core.enums import Role
from orders.enums import PayMethod
from orders.models import Campaign, Order, Payment
from orders.services import claim_red_packet, collect_due, hand_over
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES
from tests.factories import order_for

PHONE = {"width": 390, "height": 844}
MANY = 60
"""Orders of an ordinary campaign day in the groups of one leader."""


@pytest.fixture
def leader(site: str) -> Member:
    return make.make_leader(make.make_group())


@pytest.fixture
def sell(leader: Member) -> Callable[[int], Campaign]:
    """A campaign with so many orders of ¥59.80, from 1-1 on, in the leader's group."""

    def to(buyers: int) -> Campaign:
        group, now = leader.assignments.get().group, timezone.now()
        campaign = make.make_campaign(
            group, opens_at=now - timezone.timedelta(days=1), cuts_off_at=now + timezone.timedelta(hours=1)
        )
        berries = make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990)
        for number in range(1, buyers + 1):
            member = make.make_member(f"王芳{number}", group=group)
            order = order_for(member, (berries, 2), group=group, now=now)
            Order.objects.filter(pk=order.pk).update(door=f"1-{number}")
        return campaign

    return to


def collected(order: Order, leader: Member) -> Payment:
    return collect_due(order=order, due_fen=5980, method=PayMethod.CASH, by=leader.user, now=timezone.now())


def test_a_tap_books_the_order_and_another_takes_it_back(strict: Page, visitor, leader, sell):
    campaign = sell(2)
    visitor(user=leader.user)
    strict.set_viewport_size(PHONE)
    strict.goto(f"/campaigns/{campaign.pk}/collecting/")

    strict.get_by_role("button", name="王芳1付现金").click()

    expect(strict.locator("#collecting-progress")).to_contain_text("还差 ¥59.80 · 已收 ¥59.80")
    expect(strict.locator("#collecting-choice")).to_contain_text("未付 1")
    undo = strict.get_by_role("button", name="撤销：王芳1")
    expect(undo).to_be_focused()
    undo.click()
    expect(strict.locator("#collecting-progress")).to_contain_text("还差 ¥119.60 · 已收 ¥0.00")
    assert list(Payment.objects.order_by("pk").values_list("amount_fen", flat=True)) == [5980, -5980]


def test_two_quick_taps_book_once(strict: Page, visitor, leader, sell):
    campaign = sell(1)
    visitor(user=leader.user)
    strict.goto(f"/campaigns/{campaign.pk}/collecting/")

    strict.get_by_role("button", name="王芳1微信付").dblclick()

    expect(strict.locator("#collecting-progress")).to_contain_text("都收齐了")
    assert Payment.objects.count() == 1


def test_what_was_paid_meanwhile_is_said_in_the_row(strict: Page, visitor, leader, sell):
    campaign = sell(1)
    visitor(user=leader.user)
    strict.goto(f"/campaigns/{campaign.pk}/collecting/")
    collected(campaign.orders.get(), leader)

    strict.get_by_role("button", name="王芳1微信付").click()

    expect(strict.get_by_text("这一单已经付清，没有重复入账。")).to_be_visible()
    assert Payment.objects.count() == 1


def test_without_javascript_the_tap_books_as_well(browser, context, base_url, visitor, leader, sell):
    campaign = sell(1)
    visitor(user=leader.user)
    plain = browser.new_context(java_script_enabled=False, base_url=base_url, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"/campaigns/{campaign.pk}/collecting/")

    page.get_by_role("button", name="王芳1付现金").click()

    expect(page.get_by_text("都收齐了").first).to_be_visible()
    plain.close()


def test_an_operator_confirms_what_is_handed_over(sized: Page, visitor, leader, sell):
    collected(sell(1).orders.get(), leader)
    visitor(user=make.make_user(Role.OPERATOR, name="沈嘉宁"))
    sized.goto("/holdings/")

    sized.get_by_role("link", name=leader.name).click()
    sized.get_by_role("button", name="确认收到").click()

    expect(sized.get_by_role("heading", name="收据").last).to_be_visible()
    expect(sized.locator(".sheet")).to_contain_text("¥59.80")
    expect(sized.locator(".sheet")).to_contain_text("沈嘉宁")


def test_everybody_can_use_the_pages_of_money_on_phone_and_desk(wrong_on, leader, sell):
    campaign, operator = sell(3), make.make_user(Role.OPERATOR)
    paid, claimed, _owing = campaign.orders.order_by("pk")
    collected(paid, leader)
    receipt = hand_over(leader=leader, amount_fen=100, latest=0, by=operator, now=timezone.now())
    claim_red_packet(order=claimed, amount_fen=100, by=operator, now=timezone.now())
    both = [f"/campaigns/{campaign.pk}/collecting/?show=all", f"/orders/{claimed.pk}/", f"/settlements/{receipt.pk}/"]
    desk = ["/holdings/", f"/holdings/{leader.pk}/", f"/members/{claimed.member_id}/balance/"]

    assert wrong_on(leader.user, *both, "/holding/") == []
    assert wrong_on(operator, *both, *desk) == []


def test_collecting_is_light(visitor, weight, leader, sell):
    campaign = sell(MANY)
    visitor(user=leader.user)
    assert weight(f"/campaigns/{campaign.pk}/collecting/") <= LEADER_BYTES
    collected(campaign.orders.first(), leader)
    assert weight("/holding/") <= LEADER_BYTES
    visitor(user=make.make_user(Role.OPERATOR))
    for url in ("/holdings/", f"/holdings/{leader.pk}/", f"/campaigns/{campaign.pk}/collecting/"):
        assert weight(url) <= DESK_BYTES
