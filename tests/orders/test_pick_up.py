"""自提: four digits find the order, and handing over is a delivery that says so."""

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import SaleFact
from orders.pickup import pickup_code
from orders.services import cut_off
from orders.views.public import own_url
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def orders(campaign, group, other_group):
    """Of 王芳 at 3-1701 and 李明 at 5-201 in the leader's group, and one of somebody else's group; cut off."""
    campaign.groups.add(other_group)
    berries = make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)
    people = [("王芳", group, "3-1701"), ("李明", group, "5-201"), ("外人", other_group, "3-1702")]
    placed = [
        order_for(make.make_member(name, group=place, door=door), (berries, 2), group=place, now=timezone.now())
        for name, place, door in people
    ]
    cut_off(campaign=campaign, by=None, now=timezone.now())
    return placed


def address(campaign) -> str:
    return reverse("orders:pick_up", args=[campaign.pk])


def test_a_code_is_four_digits_that_stay_and_differ(orders):
    codes = [pickup_code(order) for order in orders]

    assert all(len(code) == 4 and code.isdecimal() for code in codes)
    assert len(set(codes)) == 3
    assert codes == [pickup_code(order) for order in orders]


@pytest.mark.parametrize("asked", ["code", "王芳", "wangf", "wf", "3-17", "３-17"])
def test_code_name_pinyin_and_door_find_who_is_here_in_the_own_groups(signed_in, leader, campaign, orders, asked):
    typed = pickup_code(orders[0]) if asked == "code" else asked

    found = signed_in(leader.user).get(address(campaign), {"q": typed}).context["found"]

    assert [one.order for _code, one in found] == [orders[0]]


def test_handing_over_delivers_everything_and_says_that_it_was_collected(signed_in, leader, campaign, orders):
    browser = signed_in(leader.user)

    page = browser.post(address(campaign), {"order": orders[0].pk}, follow=True)

    assert "王芳 has everything." in page.text
    assert reverse("orders:undeliver", args=[orders[0].pk]) in page.text
    fact = SaleFact.objects.get(kind="delivered")
    assert (fact.order, fact.leader, fact.reason) == (orders[0], leader, "collected")
    assert "has it" in browser.get(address(campaign), {"q": "王芳"}).text


def test_what_is_not_handed_over_stays_and_says_why(signed_in, leader, group, selling):
    campaign = selling(group)
    order = order_for(make.make_member(group=group), (make.make_offer(campaign), 1), group=group, now=timezone.now())

    page = signed_in(leader.user).post(address(campaign), {"order": order.pk, "q": "王"})

    assert page.status_code == 422
    assert "Cut the campaign off first" in page.text
    assert not SaleFact.objects.filter(kind="delivered").exists()


def test_an_order_of_another_group_is_not_found(signed_in, leader, campaign, orders):
    assert signed_in(leader.user).post(address(campaign), {"order": orders[2].pk}).status_code == 404


@pytest.mark.parametrize("number", ["x", "²", ""])
def test_nobody_chosen_is_said(signed_in, leader, campaign, orders, number):
    page = signed_in(leader.user).post(address(campaign), {"order": number})

    assert (page.status_code, "Choose whose goods they are." in page.text) == (422, True)


def test_the_member_reads_the_code_on_their_order_and_the_leader_too(client, signed_in, leader, orders):
    code = pickup_code(orders[0])

    assert code in client.get(own_url(orders[0])).text
    assert code in signed_in(leader.user).get(reverse("orders:order_detail", args=[orders[0].pk])).text


@pytest.mark.parametrize("people", [1, 3])
def test_the_questions_are_the_same_for_one_as_for_three(
    signed_in, leader, campaign, group, people, django_assert_num_queries
):
    offer = make.make_offer(campaign)
    for number in range(people):
        order_for(make.make_member(f"王{number}", group=group), (offer, 1), group=group, now=timezone.now())
    browser = signed_in(leader.user)

    with django_assert_num_queries(4):  # session, user, campaign, lines
        browser.get(address(campaign), {"q": "王"})
