"""售后: a leader proposes a refund with a photo on the phone, an operator settles it at the desk."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.enums import Role
from core.models import Picture
from orders.models import SaleFact
from tests import factories as make
from tests.browser.conftest import SIZES
from tests.browser.steps import DESK_BYTES, LEADER_BYTES
from tests.factories import delivered, order_for
from tests.photos import encoded, halves, told


@pytest.fixture
def leader(site: str):
    return make.make_leader(make.make_group())


@pytest.fixture
def order(leader):
    """Two 盒 at a door, delivered."""
    group, now = leader.assignments.get().group, timezone.now()
    campaign = make.make_campaign(group, opens_at=now - timedelta(days=1), cuts_off_at=now + timedelta(hours=1))
    berries = make.make_offer(campaign, "丹东草莓", unit="盒", counted=True, price_fen=2990)
    placed = order_for(make.make_member(group=group), (berries, 2), group=group, now=now)
    return delivered(placed, by=leader.user, now=now)


def looked_at(page: Page, axe, size: str) -> list:
    """What is wrong with the page as it stands, in light and dark."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [wide] * (wide > 0)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found += axe(page)
    return found


def test_a_refund_is_proposed_with_a_photo_on_the_phone_and_settled_at_the_desk(
    strict: Page, visitor, axe, weight, leader, order
):
    photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": encoded(halves(3000, 2000), exif=told())}
    visitor(user=leader.user, theme="auto")
    strict.set_viewport_size({"width": 390, "height": 844})

    # from the door of the delivery run
    strict.goto(f"/delivery/{order.campaign_id}/")
    strict.get_by_role("link", name="售后").click()
    strict.get_by_label("变质").check()
    strict.get_by_label("照片").set_input_files(photo)
    found = looked_at(strict, axe, "phone")
    strict.get_by_role("button", name="提交申请").click()

    # how much was forgotten: the photo is kept, the rest as well
    expect(strict.get_by_text("照片已经留着，不用再选。")).to_be_visible()
    expect(strict.get_by_label("变质")).to_be_checked()
    found += looked_at(strict, axe, "phone")
    strict.get_by_label("数量").fill("1")
    strict.get_by_role("button", name="提交申请").click()
    expect(strict.get_by_role("region", name="售后")).to_contain_text("待处理")
    found += looked_at(strict, axe, "phone")

    # at the desk
    visitor(user=make.make_user(Role.OPERATOR, name="沈嘉宁"), theme="auto")
    strict.set_viewport_size({"width": 1440, "height": 900})
    strict.goto("/")
    strict.get_by_role("link", name="1 笔售后待处理").click()
    found += looked_at(strict, axe, "desk") + looked_at(strict, axe, "phone")
    strict.get_by_role("link", name="丹东草莓").click()
    picture = strict.get_by_role("img", name="丹东草莓的照片")
    seen = picture.evaluate("async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight] }")
    assert seen == [853, 1280]  # upright
    found += looked_at(strict, axe, "phone") + looked_at(strict, axe, "desk")
    strict.get_by_role("button", name="退 ¥29.90").click()
    expect(strict.get_by_text("没有待处理的售后")).to_be_visible()
    assert SaleFact.objects.get(kind="refunded").amount_fen == -2990
    assert Picture.objects.count() == 1

    # the leader reads what became of it
    visitor(user=leader.user, theme="auto")
    strict.goto("/leader/")
    expect(strict.get_by_role("region", name="售后处理结果")).to_contain_text("已退 ¥29.90")
    assert found == []
    assert weight(f"/orders/{order.pk}/complain/") <= LEADER_BYTES
    visitor(user=make.make_user(Role.OPERATOR))
    assert weight("/complaints/?state=settled") <= DESK_BYTES
