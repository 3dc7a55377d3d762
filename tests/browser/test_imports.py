"""导入 in a real browser: from the file to undo, on a phone and at the desk."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.enums import Role
from core.jobs import drain_all
from orders.enums import ImportKind
from orders.models import OrderLine
from orders.services import confirm_orders, start_import
from tests import factories as make
from tests.browser.steps import DESK_BYTES, LEADER_BYTES

HEADER = "跟团号,收货人,联系电话,详细地址,商品,数量,单价,订单状态"
ROWS = [
    "1,王芳,13900000001,锦绣华城3号楼1701室,草莓,2,29.90,已支付",
    "2,刘畅,13900000002,锦绣华城9号楼301室,榴莲,1,99.00,已支付",
    "3,赵敏,13900000003,锦绣华城9号楼302室,草莓,1,19.90,已支付",
    "4,钱多,13900000004,锦绣华城9号楼303室,草莓,若干,29.90,已支付",
    "5,孙梅,13900000005,锦绣华城9号楼304室,草莓,1,29.90,退款成功",
]


@pytest.fixture
def leader(site: str):
    return make.make_leader(make.make_group())


@pytest.fixture
def campaign(leader):
    now = timezone.now()
    group = leader.assignments.get().group
    campaign = make.make_campaign(
        group, opens_at=now - timezone.timedelta(days=1), cuts_off_at=now + timezone.timedelta(hours=1)
    )
    make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)
    return campaign


def bring_in(campaign, by, *rows, **fields):
    orders = {"kind": ImportKind.ORDERS, "campaign": campaign, "group": campaign.groups.get()}
    return start_import(
        file_name="快团团.csv",
        data="\n".join([HEADER, *rows]).encode(),
        by=by,
        now=timezone.now(),
        **(fields or orders),
    )


def test_a_file_becomes_orders_and_is_undone(sized: Page, visitor, leader, campaign):
    visitor(user=leader.user)
    sized.goto("/orders/")

    sized.get_by_role("link", name="导入").click()
    file = {"name": "快团团.csv", "mimeType": "text/csv", "buffer": "\n".join([HEADER, *ROWS]).encode("gb18030")}
    sized.get_by_label("文件").set_input_files(file)
    sized.get_by_role("button", name="读取文件").click()
    expect(sized.get_by_label("门牌或地址")).to_have_value("3")
    sized.get_by_role("button", name="看每一行").click()
    sized.get_by_label("“榴莲”").select_option("草莓")
    sized.get_by_role("button", name="按这样读").click()
    expect(sized.get_by_text("「草莓」要多少？「若干」看不出来。")).to_be_visible()
    sized.get_by_role("button", name="确认录入 3 单").click()

    expect(sized.get_by_role("heading", name="3 行已保存，1 行有误")).to_be_visible()
    assert OrderLine.objects.filter(quantity__gt=0).count() == 3
    sized.get_by_role("button", name="撤销这次导入").click()
    expect(sized.get_by_role("heading", name="这次导入已撤销")).to_be_visible()
    assert not OrderLine.objects.filter(quantity__gt=0).exists()


def test_everybody_can_use_the_pages_of_an_import_on_phone_and_desk(wrong_on, leader, campaign):
    operator, now = make.make_user(Role.OPERATOR), timezone.now()
    draft = bring_in(campaign, leader.user, *ROWS)
    taken = bring_in(campaign, leader.user, *ROWS)
    confirm_orders(brought_in=taken, with_doubtful=True, by=leader.user, now=now)
    goods = start_import(
        kind=ImportKind.PRODUCTS,
        file_name="商品.csv",
        data="名称,单位,售价,供应商\n草莓,盒,29.9,新供应商\n梨,,1,".encode(),
        by=operator,
        now=now,
    )
    orders = ["/imports/orders/", f"/imports/{draft.pk}/columns/", f"/imports/{draft.pk}/", f"/imports/{taken.pk}/"]
    products = ["/imports/products/", f"/imports/{goods.pk}/columns/", f"/imports/{goods.pk}/"]

    assert wrong_on(leader.user, *orders) == []
    assert wrong_on(operator, *orders, *products) == []


def test_the_preview_of_a_long_file_is_light(visitor, weight, leader, campaign):
    """Two hundred rows that are no use, two hundred to look at, two hundred that are right."""
    bad = [f"{n},王芳{n},1390000{n:04d},锦绣华城3号楼{n}室,从未见过的商品{n},1,29.90," for n in range(1000, 1200)]
    doubtful = [f"{n},刘畅{n},1390000{n:04d},锦绣华城4号楼{n}室,草莓,1,19.90," for n in range(1200, 1400)]
    good = [f"{n},赵敏{n},1390000{n:04d},锦绣华城5号楼{n}室,草莓,1,29.90," for n in range(1400, 1600)]
    draft = bring_in(campaign, leader.user, *bad, *doubtful, *good)

    visitor(user=leader.user)
    assert weight(f"/imports/{draft.pk}/") <= LEADER_BYTES
    assert weight(f"/imports/{draft.pk}/columns/") <= LEADER_BYTES
    visitor(user=make.make_user(Role.OPERATOR))
    assert weight(f"/imports/{draft.pk}/") <= DESK_BYTES


def test_a_long_file_shows_how_far_it_is(strict: Page, visitor, leader, campaign):
    rows = [f"{n},赵敏{n},1390000{n:04d},锦绣华城5号楼{n}室,草莓,1,29.90," for n in range(1000, 1250)]
    draft = bring_in(campaign, leader.user, *rows)
    confirm_orders(brought_in=draft, with_doubtful=True, by=leader.user, now=timezone.now())
    visitor(user=leader.user)
    strict.goto(f"/imports/{draft.pk}/")
    expect(strict.get_by_text("正在录入订单")).to_be_visible()

    drain_all()

    expect(strict.get_by_role("heading", name=re.compile("250 行已保存"))).to_be_visible()
