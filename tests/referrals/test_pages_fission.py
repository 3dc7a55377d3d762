"""Fission campaigns on pages: planned at the desk, read by auditors, said on an invitation; coupons on an order."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.enums import Role
from core.jobs import drain_all, enqueue
from core.models import User
from orders.models import Coupon, Payment
from orders.services import refund_amount
from referrals.models import FissionCampaign, Reward, TouchDay
from referrals.queries import granted_of, referrers_in, spread_of
from referrals.rules.rewards import Tier
from referrals.services import make_link, settle_rewards
from tests import factories as make
from tests.referrals.rewarding import COUPON, day, days, make_fission, make_newcomer, ordered

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


FILLED = {
    "name": "春季拉新",
    "first_day": "2026-11-10",
    "last_day": "2026-12-10",
    "budget": "500",
    "threshold": "29.90",
    "hold_days": "7",
    "newcomer_kind": "coupon",
    "newcomer_fen": "10",
    "newcomer_least": "29.90",
    "newcomer_days": "30",
    "referrer_kind": "credit",
    "referrer_fen": "8",
    "tier_0_upto": "3",
    "tier_0_extra": "5",
}


def test_a_campaign_is_written_down_changed_and_started(operator, group):
    client = signed_in(operator)

    answer = client.post(reverse("referrals:fission_create"), {**FILLED, "groups": [group.pk]})
    campaign = FissionCampaign.objects.get()
    assert answer["Location"] == reverse("referrals:fission_detail", args=[campaign.pk])
    said = (campaign.budget_fen, campaign.threshold_fen, campaign.newcomer_least_fen, campaign.referrer_fen)
    assert said == (50_000, 2_990, 2_990, 800)
    assert list(campaign.tiers.values_list("upto", "extra_fen")) == [(3, 500)]
    assert list(campaign.groups.all()) == [group]

    change = reverse("referrals:fission_change", args=[campaign.pk])
    assert b'value="500.00"' in client.get(change).content
    client.post(change, {**FILLED, "budget": "800", "tier_0_upto": "", "tier_0_extra": ""})
    client.post(reverse("referrals:fission_start", args=[campaign.pk]))

    campaign.refresh_from_db()
    assert (campaign.state, campaign.budget_fen, campaign.started_by) == ("running", 80_000, operator)
    assert (campaign.tiers.count(), campaign.groups.count()) == (0, 0)
    assert client.get(change).status_code == 404, "what runs is not changed any more"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last_day": "2026-11-09"}, "The last day is not before the first."),
        ({"newcomer_least": "9"}, "A coupon is for orders worth at least as much as it."),
        ({"newcomer_days": ""}, "Say for how many days the coupon is valid."),
        ({"tier_0_extra": ""}, "A tier says how many referrers and how much more, or neither."),
        ({"tier_1_upto": "3", "tier_1_extra": "1"}, "Another tier ends at this place already."),
        ({"referrer_fen": "30"}, "gets no more than the order comes to"),
        ({"referrer_fen": "0"}, "Both sides get something"),
        ({"budget": "17.99"}, "the budget pays for one pair at least"),
        ({"hold_days": "91"}, "less than or equal to 90"),
    ],
)
def test_what_makes_no_campaign_is_said_and_kept_in_the_form(operator, wrong, said):
    answer = signed_in(operator).post(reverse("referrals:fission_create"), {**FILLED, **wrong})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not FissionCampaign.objects.exists()


def test_a_campaign_whose_early_tier_is_worth_more_than_the_sale_is_not_started(operator):
    campaign = make_fission(by=operator, started=False, tiers=[Tier(1, 2500)])

    answer = signed_in(operator).post(reverse("referrals:fission_start", args=[campaign.pk]))

    assert answer.status_code == 422
    assert "raise “order from”" in answer.content.decode()


def test_a_campaign_that_was_started_meanwhile_says_so(operator):
    campaign = make_fission(by=operator)
    client = signed_in(operator)

    for name in ("fission_start", "fission_discard"):
        answer = client.post(reverse(f"referrals:{name}", args=[campaign.pk]))
        assert (answer.status_code, "look again" in answer.content.decode()) == (422, True), name


def test_groups_of_the_form_are_those_somebody_may_see(operator, group):
    answer = signed_in(operator).post(reverse("referrals:fission_create"), {**FILLED, "groups": [group.pk + 999]})

    assert answer.status_code == 422


def results(campaign, group, wang, operator):
    """王芳 ordered two days before the campaign began, brought three: two bought, one got it all back."""
    link = make_link(member=wang, group=group, by=operator, now=days(0))
    TouchDay.objects.create(link=link, day=day(0), clicks=9)
    TouchDay.objects.create(link=link, day=day(-30), clicks=5)
    ordered(wang, group, by=operator, now=days(-12))
    one, two, _three = (make_newcomer(wang, group, f"新{number}") for number in range(3))
    ordered(one, group, by=operator, now=days(0))
    back = ordered(two, group, by=operator, now=days(2))
    settle_rewards(now=days(2))
    refund_amount(line_id=back.lines.get().pk, amount_fen=600, reason="坏果", by=operator, now=days(3))
    settle_rewards(now=days(3))


def test_the_results_say_how_it_spread(operator, group, wang):
    """Cycle times are 12 and 14 days: the median is 13. K waits until a buyer of these days is fourteen days old."""
    campaign = make_fission(by=operator, tiers=[Tier(1, 200)])
    results(campaign, group, wang, operator)

    spread = spread_of(campaign, today=day(13))
    assert (spread.opened, spread.joined, spread.bought, spread.cycle_days) == (9, 3, 2, 13)
    assert spread.conversion == pytest.approx(2 / 3)
    assert (spread.cohort, spread.k) == (0, None)
    granted = granted_of(campaign)
    assert (granted.rewarded, granted.lost, granted.no_budget) == (1, 1, 0)
    assert (granted.pending_fen, granted.back_fen, granted.lost_fen) == (2000, 2000, 0)
    (row,) = referrers_in(campaign)
    assert (row.member_id, row.place, row.extra_fen, row.joined, row.rewarded) == (wang.pk, 1, 200, 3, 1)
    assert (row.pending_fen, row.back_fen) == (1000, 1000)


def test_k_counts_who_a_buyer_of_these_days_brought_within_two_weeks(operator, group, wang):
    """Two buyers old enough; one brought two who bought, on the 14th and on the 15th day after: K is 1 of 2."""
    campaign = make_fission(by=operator)
    buyer, other = (make_newcomer(wang, group, name) for name in ("甲", "乙"))
    for member in (buyer, other):
        ordered(member, group, by=operator, now=days(0))
    for number in (14, 15):
        ordered(make_newcomer(buyer, group, f"第{number}天"), group, by=operator, now=days(number))

    spread = spread_of(campaign, today=day(15))

    assert (spread.cohort, spread.grown, spread.k) == (2, 1, 0.5)


def test_a_leaders_own_order_is_no_conversion(operator, group):
    leader = make.make_leader(group, name="周敏")
    brought = make_newcomer(make.make_member("早", group=group, pk=1), group, "别人")
    campaign = make_fission(by=operator)
    ordered(leader, group, by=operator)
    ordered(brought, group, by=operator)

    spread = spread_of(campaign, today=day(20))

    assert (spread.bought, spread.cohort) == (1, 1)


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_cost_the_same_with_one_and_with_three(operator, group, wang, django_assert_num_queries, number):
    for _each in range(number):
        campaign = make_fission(by=operator)
    for each in range(number):
        referrer = make.make_member(f"推{each}", group=group)
        ordered(make_newcomer(referrer, group, f"新{each}"), group, by=operator)
    settle_rewards(now=days(0))
    client = signed_in(operator)
    client.get(reverse("referrals:fission_list"))

    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("referrals:fission_list"))
    with django_assert_num_queries(DETAIL_QUERIES):
        client.get(reverse("referrals:fission_detail", args=[campaign.pk]))


LIST_QUERIES, DETAIL_QUERIES = 4, 10


def test_an_auditor_reads_and_finds_no_button(operator, group, wang):
    campaign = make_fission(by=operator)
    results(campaign, group, wang, operator)

    page = signed_in(make.make_user(Role.AUDITOR)).get(reverse("referrals:fission_detail", args=[campaign.pk]))

    assert "王芳" in page.content.decode()
    assert "End it" not in page.content.decode()


def test_an_invitation_says_what_a_running_campaign_gives_as_long_as_its_budget_does(operator, group, wang):
    now = timezone.now()
    today = timezone.localdate(now)
    link = make_link(member=wang, group=group, by=operator, now=now)
    english = {"headers": {"Accept-Language": "en"}}
    said = "New members get a coupon of ¥10.00 for a first order from ¥29.90"
    assert said not in Client().get(f"/j/{link.code}", **english).content.decode()

    span = {"first_day": today - timedelta(days=1), "last_day": today}
    other = make.make_group("别的群")
    make_fission(by=operator, now=now, groups=[other], **span)
    assert said not in Client().get(f"/j/{link.code}", **english).content.decode()

    make_fission(by=operator, now=now, budget_fen=1800, **span)
    assert said in Client().get(f"/j/{link.code}", **english).content.decode()
    poster = signed_in(operator).get(reverse("referrals:link_poster", args=[link.pk])).content.decode()
    assert "新成员首单满 ¥29.90，送 ¥10.00 优惠券" in poster

    ordered(make_newcomer(wang, group, "李强", now=now), group, by=operator, now=now)
    settle_rewards(now=now)
    assert said not in Client().get(f"/j/{link.code}", **english).content.decode()


# Coupons on the order's page


@pytest.fixture
def coupon(operator, group, wang) -> Coupon:
    """李强's, available since today by the real clock."""
    now = timezone.now()
    today = timezone.localdate(now)
    make_fission(by=operator, now=now, first_day=today, last_day=today, hold_days=0, newcomer=COUPON)
    li = make_newcomer(wang, group, now=now)
    ordered(li, group, by=operator, now=now)
    settle_rewards(now=now)
    return Coupon.objects.get()


def test_a_coupon_pays_a_part_of_an_order_on_its_page_once(operator, group, coupon):
    order = ordered(coupon.member, group, 4000, by=operator, now=timezone.now(), paid=False)
    client = signed_in(operator)
    page = reverse("orders:order_detail", args=[order.pk])
    assert "Use the coupon of ¥10.00" in client.get(page).content.decode()
    sent = {"coupon": coupon.pk, "paid": 0, "page": "order"}

    answer = client.post(reverse("orders:coupon_use", args=[order.pk]), sent, follow=True)
    again = client.post(reverse("orders:coupon_use", args=[order.pk]), {**sent, "paid": 1000})

    assert "¥10.00 received, Coupon" in answer.content.decode()
    assert "Use the coupon" not in answer.content.decode()
    assert (again.status_code, "cannot be used any more" in again.content.decode()) == (422, True)
    assert Payment.objects.filter(coupon=coupon).count() == 1
    balance = client.get(reverse("orders:balance", args=[coupon.member_id])).content.decode()
    assert "used for" in balance


def test_a_leader_uses_it_at_the_door_and_leaves_taking_it_back_to_an_operator(operator, group, coupon):
    leader = make.make_leader(group, name="周敏")
    order = ordered(coupon.member, group, 4000, by=operator, now=timezone.now(), paid=False)
    client = signed_in(leader.user)
    sent = {"coupon": coupon.pk, "paid": 0, "page": "order"}

    client.post(reverse("orders:coupon_use", args=[order.pk]), sent)
    payment = Payment.objects.get(coupon=coupon)
    answer = client.post(reverse("orders:payment_take_back", args=[payment.pk]), {"page": "order"})

    assert "Ask an operator" in answer.content.decode()
    signed_in(operator).post(reverse("orders:payment_take_back", args=[payment.pk]), {"page": "order"})
    assert Coupon.objects.get().payment is None


@pytest.mark.parametrize(("fen", "shown"), [(2989, False), (2990, True)])
def test_a_coupon_is_offered_where_the_order_comes_to_enough(operator, group, coupon, fen, shown):
    order = ordered(coupon.member, group, fen, by=operator, now=timezone.now(), paid=False)
    client = signed_in(operator)

    page = client.get(reverse("orders:order_detail", args=[order.pk])).content.decode()
    answer = client.post(
        reverse("orders:coupon_use", args=[order.pk]), {"coupon": coupon.pk, "paid": 0, "page": "order"}
    )

    assert ("Use the coupon" in page, answer.status_code) == (shown, 302 if shown else 422)


def test_another_members_coupon_is_not_understood(operator, group, coupon):
    order = ordered(make.make_member("赵敏", group=group), group, 4000, by=operator, now=timezone.now(), paid=False)

    answer = signed_in(operator).post(
        reverse("orders:coupon_use", args=[order.pk]), {"coupon": coupon.pk, "paid": 0, "page": "order"}
    )

    assert (answer.status_code, Payment.objects.filter(coupon=coupon).count()) == (422, 0)


def test_nothing_else_is_paid_by_the_word_coupon(operator, group, coupon):
    order = ordered(coupon.member, group, 4000, by=operator, now=timezone.now(), paid=False)

    answer = signed_in(operator).post(
        reverse("orders:collect", args=[order.pk]), {"due": 4000, "method": "coupon", "page": "order"}
    )

    assert (answer.status_code, order.payments.count()) == (422, 0)


@pytest.mark.django_db(transaction=True)
def test_the_job_settles(operator, group, wang):
    make_fission(by=operator)
    ordered(make_newcomer(wang, group), group, by=operator)

    job = enqueue(key="settle", kind="settle_rewards", arguments={}, by=None)
    drain_all()

    job.refresh_from_db()
    assert job.result["granted"] == 1
    assert Reward.objects.count() == 2
