"""The clock of campaigns: cut off when their time has come, however late somebody looks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs import drain_all
from core.jobs.beat import Beat
from core.models import Job
from orders.enums import CampaignState, ClaimState
from orders.services import claim_red_packet
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("late", [timedelta(seconds=1), timedelta(days=9)])
def test_a_campaign_whose_time_has_come_is_cut_off_by_the_clock(late):
    now = timezone.now()
    due = make.make_campaign(make.make_group(), opens_at=now - timedelta(days=10), cuts_off_at=now - late)
    running = make.make_campaign(opens_at=now - timedelta(days=1), cuts_off_at=now + timedelta(hours=1))

    Beat().tick(now)
    drain_all()

    due.refresh_from_db()
    running.refresh_from_db()
    assert (due.state, running.state) == (CampaignState.CUT_OFF, CampaignState.OPEN)
    assert (due.cut_off_at is not None, due.cut_off_by) == (True, None)
    assert Job.objects.get(kind="cut_off_due").result == {"cut_off": 1}


def test_the_clock_asks_for_nothing_when_nothing_is_due():
    Beat().tick(timezone.now())

    assert not Job.objects.filter(kind="cut_off_due").exists()


def test_a_red_packet_nobody_opened_is_let_run_out_by_the_clock():
    now = timezone.now()
    group = make.make_group()
    campaign = make.make_campaign(group, opens_at=now - timedelta(days=3), cuts_off_at=now + timedelta(hours=1))
    offer, leader = make.make_offer(campaign), make.make_leader(group)
    claims = [
        claim_red_packet(
            order=make.order_for(make.make_member(group=group), (offer, 1), group=group, now=now),
            amount_fen=100,
            by=leader.user,
            now=now - timedelta(hours=hours),
        )
        for hours in (25, 23)
    ]

    Beat().tick(now)
    drain_all()

    for claim in claims:
        claim.refresh_from_db()
    assert [claim.state for claim in claims] == [ClaimState.EXPIRED, ClaimState.OPEN]
