from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.enums import Role
from orders.enums import CampaignState
from orders.models import Campaign
from orders.services import (
    CampaignNotOpen,
    CampaignNotReady,
    change_offer,
    close_campaign,
    create_campaign,
    cut_off,
    cut_off_due,
    deliver,
    mark_arrived,
    mark_purchased,
    open_campaign,
    remove_offer,
    save_offer,
)
from tests import factories as make
from tests.factories import NOW, TODAY, order_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make.make_group()


@pytest.fixture
def operator():
    return make.make_user(Role.OPERATOR)


@pytest.fixture
def draft(group, operator):
    return create_campaign(
        title="周五鲜果团",
        groups=[group],
        opens_at=NOW,
        cuts_off_at=NOW + timedelta(hours=8),
        delivers_on=TODAY + timedelta(days=1),
        by=operator,
    )


def test_an_offer_freezes_wording_price_and_cost_of_the_product(draft):
    product = make.make_product("草莓", price_fen=2990, cost_fen=2100)
    offer = save_offer(campaign=draft, product=product)

    product.price_fen, product.name = 1, "改名"
    product.save()

    offer.refresh_from_db()
    assert (offer.name, offer.price_fen, offer.cost_fen) == ("草莓", 2990, 2100)


def test_a_campaign_without_an_offer_does_not_open(draft):
    with pytest.raises(CampaignNotReady):
        open_campaign(campaign=draft, now=NOW)


def test_a_campaign_whose_cut_off_has_passed_does_not_open(draft):
    save_offer(campaign=draft, product=make.make_product())

    with pytest.raises(CampaignNotReady):
        open_campaign(campaign=draft, now=NOW + timedelta(hours=8))


def test_opening_twice_is_refused(draft):
    save_offer(campaign=draft, product=make.make_product())
    open_campaign(campaign=draft, now=NOW)

    with pytest.raises(CampaignNotOpen):
        open_campaign(campaign=draft, now=NOW)


def test_a_cut_off_before_the_opening_is_refused(group, operator):
    with pytest.raises(CampaignNotReady):
        create_campaign(title="反了", groups=[group], opens_at=NOW, cuts_off_at=NOW, delivers_on=TODAY, by=operator)


def test_a_missed_clock_is_caught_up_however_late(group):
    make.make_campaign(group)
    late = make.make_campaign(group, title="忘了", cuts_off_at=NOW - timedelta(hours=1))

    assert cut_off_due(now=NOW) == 1
    assert cut_off_due(now=NOW) == 0
    late.refresh_from_db()
    assert (late.state, late.cut_off_at) == (CampaignState.CUT_OFF, NOW)


def test_an_ordered_offer_keeps_its_price_but_may_get_more_stock(group):
    offer = make.make_offer(make.make_campaign(group), price_fen=1000, stock=Decimal(3))
    order_for(make.make_member(), (offer, 3), group=group)

    change_offer(offer=offer, price_fen=1000, stock=Decimal(5), limit_each=None)

    with pytest.raises(CampaignNotReady):
        change_offer(offer=offer, price_fen=900, stock=Decimal(5), limit_each=None)
    with pytest.raises(CampaignNotReady, match="3"):
        change_offer(offer=offer, price_fen=1000, stock=Decimal(2), limit_each=None)
    with pytest.raises(CampaignNotReady):
        remove_offer(offer=offer)


def test_a_campaign_closes_when_nothing_is_outstanding(group, operator):
    campaign = make.make_campaign(group)
    order = order_for(make.make_member(), (make.make_offer(campaign), 1), group=group)
    cut_off(campaign=campaign, by=operator, now=NOW)

    with pytest.raises(CampaignNotReady, match="1"):
        close_campaign(campaign=campaign)
    deliver(line_ids=[order.lines.get().pk], by=operator, now=NOW)
    close_campaign(campaign=campaign)

    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.CLOSED


def test_goods_are_bought_and_arrive_once_each_after_the_cut_off(group, operator):
    campaign = make.make_campaign(group)
    with pytest.raises(CampaignNotOpen):
        mark_purchased(campaign=campaign)
    cut_off(campaign=campaign, by=operator, now=NOW)

    mark_purchased(campaign=campaign)
    with pytest.raises(CampaignNotOpen):
        mark_purchased(campaign=campaign)
    mark_arrived(campaign=campaign)
    with pytest.raises(CampaignNotOpen):
        mark_arrived(campaign=campaign)

    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.ARRIVED


def test_the_first_tick_says_that_the_campaign_is_being_delivered(group, operator):
    campaign = make.make_campaign(group)
    offer = make.make_offer(campaign)
    first, _second = [order_for(make.make_member(), (offer, 1), group=group) for _ in range(2)]
    cut_off(campaign=campaign, by=operator, now=NOW)

    deliver(line_ids=[first.lines.get().pk], by=operator, now=NOW)

    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.DELIVERING


def test_a_product_is_offered_once(draft):
    product = make.make_product()
    save_offer(campaign=draft, product=product)

    with pytest.raises(CampaignNotReady):
        save_offer(campaign=draft, product=product)


def test_the_database_refuses_a_state_nobody_knows(draft):
    with pytest.raises(IntegrityError, match="campaign_state_is_known"), transaction.atomic():
        Campaign.objects.filter(pk=draft.pk).update(state="half")


def test_a_leader_sees_open_campaigns_of_the_groups_they_lead_only(group, draft):
    leader = make.make_leader(group)
    running = make.make_campaign(group)
    make.make_campaign(make.make_group("别的群"), title="别的团")

    assert list(Campaign.objects.visible_to(leader.user)) == [running]
