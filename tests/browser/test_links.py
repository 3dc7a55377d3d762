"""Invitation links: from a leader's phone to a neighbour's, and what the desk reads of it."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from community.consent import joining_text
from community.models import Member
from community.services import Visitor
from core.enums import Role
from orders.models import Order
from referrals.models import Joining, ReferralLink
from referrals.services import join_through, make_link
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES, SIZES

WIDTH, HEIGHT = SIZES["phone"]


@pytest.fixture
def group(site: str):
    return make.make_group(purpose="一起吃时令水果，谁家吃到好的就告诉大家")


@pytest.fixture
def leader(group):
    return make.make_leader(group)


@pytest.fixture
def link(group, leader) -> ReferralLink:
    """A link through which somebody new and somebody known have joined."""
    wang = make.make_member("王芳", group=group, phone="13911112222")
    link = make_link(member=wang, group=group, by=leader.user, now=timezone.now())
    for number, name in enumerate(("李强", "王芳")):
        phone = "13911112222" if name == "王芳" else "13800000000"
        who = {"visitor": Visitor(name, "3-1701", phone), "opened": (), "wording": joining_text()}
        join_through(link=link, **who, nonce=f"{number:032x}", now=timezone.now())
    return link


def test_a_leaders_link_takes_a_neighbour_in_who_orders_at_once(strict: Page, visitor, wrong_here, group, leader):
    now = timezone.now()
    clock = {"opens_at": make.LONG_AGO_MOMENT, "cuts_off_at": make.FAR_OFF, "delivers_on": timezone.localdate(now)}
    make.make_offer(make.make_campaign(group, **clock), "赣南脐橙", price_fen=690)
    strict.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    visitor(user=leader.user, language="en")
    strict.goto(reverse("core:me"))
    strict.get_by_role("link", name="Link, QR code and poster").click()
    strict.get_by_role("button", name="Make an invitation link").click()
    expect(strict.get_by_role("button", name="Copy the link")).to_be_visible()
    assert wrong_here() == []
    link = ReferralLink.objects.get()

    visitor(language="en")
    strict.goto(f"/j/{link.code}")
    expect(strict.get_by_text("周敏 invites you to join")).to_be_visible()
    strict.get_by_label("Name").fill("李强")
    strict.get_by_label("Door").fill("3-1701")
    strict.get_by_label("Phone").fill("123")
    strict.get_by_label("I agree to this").check()
    strict.get_by_role("button", name="Join").click()
    expect(strict.get_by_text("Write a mobile number").first).to_be_visible()
    assert wrong_here() == []
    strict.get_by_label("Phone").fill("138 0000 0000")
    strict.get_by_role("button", name="Join").click()

    expect(strict.get_by_text("This is what it orders now.")).to_be_visible()
    expect(strict.get_by_label("Phone")).to_have_value("13800000000")
    assert wrong_here() == []
    strict.get_by_label("赣南脐橙", exact=True).fill("2")
    strict.get_by_role("button", name="Place order").click()
    expect(strict.get_by_role("heading", name="My order")).to_be_visible()
    order = Order.objects.get()
    assert (order.member, order.referrer_1, order.link_code) == (Member.objects.get(name="李强"), leader, link.code)


def test_a_link_is_retired_on_the_members_page_without_leaving_it(strict: Page, visitor, link):
    visitor(user=make.make_user(Role.OPERATOR), language="en")
    strict.set_viewport_size({"width": SIZES["desk"][0], "height": SIZES["desk"][1]})
    strict.goto(reverse("community:member_detail", args=[link.member_id]))
    links = strict.locator("#member-links")

    links.get_by_role("button", name="Retire").click()
    strict.get_by_role("dialog").get_by_role("button", name="Retire").click()

    expect(links.get_by_role("button", name="Make an invitation link")).to_be_visible()
    expect(strict.get_by_text("The link is retired.")).to_be_visible()
    assert strict.url.endswith(reverse("community:member_detail", args=[link.member_id]))


def test_the_poster_is_one_picture(strict: Page, visitor, leader, link):
    visitor(user=leader.user)
    strict.goto(reverse("referrals:link_poster", args=[link.pk]))

    picture = strict.locator("[data-poster] img")
    expect(strict.locator("[data-poster].is-drawn")).to_be_visible()
    assert "一起吃时令水果" in picture.get_attribute("alt")
    assert "王芳邀请你入群" in picture.get_attribute("alt")


def test_everybody_can_use_the_pages(wrong_on, leader, link):
    of_member = [reverse(f"referrals:{name}", args=[link.member_id]) for name in ("member_links", "member_tree")]
    poster = reverse("referrals:link_poster", args=[link.pk])
    desk = [reverse("referrals:link_list"), reverse("referrals:link_detail", args=[link.pk]), poster]

    wrong = wrong_on(None, f"/j/{link.code}", f"/j/{link.code}?said=joined")
    wrong += wrong_on(leader.user, reverse("core:me"), reverse("referrals:own_links"), *of_member, poster)
    wrong += wrong_on(make.make_user(Role.OPERATOR), *desk, *of_member)
    wrong += wrong_on(make.make_user(Role.ADMIN), reverse("referrals:plan_list"))

    assert wrong == []
    assert Joining.objects.count() == 2


def test_the_pages_are_light(visitor, weight, leader, link):
    visitor()
    assert weight(f"/j/{link.code}") <= LEADER_BYTES
    visitor(user=leader.user)
    for address in (reverse("referrals:own_links"), reverse("referrals:link_poster", args=[link.pk])):
        assert weight(address) <= LEADER_BYTES, address
    visitor(user=make.make_user(Role.OPERATOR))
    for address in (reverse("referrals:link_list"), reverse("referrals:link_detail", args=[link.pk])):
        assert weight(address) <= DESK_BYTES, address
