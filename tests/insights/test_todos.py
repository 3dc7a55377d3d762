"""What waits today and what comes next, as facts and as the page says them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from core.enums import Role
from insights.queries.todos import Campaigning, Unsettled, campaigns_at_hand, unsettled
from insights.views import agenda
from orders.enums import CampaignState, FactKind
from orders.models import OrderLine, Paste
from tests.factories import NOW, TODAY, make_group, make_member, make_offer, make_user
from tests.factories import make_campaign as make_running_campaign
from tests.insights.sales import deliver, happened, make_campaign, make_order

pytestmark = pytest.mark.django_db

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def operator():
    return make_user()


@pytest.fixture
def group():
    return make_group("锦绣一群")


def cut_off_campaign(group, title: str, *, delivers_on=TODAY, orders: int = 1):
    """Cut off yesterday, with orders still to deliver."""
    campaign = make_campaign(group, YESTERDAY, title=title, state=CampaignState.CUT_OFF, delivers_on=delivers_on)
    placed = [make_order(make_member(), group, fen=100, campaign=campaign, day=YESTERDAY) for _each in range(orders)]
    return campaign, placed


def at_hand(operator) -> list[Campaigning]:
    return campaigns_at_hand(user=operator, now=NOW)


class TestCampaignsAtHand:
    def test_the_open_ones_are_those_cut_off_or_delivered_by_tomorrow(self, operator, group):
        """NOW is ten in the morning in Shanghai; tomorrow ends at 16:00 UTC of the day after."""
        end_of_tomorrow = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
        for title, cuts_off_at, delivers_on in (
            ("今晚截", NOW + timedelta(hours=10), TODAY + timedelta(days=5)),
            ("明晚截", end_of_tomorrow, TODAY + timedelta(days=5)),
            ("后天截", end_of_tomorrow + timedelta(minutes=2), TODAY + timedelta(days=5)),
            ("截了没人管", NOW - timedelta(minutes=1), TOMORROW),
        ):
            make_running_campaign(group, title=title, cuts_off_at=cuts_off_at, delivers_on=delivers_on)
        make_running_campaign(group, title="草稿", state=CampaignState.DRAFT)

        assert [one.title for one in at_hand(operator)] == ["今晚截", "明晚截"]

    def test_one_that_is_cut_off_is_at_hand_until_everything_is_delivered(self, operator, group):
        _waits, (first, second) = cut_off_campaign(group, "没送完", orders=2)
        deliver(first)
        _done, (only,) = cut_off_campaign(group, "送完了")
        deliver(only)
        cut_off_campaign(group, "后天送", delivers_on=TODAY + timedelta(days=2))

        (waits,) = at_hand(operator)
        assert (waits.title, waits.orders, waits.waiting) == ("没送完", 2, 1)
        assert second.state == "placed"

    def test_orders_are_counted_once_however_many_lines_they_miss(self, operator, group):
        campaign, (partly, whole, _rest) = cut_off_campaign(group, "缺货的", orders=3)
        happened(partly, FactKind.SHORT, -40)
        missing_too = {"quantity": 100, "amount_fen": 100, "short_quantity": 10, "short_fen": 10}
        OrderLine.objects.create(order=partly, offer=make_offer(campaign, "脐橙"), price_fen=1, **missing_too)
        happened(whole, FactKind.SHORT, -100)

        # Of the order that is short of everything nothing is wanted any more: it counts as cancelled, and as short.
        (found,) = at_hand(operator)
        assert (found.orders, found.waiting, found.short) == (2, 2, 2)


class TestTodos:
    def said(self, user, quiet: int = 0) -> list[tuple[str, str]]:
        campaigns = at_hand(user) if user.is_operator else []
        return [(one.title, one.text) for one in agenda.todos(user=user, at_hand=campaigns, quiet=quiet, now=NOW)]

    def test_what_should_have_been_delivered_is_to_do_and_what_is_due_today_comes_next(self, operator, group):
        cut_off_campaign(group, "昨天的", delivers_on=YESTERDAY, orders=2)
        cut_off_campaign(group, "今天的")

        assert self.said(operator) == [("昨天的 is not delivered", "2 orders, due November 19")]

    def test_shortages_are_to_be_told_while_something_is_still_to_deliver(self, operator, group):
        campaign, (short, _other) = cut_off_campaign(group, "缺货的", orders=2)
        happened(short, FactKind.SHORT, -40)

        (item,) = agenda.todos(user=operator, at_hand=at_hand(operator), quiet=0, now=NOW)

        assert item.title == "缺货的: 1 order lacks something"
        assert item.url == reverse("orders:delivery_run", args=[campaign.pk]) + "#shortages"

    def test_a_chain_nobody_confirmed_is_told_with_its_group_and_cut_off_and_leads_there(self, operator, group):
        campaign = make_running_campaign(group)
        paste = Paste.objects.create(campaign=campaign, group=group, text="x", pasted_by=operator)

        (item,) = agenda.todos(user=operator, at_hand=[], quiet=0, now=NOW)

        assert unsettled(user=operator, now=NOW) == [
            Unsettled(paste.pk, campaign.title, "锦绣一群", campaign.cuts_off_at)
        ]
        assert item.title == "1 pasted chain is not confirmed"
        assert item.text == "锦绣一群 · 周五鲜果团, closes 20:00"
        assert item.url == reverse("orders:jielong_preview", args=[paste.pk])

    def test_quiet_groups_lead_to_the_table_of_them(self, operator):
        (item,) = agenda.todos(user=operator, at_hand=[], quiet=6, now=NOW)

        assert (item.title, item.url) == ("6 groups without orders for 7 days", "?health=quiet#groups")

    def test_an_admin_is_not_asked_to_settle_chains(self, group):
        admin = make_user(Role.ADMIN)
        Paste.objects.create(campaign=make_running_campaign(group), group=group, text="x", pasted_by=admin)

        assert self.said(admin) == []


class TestComing:
    def said(self, operator) -> list[tuple[str, str, str]]:
        return [(one.when, one.title, one.note) for one in agenda.coming(at_hand(operator), NOW)]

    def test_cut_offs_and_deliveries_stand_as_they_follow(self, operator, group):
        tonight = make_campaign(group, TODAY, title="今晚截")
        make_order(make_member(), group, fen=100, campaign=tonight, at=NOW)
        make_running_campaign(
            group, title="明天截", cuts_off_at=NOW + timedelta(hours=34), delivers_on=TODAY + timedelta(days=3)
        )
        _campaign, (handed_over, *_others) = cut_off_campaign(group, "今天送", orders=3)
        deliver(handed_over)
        cut_off_campaign(group, "昨天没送完", delivers_on=YESTERDAY)

        assert self.said(operator) == [
            ("today", "Delivery of 今天送", "2 orders"),
            ("20:00", "今晚截 closes", "1 order"),
            ("tomorrow", "Delivery of 今晚截", "1 order"),
            ("tomorrow 20:00", "明天截 closes", "0 orders"),
        ]

    def test_five_are_enough(self, operator, group):
        for number in range(6):
            make_running_campaign(group, title=f"{number}", delivers_on=TODAY + timedelta(days=3))

        assert len(self.said(operator)) == agenda.LISTED
