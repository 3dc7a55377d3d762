"""今日 of a leader: what runs, what waits, what is to be delivered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.enums import CampaignState
from orders.models import Paste
from orders.services import cut_off
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db

TODAY = "/leader/"


def test_a_leader_sees_what_the_own_groups_ordered(signed_in, leader, group, other_group, selling):
    campaign = selling(group, other_group)
    offer = make.make_offer(campaign, price_fen=2990, counted=True)
    order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())
    for _stranger in range(2):
        order_for(make.make_member(group=other_group), (offer, 5), group=other_group, now=timezone.now())

    page = signed_in(leader.user).get(TODAY)

    (running,) = page.context["running"]
    shown, text = running.campaign, running.text
    assert (shown.order_count, shown.sales_fen) == (1, 2990)
    assert text.startswith(campaign.title)
    assert "to the cut-off" in page.text
    assert f"?chain={campaign.pk}-{group.pk}" in page.text
    assert f"?chain={campaign.pk}-{other_group.pk}" not in page.text


def test_what_runs_elsewhere_is_not_shown(signed_in, leader, other_group, selling):
    selling(other_group)

    assert "Nothing runs in your groups" in signed_in(leader.user).get(TODAY).text


@pytest.mark.parametrize(
    "fields", [{"state": CampaignState.DRAFT}, {"cuts_off_at": timezone.now() - timedelta(minutes=1)}]
)
def test_a_draft_and_a_campaign_past_its_clock_do_not_run(signed_in, leader, group, selling, fields):
    selling(group, **fields)

    assert signed_in(leader.user).get(TODAY).context["running"] == []


def test_a_paste_that_waits_is_picked_up_again(signed_in, leader, group, selling):
    draft = Paste.objects.create(campaign=selling(group), group=group, text="1. 王芳", pasted_by=leader.user)

    page = signed_in(leader.user).get(TODAY).text

    assert "Pasted, not confirmed yet" in page
    assert f"/jielong/{draft.pk}/" in page


def test_what_is_cut_off_is_to_be_delivered(signed_in, leader, operator, group, selling):
    campaign = selling(group)
    order_for(make.make_member(group=group), (make.make_offer(campaign), 1), group=group, now=timezone.now())
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    page = signed_in(leader.user).get(TODAY).text

    assert f"/delivery/{campaign.pk}/" in page
    assert "0 of 1 doors" in page


def test_somebody_who_leads_no_group_today_is_told_what_to_do(signed_in):
    leader = make.make_leader()

    assert "Ask an operator to assign you one." in signed_in(leader.user).get(TODAY).text


@pytest.mark.parametrize("who", ["operator", "admin", "auditor"])
def test_others_have_another_today(signed_in, request, who):
    assert signed_in(request.getfixturevalue(who)).get(TODAY).status_code == 404


def test_who_is_not_signed_in_is_sent_to_the_login(client):
    assert client.get(TODAY).headers["Location"] == "/login/?next=/leader/"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_day_asks_the_database_as_often_for_one_campaign_as_for_three(
    signed_in, leader, operator, group, selling, django_assert_num_queries, rows
):
    for _number in range(rows):
        running, ended = selling(group), selling(group)
        for campaign in (running, ended):
            offer = make.make_offer(campaign)
            order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())
        Paste.objects.create(campaign=running, group=group, text="1. 王芳", pasted_by=leader.user)
        cut_off(campaign=ended, by=operator, now=timezone.now())
    browser = signed_in(leader.user)

    with django_assert_num_queries(
        11
    ):  # session, user, groups; running, groups, offers; to deliver, groups; drafts; packets; settled complaints
        browser.get(TODAY)
