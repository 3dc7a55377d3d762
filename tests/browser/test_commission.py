"""Commission in a browser: reviewing by keys, and every page of it strict, accessible and light."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import Member
from core.enums import Role
from core.jobs import drain_all
from core.models import User
from referrals import services
from referrals.enums import RunState
from referrals.models import CommissionEntry, Run
from tests.browser.steps import DESK_BYTES, LEADER_BYTES
from tests.factories import make_group, make_leader, make_member, make_user
from tests.referrals.sales import (
    APRIL,
    END_OF_MARCH,
    MARCH,
    delivered_sale,
    lines_of,
    make_period,
    make_plan,
    make_round,
    refund,
)


@pytest.fixture
def books(site: str) -> tuple[Run, User, Member]:
    """A month run once, with a refund in it: the run, an admin who may approve it, the leader."""
    group = make_group()
    leader, friend = make_leader(group, name="周敏"), make_member("王芳", group=group)
    make_plan(leader_ppm=45_000, referral_1_ppm=20_000, delivery_fee_fen=200, delivery_cap_fen=500)
    campaign = make_round(group)
    buyers = [make_member(name, group=group) for name in ("孙丽", "赵强", "吴静", "郑凯")]
    doors, bases = ["3-1701", "3-1701", "3-1702", "3-1703"], [(1_299, 899, 2_550), (1_000,), (2_000,), (500,)]
    orders = [
        delivered_sale(
            group, *lines, campaign=campaign, door=door, leader=leader, member=buyer, referrer=friend, by=leader
        )
        for door, lines, buyer in zip(doors, bases, buyers, strict=True)
    ]
    march, admin = make_period(MARCH, APRIL), make_user(Role.ADMIN, name="李会计")
    services.start_run(period=march, by=admin, now=END_OF_MARCH)
    drain_all()
    refund(lines_of(orders[0])[0], 500)
    run = services.start_run(period=march, by=admin, now=END_OF_MARCH)
    drain_all()
    refund(lines_of(orders[1])[0], 100)
    return run, make_user(Role.ADMIN, name="王复核"), leader


def test_a_run_is_reviewed_by_keys(page: Page, books: tuple[Run, User, Member], visitor: Callable[..., None]) -> None:
    run, admin, leader = books
    visitor(user=admin, language="en")
    page.goto(reverse("referrals:run_detail", args=[run.pk]))

    page.keyboard.press("j")
    expect(page.get_by_role("link", name=leader.name)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("a")
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()

    expect(page.get_by_text("The amounts are owed.")).to_be_visible()
    run.refresh_from_db()
    assert run.state == RunState.APPROVED


TERMS = services.Terms(MARCH, APRIL, 35_000, 200, None, 20_000)


def test_everybody_can_use_every_page_on_phone_and_desk_and_they_are_light(
    books: tuple[Run, User, Member], visitor: Callable[..., None], weight: Callable[[str], int], wrong_on: Any
) -> None:
    run, admin, leader = books
    services.create_version(plan=services.standard_plan(), terms=TERMS, by=admin)
    order = CommissionEntry.objects.filter(run=run).first().order
    at_the_desk = [
        ("run_list", []),
        ("run_detail", [run.pk]),
        ("earner_detail", [run.pk, leader.pk]),
        ("entry_list", []),
        ("why", [order.pk]),
        ("plan_list", []),
        ("member_tree", [leader.pk]),
    ]
    of_the_leader = [("earnings", []), ("earnings_campaign", [order.campaign_id]), ("why", [order.pk])]

    for user, pages in ((admin, at_the_desk), (leader.user, of_the_leader)):
        addresses = [reverse(f"referrals:{name}", args=arguments) for name, arguments in pages]
        assert wrong_on(user, *addresses) == []

    visitor(user=admin)
    desk = weight(reverse("referrals:run_detail", args=[run.pk]))
    visitor(user=leader.user)
    phone = weight(reverse("referrals:earnings"))

    assert desk <= DESK_BYTES
    assert phone <= LEADER_BYTES
