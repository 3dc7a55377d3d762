"""What the cut-off came to, on the campaign's page and in the texts for those it concerns."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import PriceStep
from orders.queries import results_of, standings
from orders.services import cancel_campaign, correct_order, cut_off
from orders.texts import outcome_text
from orders.views.public import token_of
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


@pytest.fixture
def hams(campaign):
    """Twenty 盒 to go ahead."""
    return make.make_offer(campaign, "火腿", unit="盒", counted=True, price_fen=8800, minimum=Decimal(20))


@pytest.fixture
def crabs(campaign):
    """¥59.90 each, ¥45.00 once three have joined."""
    offer = make.make_offer(campaign, "大闸蟹", unit="只", counted=True, price_fen=5990)
    PriceStep.objects.create(offer=offer, joined=3, price_fen=4500)
    return offer


def order(name, door, *wanted, group):
    return order_for(make.make_member(name, group=group, door=door), *wanted, group=group, now=timezone.now())


def came_to(campaign):
    campaign.refresh_from_db()
    return results_of(campaign, standings(campaign.offers.all()))


def end(campaign, operator):
    cut_off(campaign=campaign, by=operator, now=timezone.now())


def test_who_had_ordered_what_is_called_off_is_told_by_name_in_their_group(
    campaign, hams, group, other_group, operator
):
    order("王芳", "3-1701", (hams, 2), group=group)
    order("赵敏", "11-402", (hams, 7), group=other_group)
    end(campaign, operator)

    texts = [outcome_text(campaign, came_to(campaign), one) for one in (group, other_group)]

    said = "火腿没成团：起订 20 盒，只订到 9 盒。不用付钱："
    assert texts == [
        f"周五鲜果团：截单结果\n{said}3-1701 王芳 2盒",
        f"周五鲜果团：截单结果\n{said}11-402 赵敏 7盒",
    ]


def test_a_group_nobody_of_which_is_concerned_gets_no_text(campaign, hams, group, other_group, operator):
    order("王芳", "3-1701", (hams, 2), group=group)
    end(campaign, operator)

    assert outcome_text(campaign, came_to(campaign), other_group) == ""


def test_a_settled_ladder_says_how_many_joined_and_what_all_of_them_pay(campaign, crabs, group, operator):
    for name in ("王芳", "赵敏", "李雷"):
        order(name, "1-101", (crabs, 2), group=group)
    end(campaign, operator)

    assert outcome_text(campaign, came_to(campaign), group) == (
        "周五鲜果团：截单结果\n大闸蟹：3 人参团，结算价 ¥45.00/只（原价 ¥59.90）"
    )


def test_who_came_in_late_or_withdrew_before_has_not_joined(campaign, crabs, group, operator):
    first, *_others = [order(name, "1-101", (crabs, 2), group=group) for name in ("王芳", "赵敏", "李雷")]
    gone = order("退了", "1-102", (crabs, 1), group=group)
    order_for(gone.member, (crabs, -1), group=group, now=timezone.now())
    apples = order("苹果", "1-103", (make.make_offer(campaign), 1), group=group)
    end(campaign, operator)
    for late, quantity in ((apples, 1), (first, -2)):
        correct_order(
            order=late, quantities={crabs.pk: Decimal(quantity)}, reason="改", by=operator, now=timezone.now()
        )

    (settled,) = came_to(campaign).settled

    assert settled.joined == 3


def test_a_campaign_that_is_called_off_tells_everybody_once_and_why(campaign, hams, crabs, group, operator):
    order("王芳", "3-1701", (hams, 2), (crabs, 1), group=group)
    cancel_campaign(campaign=campaign, reason="台风，船不出海", by=operator, now=timezone.now())

    text = outcome_text(campaign, came_to(campaign), group)

    assert text == "『周五鲜果团』取消了：台风，船不出海\n订单都已取消，不用付钱：3-1701 王芳"


def test_the_page_shows_what_was_decided_and_how_many_it_concerns(
    signed_in, operator, campaign, hams, crabs, group, other_group
):
    for name in ("王芳", "赵敏", "李雷"):
        order(name, "1-101", (hams, 1), (crabs, 1), group=group)
    end(campaign, operator)

    page = signed_in(operator).get(reverse("orders:campaign_detail", args=[campaign.pk]))

    assert "called off: 3 of 20 盒 were ordered" in page.text
    assert "3 orders concerned" in page.text
    assert "3 joined, settled at ¥45.00 instead of ¥59.90" in page.text
    assert [one for one, _text in page.context["outcomes"]] == [group]


def test_while_orders_come_in_nothing_is_decided(signed_in, operator, campaign, hams, group):
    order("王芳", "1-101", (hams, 1), group=group)

    page = signed_in(operator).get(reverse("orders:campaign_detail", args=[campaign.pk])).text

    assert 'id="results"' not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_often_for_one_decision_as_for_three(
    signed_in, operator, campaign, group, django_assert_num_queries, rows
):
    for _number in range(rows):
        few = make.make_offer(campaign, minimum=Decimal(20))
        cheap = make.make_offer(campaign)
        PriceStep.objects.create(offer=cheap, joined=2, price_fen=900)
        for _member in range(2):
            order("王芳", "1-101", (few, 1), (cheap, 1), group=group)
    end(campaign, operator)
    browser = signed_in(operator)

    # session, user, side bar, campaign twice, offers, groups with their takings, what is unpaid; who lost, who joined
    with django_assert_num_queries(10):
        browser.get(reverse("orders:campaign_detail", args=[campaign.pk]))


def test_a_member_reads_on_the_own_order_that_nobody_pays_for_what_is_called_off(
    client, campaign, hams, crabs, group, operator
):
    placed = [order(name, "1-101", (hams, 1), (crabs, 1), group=group) for name in ("王芳", "赵敏", "李雷")]
    end(campaign, operator)

    address = reverse("orders:own_order", args=[campaign.code, token_of(placed[0])])
    page = client.get(address, headers={"Accept-Language": "en"}).text

    assert "called off, nobody pays for it" in page
    assert "1 只 × ¥45.00 · instead of ¥59.90" in page
