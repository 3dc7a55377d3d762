"""A WeChat bill on the phone: chosen, looked at, booked."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from community.models import Member
from core.enums import Role
from orders.models import Campaign, Order, Payment
from tests import factories as make
from tests.browser.steps import LEADER_BYTES
from tests.factories import order_for
from tests.orders.bill_files import Line, bill_file, number

PHONE = {"width": 390, "height": 844}
MANY = 60
"""Orders of an ordinary campaign day in the groups of one leader."""


@pytest.fixture
def leader(site: str) -> Member:
    return make.make_leader(make.make_group())


@pytest.fixture
def sell(leader: Member) -> Callable[..., Campaign]:
    """A campaign with an order of ¥59.80 for each name, at 1-101, 1-102 and so on, in the leader's group."""

    def to(*names: str) -> Campaign:
        group, now = leader.assignments.get().group, timezone.now()
        campaign = make.make_campaign(
            group, opens_at=now - timezone.timedelta(days=1), cuts_off_at=now + timezone.timedelta(hours=1)
        )
        berries = make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990)
        for which, name in enumerate(names, 101):
            member = make.make_member(name, group=group, door=f"1-{which}")
            order_for(member, (berries, 2), group=group, now=now)
        return campaign

    return to


def paid(which: int, payer: str, **fields) -> Line:
    at = timezone.localtime() + timezone.timedelta(seconds=1)
    return Line(number(which), payer, **{"at": at.strftime("%Y-%m-%d %H:%M:%S"), **fields})


def upload(page: Page, *lines: Line | str) -> None:
    page.goto("/bill/")
    page.get_by_label("账单文件").set_input_files(
        {"name": "微信支付账单.csv", "mimeType": "text/csv", "buffer": bill_file(*lines)}
    )
    page.get_by_role("button", name="读账单").click()
    expect(page.get_by_role("heading", name="核对账单")).to_be_visible()


def test_the_certain_is_ticked_the_doubtful_is_chosen_and_the_same_file_does_nothing_more(
    strict: Page, visitor, leader, sell
):
    campaign = sell("王芳", "李雷", "韩梅")
    lines = [paid(1, "王芳"), paid(2, "岁月静好"), paid(3, "楼下", way="支出", state="支付成功")]
    visitor(user=leader.user)
    strict.set_viewport_size(PHONE)
    strict.goto(f"/campaigns/{campaign.pk}/collecting/")
    strict.get_by_role("link", name="微信账单").click()

    upload(strict, *lines)
    expect(strict.get_by_role("checkbox")).to_be_checked()
    strict.get_by_role("radio", name="韩梅").check()
    strict.get_by_role("button", name="把选中的入账").click()

    expect(strict.get_by_text("已入账 2 笔，共 ¥119.60。")).to_be_visible()
    strict.get_by_role("link", name=campaign.title).click()
    expect(strict.locator("#collecting-progress")).to_contain_text("还差 ¥59.80 · 已收 ¥119.60")
    upload(strict, *lines)
    expect(strict.get_by_text("2 笔以前已入账")).to_be_visible()
    expect(strict.get_by_role("button", name="把选中的入账")).to_have_count(0)
    assert Payment.objects.count() == 2


def test_everybody_can_use_the_pages_of_a_bill_on_phone_and_desk(sized: Page, visitor, wrong_here, leader, sell):
    sell("王芳", "李雷", "韩梅")
    lines = [paid(1, "王芳"), paid(2, "岁月静好" * 6, remark="x" * 60), paid(3, "过客", yuan="1.00"), "坏,行"]
    on_a_phone = sized.viewport_size["width"] < 1000
    visitor(user=leader.user if on_a_phone else make.make_user(Role.OPERATOR), theme="dark" if on_a_phone else "light")

    sized.goto("/bill/")
    assert wrong_here() == []
    upload(sized, *lines)
    for folded in sized.locator("main details > summary").all():
        folded.click()
    assert wrong_here() == []
    sized.get_by_role("button", name="把选中的入账").click()
    expect(sized.get_by_text("已入账 1 笔")).to_be_visible()
    assert wrong_here() == []


@pytest.mark.parametrize("named", [True, False])
def test_a_bill_of_a_whole_campaign_is_light(page: Page, visitor, leader, sell, named):
    names = [f"王芳{which}" for which in range(MANY)]
    sell(*names)
    lines = [paid(which, name if named else f"网名{name}", remark="谢谢") for which, name in enumerate(names)]
    visitor(user=leader.user)
    received = [0.0]
    page.goto("/bill/")
    page.get_by_label("账单文件").set_input_files(
        {"name": "微信支付账单.csv", "mimeType": "text/csv", "buffer": bill_file(*lines)}
    )
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    tools.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))

    page.get_by_role("button", name="读账单").click()
    page.wait_for_load_state("networkidle")

    assert Order.objects.count() == page.get_by_role("checkbox" if named else "article").count() == MANY
    assert sum(received) <= LEADER_BYTES
