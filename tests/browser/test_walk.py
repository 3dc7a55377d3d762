"""The product once through in a browser: from the chain a leader pastes to the commission the books owe."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from community.models import Member
from core.enums import Role
from core.jobs import drain_all
from core.models import User
from ledger.services import open_period
from orders.models import Campaign, Order
from referrals.models import CommissionEntry
from referrals.services import refer
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES, card, paste, tick
from tests.flows.reading import owed
from tests.referrals.sales import make_plan

CHAIN = """#接龙
周五鲜果团
1. 6-1201 王姐 草莓2盒
2. 小鱼儿 9-301 草莓1盒 脐橙3斤
3. 7-801 老周 芒果3斤
"""
DOORS = ["6-1201", "9-301", "7-801"]

# Strawberries 2 990 a box, oranges 690 a 斤; one 斤 of 小鱼儿's oranges is missing, 老周's mangoes are oranges.
#   王姐    2 × 2 990           = 5 980
#   小鱼儿  2 990 + (3 − 1) × 690 = 4 370
#   老周    3 × 690             = 2 070
# Each share is rounded half up, once an order: (2 × base × ppm + 1 000 000) div 2 000 000.
#   leader, 40 000 ppm: 239.2 → 239, 174.8 → 175, 82.8 → 83: 497; three households at 200: 600.
#   王姐 brought 小鱼儿, 20 000 ppm: 87.4 → 87. Together 1 184.
LEADER_FEN, REFERRER_FEN = 497 + 600, 87


@dataclass
class Town:
    """Who takes part, and the campaign that takes orders."""

    leader: Member
    referrer: Member
    operator: User
    admin: User
    second_admin: User
    campaign: Campaign


@pytest.fixture
def town(site: str) -> Town:
    now, group = timezone.now(), make.make_group()
    operator, admin = make.make_user(Role.OPERATOR), make.make_user(Role.ADMIN, name="李会计")
    wang, xiaoyu = (
        make.make_member(name, group=group, door=door) for name, door in [("王姐", "6-1201"), ("小鱼儿", "9-301")]
    )
    refer(referrer=wang, referee=xiaoyu, reason="邻居介绍", by=operator, now=now)
    make_plan(leader_ppm=40_000, referral_1_ppm=20_000, delivery_fee_fen=200)
    open_period(month=timezone.localdate(now), by=admin, now=now)
    campaign = make.make_campaign(
        group,
        opens_at=now - timedelta(days=1),
        cuts_off_at=now + timedelta(hours=9),
        delivers_on=timezone.localdate(now),
    )
    make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990, aliases=["草莓"])
    make.make_offer(campaign, "赣南脐橙", unit="斤", price_fen=690, aliases=["脐橙"])
    second_admin = make.make_user(Role.ADMIN, name="王复核")
    return Town(make.make_leader(group), wang, operator, admin, second_admin, campaign)


@dataclass
class Walk:
    """One browser in which one person after another sits down, and the addresses they looked round at."""

    page: Page
    visitor: Callable[..., None]
    axe: Callable[[Page], list[tuple[str, list[str]]]]
    seen: defaultdict[User, set[str]] = field(default_factory=lambda: defaultdict(set))

    def sit_down(self, user: User, address: str) -> None:
        self.user = user
        self.visitor(user=user, language="en")
        self.page.goto(address)

    def look_round(self) -> None:
        """Nothing here shuts anybody out."""
        assert self.axe(self.page) == [], self.page.url
        self.seen[self.user].add(self.page.url)


@pytest.fixture
def walk(sized: Page, visitor: Callable[..., None], axe: Callable[..., list[tuple[str, list[str]]]]) -> Walk:
    return Walk(sized, visitor, axe)


def test_from_a_pasted_chain_to_the_commission_the_books_owe(
    walk: Walk, town: Town, weight: Callable[[str], int]
) -> None:
    the_leader_takes_the_chain_in(walk, town)
    the_operator_cuts_off(walk, town)
    the_leader_delivers_all_but_a_jin_of_oranges(walk, town)

    run = the_admin_runs_the_month(walk, town)
    assert owed(town.leader) == owed(town.referrer) == 0
    the_second_admin_approves(walk, town, run)
    the_books_owe_it(walk, town)

    the_admin_runs_again_and_nothing_is_added(walk, town)
    every_page_was_light(walk, weight)


def the_leader_takes_the_chain_in(walk: Walk, town: Town) -> None:
    page = walk.page
    walk.sit_down(town.leader.user, "/jielong/")
    walk.look_round()
    paste(page, CHAIN)
    expect(page.get_by_text("No product matches “芒果”")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm 2 orders")).to_be_visible()
    walk.look_round()

    row = page.locator("article", has_text="老周")
    row.get_by_label("“芒果” is").select_option(label="赣南脐橙")
    row.get_by_role("button", name="Take it like this").click()
    page.get_by_role("button", name="Confirm 3 orders").click()

    expect(page.get_by_role("heading", name="3 orders are in")).to_be_visible()
    walk.look_round()
    assert Order.objects.filter(campaign=town.campaign, state="placed").count() == 3


def the_operator_cuts_off(walk: Walk, town: Town) -> None:
    page = walk.page
    walk.sit_down(town.operator, f"/campaigns/{town.campaign.pk}/")
    page.get_by_text("Cut off now", exact=True).click()
    page.get_by_role("button", name="Yes, cut off now").click()

    expect(page.locator(".page-head .tag")).to_have_text("Cut off")
    expect(page.get_by_role("status")).to_contain_text("The purchase list is ready.")
    walk.look_round()


def the_leader_delivers_all_but_a_jin_of_oranges(walk: Walk, town: Town) -> None:
    page = walk.page
    walk.sit_down(town.leader.user, f"/delivery/{town.campaign.pk}/")
    door = card(page, "9-301")
    door.get_by_role("link", name="Missing").click()
    door.get_by_label("赣南脐橙 missing").fill("1")
    door.get_by_role("button", name="Record as missing").click()
    expect(door).to_contain_text("1 斤 missing")

    for number, name in enumerate(DOORS, start=1):
        tick(page, name).click()
        expect(page.locator("#delivery-progress")).to_contain_text(f"{number} / 3")
    walk.look_round()


def the_admin_runs_the_month(walk: Walk, town: Town) -> str:
    """The address of the run, which waits for somebody else to approve it."""
    page = walk.page
    walk.sit_down(town.admin, "/commission/")
    run_and_watch(page)
    expect(page.get_by_text("You ran this, so somebody else has to approve it")).to_be_visible()
    walk.look_round()
    return page.url


def run_and_watch(page: Page) -> None:
    """Run the only open period; the page asks by itself how far it is, until it is worked out."""
    page.get_by_role("button", name="Run", exact=True).click()
    bar = page.get_by_role("progressbar", name="Working out what is due")
    expect(bar).to_be_visible()
    drain_all()
    expect(bar).to_have_count(0)


def the_second_admin_approves(walk: Walk, town: Town, run: str) -> None:
    page = walk.page
    walk.sit_down(town.second_admin, run)
    page.get_by_role("button", name="Approve ¥11.84").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text("The amounts are owed.")).to_be_visible()
    walk.look_round()


def the_books_owe_it(walk: Walk, town: Town) -> None:
    walk.sit_down(town.second_admin, "/books/?purpose=commission_payable")
    expect(balance_of(walk.page, town.leader)).to_have_text("−¥10.97")
    expect(balance_of(walk.page, town.referrer)).to_have_text("−¥0.87")
    walk.look_round()
    assert (owed(town.leader), owed(town.referrer)) == (LEADER_FEN, REFERRER_FEN)


def balance_of(page: Page, member: Member) -> Locator:
    return page.get_by_role("row").filter(has_text=member.name).locator(".money")


def the_admin_runs_again_and_nothing_is_added(walk: Walk, town: Town) -> None:
    entries = CommissionEntry.objects.count()
    walk.sit_down(town.admin, "/commission/")
    walk.look_round()
    run_and_watch(walk.page)
    expect(walk.page.get_by_text("Nothing to add")).to_be_visible()
    assert CommissionEntry.objects.count() == entries
    assert (owed(town.leader), owed(town.referrer)) == (LEADER_FEN, REFERRER_FEN)


def every_page_was_light(walk: Walk, weight: Callable[[str], int]) -> None:
    for user, addresses in walk.seen.items():
        walk.visitor(user=user)
        for address in addresses:
            assert weight(address) <= (LEADER_BYTES if user.is_leader else DESK_BYTES), address
