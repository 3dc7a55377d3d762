"""交给帮手: a link shows one run, ticks in the leader's name, and nothing else."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.models import LeaderAssignment, Member, PhoneReveal
from orders.models import DeliveryLink, Tick
from orders.services import cut_off, make_delivery_link, record_shortage
from orders.views.helper import helper_token
from tests import factories as make
from tests.factories import NOW, order_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def placed(campaign, group, other_group, operator):
    """An order of 3-201 in the leader's group and one of 9-901 in another, cut off."""
    offer = make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)
    orders = []
    for home, name, door, number in [(group, "王芳", "3-201", "1"), (other_group, "赵敏", "9-901", "2")]:
        member = make.make_member(name, group=home, phone=f"1381234567{number}")
        order = order_for(member, (offer, 2), group=home, now=timezone.now())
        type(order).objects.filter(pk=order.pk).update(door=door, note="放门口")
        orders.append(order)
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    return orders


@pytest.fixture
def link(campaign, leader) -> DeliveryLink:
    return make_delivery_link(campaign=campaign, name="李雷", by=leader.user, now=timezone.now())


@pytest.fixture
def helper() -> Client:
    """A browser nobody is signed in to, which reads English."""
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def address(link: DeliveryLink, name: str = "run", **more) -> str:
    return reverse(f"orders:helper_{name}", kwargs={"token": helper_token(link), **more})


def send(helper: Client, link: DeliveryLink, order, **headers):
    taps = [{"key": uuid4().hex, "order": order.pk, "delivered": True, "seen": 1, "at": 0}]
    return helper.post(
        address(link, "ticks"), json.dumps({"taps": taps}), content_type="application/json", headers=headers
    )


def test_the_link_shows_doors_goods_and_notes_and_no_money(helper, link, placed, operator):
    record_shortage(line_id=placed[0].lines.get().pk, quantity=Decimal(1), by=operator, now=timezone.now())

    page = helper.get(address(link)).text

    assert "3-201" in page
    assert "放门口" in page
    assert "handed over to 李雷" in page
    assert "9-901" not in page
    assert "¥" not in page
    assert "13812345671" not in page
    assert f"/orders/{placed[0].pk}/" not in page  # no shortage, no number, no tick by the leader's own addresses
    assert "/delivery/" not in page


def test_a_tick_through_the_link_is_the_leaders_and_names_the_helper(helper, link, placed, leader):
    answer = send(helper, link, placed[0])

    assert answer.json()["ticks"][0]["outcome"] == "done"
    assert "¥" not in answer.json()["html"]
    fact = placed[0].facts.get(kind="delivered")
    assert (fact.by, fact.leader, fact.reason) == (leader.user, leader, "helper: 李雷")
    assert Tick.objects.get().link == link


def test_a_tick_through_the_link_reaches_no_door_of_another_group(helper, link, placed):
    answer = send(helper, link, placed[1])

    assert answer.json()["ticks"][0]["outcome"] == "unknown"
    assert not placed[1].facts.filter(kind="delivered").exists()


def test_a_number_seen_through_the_link_is_kept_with_the_link(helper, link, placed, leader, campaign):
    answer = helper.post(address(link, "phone", pk=placed[0].pk), headers={"HX-Request": "true"})

    assert "tel:13812345671" in answer.text
    reveal = PhoneReveal.objects.get()
    place = f"/delivery/{campaign.pk}/ · 李雷 (link {link.pk})"
    assert (reveal.by, reveal.member.name, reveal.place) == (leader.user, "王芳", place)


def test_no_number_of_another_group_is_seen_through_the_link(helper, link, placed):
    assert helper.post(address(link, "phone", pk=placed[1].pk)).status_code == 404
    assert not PhoneReveal.objects.exists()


def dead_ends(helper: Client, link: DeliveryLink, order) -> set[int]:
    phone = helper.post(address(link, "phone", pk=order.pk))
    return {helper.get(address(link)).status_code, send(helper, link, order).status_code, phone.status_code}


def test_a_link_that_was_ended_leads_nowhere(signed_in, helper, link, placed, leader):
    assert dead_ends(helper, link, placed[0]) == {200}

    signed_in(leader.user).post(reverse("orders:delivery_link_end", args=[link.pk]))

    assert dead_ends(helper, link, placed[0]) == {404}


def test_a_link_whose_time_is_over_leads_nowhere(helper, link, placed):
    DeliveryLink.objects.update(until=timezone.now() - timedelta(seconds=1))

    assert dead_ends(helper, link, placed[0]) == {404}


def test_the_link_of_somebody_who_may_not_log_in_any_more_leads_nowhere(helper, link, placed, leader):
    leader.user.is_active = False
    leader.user.save(update_fields=["is_active"])

    assert dead_ends(helper, link, placed[0]) == {404}


def test_a_link_shows_no_more_than_who_made_it_may_see_today(helper, link, placed):
    LeaderAssignment.objects.all().delete()

    assert "3-201" not in helper.get(address(link)).text
    assert send(helper, link, placed[0]).json()["ticks"][0]["outcome"] == "unknown"


@pytest.mark.parametrize("forged", ["1", "1.x", "%00", "x.y.z", "99999999999999999999.x"])
def test_a_token_nobody_signed_leads_nowhere(helper, link, forged):
    assert helper.get(f"/d/{forged}/").status_code == 404


def test_another_site_ticks_nothing(helper, link, placed):
    assert send(helper, link, placed[0], **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_link_is_good_until_the_end_of_the_day_after_the_delivery(campaign, leader):
    shanghai = ZoneInfo("Asia/Shanghai")
    campaign.delivers_on = NOW.date() + timedelta(days=1)

    in_time = make_delivery_link(campaign=campaign, name="李雷", by=leader.user, now=NOW)
    late = make_delivery_link(campaign=campaign, name="李雷", by=leader.user, now=NOW + timedelta(days=5))

    assert in_time.until == datetime(2026, 11, 23, tzinfo=shanghai)  # delivered on the 21st
    assert late.until == datetime(2026, 11, 27, tzinfo=shanghai)  # made on the 25th


def test_a_leader_makes_a_link_and_finds_its_address(signed_in, leader, campaign, placed):
    browser, url = signed_in(leader.user), reverse("orders:delivery_links", args=[campaign.pk])

    browser.post(url, {"name": " 李雷 "})

    link = DeliveryLink.objects.get()
    assert (link.name, link.made_by, link.campaign) == ("李雷", leader.user, campaign)
    assert address(link) in browser.get(url).text
    assert browser.get(reverse("orders:delivery_link_qr", args=[link.pk])).headers["Content-Type"] == "image/png"


def test_nobody_ends_or_reads_the_link_of_another_leader(signed_in, stranger, link, campaign):
    browser = signed_in(stranger.user)

    assert browser.post(reverse("orders:delivery_link_end", args=[link.pk])).status_code == 404
    assert browser.get(reverse("orders:delivery_link_qr", args=[link.pk])).status_code == 404
    assert "李雷" not in browser.get(reverse("orders:delivery_links", args=[campaign.pk])).text


@pytest.mark.parametrize("doors", [1, 3])
def test_the_link_asks_the_database_as_often_for_one_door_as_for_three(
    helper, link, group, campaign, operator, django_assert_num_queries, doors
):
    offer = make.make_offer(campaign, "草莓")
    for number in range(doors):
        member = make.make_member(group=group, phone=f"1381234567{number}")
        order_for(member, (offer, 1), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())
    assert Member.objects.filter(phone__startswith="138").count() == doors

    with django_assert_num_queries(3):  # the link with campaign and maker, groups, lines
        helper.get(address(link))
