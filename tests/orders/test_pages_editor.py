"""A draft on one page, copied from an earlier campaign; its text and poster; an open campaign that stays up to date."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from core import qr
from orders.enums import CampaignState
from orders.models import Campaign, Order, PriceStep
from orders.services import cut_off
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(group, other_group, selling):
    return selling(group, other_group, title="年货预订", state=CampaignState.DRAFT)


@pytest.fixture
def campaign(group, other_group, selling):
    return selling(group, other_group)


def url_of(name, campaign):
    return reverse(f"orders:campaign_{name}", args=[campaign.pk])


def typed(draft, group, **changes):
    """The plan of the draft as its form sends it."""
    local = {field: timezone.localtime(getattr(draft, field)) for field in ("opens_at", "cuts_off_at")}
    return {
        "title": draft.title,
        "groups": [group.pk],
        **{field: f"{moment:%Y-%m-%dT%H:%M}" for field, moment in local.items()},
        "delivers_on": f"{draft.delivers_on + timedelta(days=1):%Y-%m-%d}",
        "plus_one": "add",
        **changes,
    }


def test_a_draft_is_planned_on_one_page(signed_in, operator, draft, leader, other_group):
    make.make_offer(draft, "大闸蟹", aliases=["螃蟹"])

    page = signed_in(operator).get(url_of("detail", draft)).text

    for part in ("Goods and aliases", "Groups and leaders", "Cut-off and delivery", "Text and poster"):
        assert part in page
    assert "also written as 螃蟹" in page
    assert f"锦绣华城一群 · {leader.name}" in page
    assert f"{other_group.name} · no leader" in page


def test_an_admin_looks_at_a_draft_without_planning_it(signed_in, admin, draft):
    page = signed_in(admin).get(url_of("detail", draft)).text

    assert "年货预订" in page
    assert 'id="plan"' not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_draft_asks_the_database_as_often_for_one_offer_as_for_three(
    signed_in, operator, draft, django_assert_num_queries, rows
):
    for _number in range(rows):
        PriceStep.objects.create(offer=make.make_offer(draft), joined=2, price_fen=900)
        draft.groups.add(make.make_group())
    browser = signed_in(operator)

    # session, user, side bar, campaign twice, offers, its groups; groups with their leaders, products to choose from
    with django_assert_num_queries(9):
        browser.get(url_of("detail", draft))


def test_the_text_follows_what_stands_in_the_form_and_nothing_is_saved(signed_in, operator, draft, group):
    make.make_offer(draft, "草莓")
    plan = typed(draft, group, title="改了名", cuts_off_at="2026-12-01T19:30")

    text = signed_in(operator).get(url_of("text", draft), plan, headers=HTMX).text

    assert "改了名" in text
    assert "12月1日 星期二 19:30" in text
    assert "草莓" in text
    draft.refresh_from_db()
    assert draft.title == "年货预订"


def test_a_text_of_half_a_form_keeps_to_what_is_saved(signed_in, operator, draft):
    text = signed_in(operator).get(url_of("text", draft), {"title": "", "cuts_off_at": "soon"}, headers=HTMX).text

    assert "年货预订" in text


def test_opening_takes_the_plan_as_it_stands_in_the_form(signed_in, operator, draft, group):
    make.make_offer(draft)

    signed_in(operator).post(url_of("open", draft), typed(draft, group, title="改了名"))

    draft.refresh_from_db()
    assert (draft.state, draft.title, list(draft.groups.all())) == ("open", "改了名", [group])


@pytest.mark.parametrize("changes", [{"title": ""}, {"cuts_off_at": "2020-01-01T20:00"}])
def test_a_plan_that_cannot_be_opens_nothing_and_keeps_what_was_typed(signed_in, operator, draft, group, changes):
    make.make_offer(draft)

    answer = signed_in(operator).post(url_of("open", draft), typed(draft, group, plus_one="guest", **changes))

    assert answer.status_code == 422
    assert '<option value="guest" selected>' in answer.text
    draft.refresh_from_db()
    assert (draft.state, draft.title) == ("draft", "年货预订")


def test_a_draft_that_is_not_ready_says_so_and_leaves_the_plan_as_it_was(signed_in, operator, draft, group):
    answer = signed_in(operator).post(url_of("open", draft), typed(draft, group, title="改了名"))

    assert answer.status_code == 422
    assert "Add at least one product before opening." in answer.text
    assert 'value="改了名"' in answer.text
    draft.refresh_from_db()
    assert draft.title == "年货预订"


@pytest.mark.parametrize(("prices", "price_fen"), [("kept", 1000), ("today", 800)])
def test_an_earlier_campaign_is_copied_in_a_click(signed_in, operator, campaign, prices, price_fen):
    offer = make.make_offer(campaign, "苹果", price_fen=1000)
    type(offer.product).objects.filter(pk=offer.product_id).update(price_fen=800)
    gone = make.make_offer(campaign, "杨梅")
    type(gone.product).objects.filter(pk=gone.product_id).update(active=False)
    browser = signed_in(operator)

    answer = browser.post(url_of("copy", campaign), {"prices": prices}, follow=True)

    draft = Campaign.objects.get(state="draft")
    assert answer.redirect_chain[-1][0] == f"/campaigns/{draft.pk}/"
    assert [(one.name, one.price_fen) for one in draft.offers.all()] == [("苹果", price_fen)]
    assert "Copied, 1 week later. Not in the catalogue any more: 杨梅." in answer.text


def test_beside_an_empty_plan_stand_the_latest_campaigns_to_copy(signed_in, operator, campaign, draft):
    page = signed_in(operator).get(reverse("orders:campaign_create")).text

    assert url_of("copy", campaign) in page
    assert url_of("copy", draft) not in page


class TestLive:
    """An open campaign asks for its figures every 15 seconds."""

    @pytest.fixture
    def crabs(self, campaign):
        return make.make_offer(campaign, "大闸蟹", unit="只", counted=True, price_fen=5990, stock=Decimal(60))

    def test_what_came_in_meanwhile_is_sent_and_nothing_else(self, signed_in, operator, campaign, crabs, group):
        browser = signed_in(operator)
        page = browser.get(url_of("detail", campaign)).text
        order_for(make.make_member(group=group), (crabs, 4), group=group, now=timezone.now())

        now = browser.get(url_of("live", campaign), headers=HTMX).text

        assert f'hx-get="{url_of("live", campaign)}" hx-trigger="every 15s"' in page
        assert 'max="60" value="4"' in now
        assert "¥239.60" in now  # 4 × 59.90, among the figures and beside the group
        swapped = re.findall('id="([^"]*)" hx-swap-oob', now)
        assert swapped == ["figures", f"sold-{crabs.pk}", "groups-now"]
        assert all(f'id="{part}"' in page for part in swapped)
        assert "<form" not in now

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_costs_three_queries_however_many_offers_and_groups(
        self, signed_in, operator, campaign, crabs, group, django_assert_num_queries, rows
    ):
        for _number in range(rows):
            offer = make.make_offer(campaign)
            PriceStep.objects.create(offer=offer, joined=2, price_fen=900)
            offer.group_stocks.create(group=group, stock=9)
            order_for(make.make_member(group=group), (offer, 1), group=group, now=timezone.now())
            campaign.groups.add(make.make_group())
        browser = signed_in(operator)

        with django_assert_num_queries(6):  # session, user, campaign; offers, groups, unpaid
            browser.get(url_of("live", campaign), headers=HTMX)

    def test_once_it_is_cut_off_it_says_so_and_asks_no_more(self, signed_in, operator, campaign, crabs):
        cut_off(campaign=campaign, by=operator, now=timezone.now())

        now = signed_in(operator).get(url_of("live", campaign), headers=HTMX).text

        assert "takes no more orders" in now
        assert "every 15s" not in now

    def test_what_is_cut_off_does_not_ask(self, signed_in, operator, campaign, crabs):
        cut_off(campaign=campaign, by=operator, now=timezone.now())

        assert "every 15s" not in signed_in(operator).get(url_of("detail", campaign)).text

    def test_opened_as_a_page_it_leads_to_the_campaign(self, signed_in, operator, campaign):
        assert signed_in(operator).get(url_of("live", campaign)).headers["Location"] == url_of("detail", campaign)


class TestPoster:
    def test_it_speaks_the_language_of_the_group_whoever_makes_it(self, signed_in, leader, campaign):
        offer = make.make_offer(campaign, "大闸蟹", unit="只", price_fen=5990, minimum=Decimal(20))
        PriceStep.objects.create(offer=offer, joined=3, price_fen=4500)

        page = signed_in(leader.user).get(url_of("poster", campaign)).text

        assert "Long-press the picture" in page
        for said in ("大闸蟹", "¥59.90/只", "满 3 人 ¥45.00 · 起订 20 只才成团", "截单：", "长按或扫码下单"):
            assert said in page

    def test_its_code_leads_to_the_public_page(self, signed_in, leader, campaign):
        answer = signed_in(leader.user).get(url_of("qr", campaign))

        assert answer.headers["Content-Type"] == "image/png"
        assert answer.content == qr.png(f"{settings.PUBLIC_URL}/c/{campaign.code}/")

    def test_a_leader_makes_none_of_a_draft_or_of_a_campaign_elsewhere(self, signed_in, leader, draft, selling):
        elsewhere = selling(make.make_group("别处"))
        browser = signed_in(leader.user)

        assert {
            browser.get(url_of(name, one)).status_code for one in (draft, elsewhere) for name in ("poster", "qr")
        } == {404}

    def test_an_operator_sees_the_one_of_a_draft_with_a_warning(self, signed_in, operator, draft):
        assert "once it is open" in signed_in(operator).get(url_of("poster", draft)).text


class TestCallingOff:
    @pytest.fixture
    def order(self, campaign, group):
        offer = make.make_offer(campaign, price_fen=1000)
        return order_for(make.make_member(group=group), (offer, 2), group=group, now=timezone.now())

    def test_it_asks_first_and_shows_what_it_would_cost(self, signed_in, operator, campaign, order):
        page = signed_in(operator).get(url_of("cancel", campaign)).text

        assert "Every order is cancelled" in page
        assert "20.00" in page
        campaign.refresh_from_db()
        assert campaign.state == "open"

    def test_with_a_reason_every_order_is_cancelled(self, signed_in, operator, campaign, order):
        answer = signed_in(operator).post(url_of("cancel", campaign), {"reason": "台风"})

        assert answer.headers["Location"] == url_of("detail", campaign)
        campaign.refresh_from_db()
        assert (campaign.state, Order.objects.get().state) == ("cancelled", "cancelled")

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_without_a_reason_nothing_happens(self, signed_in, operator, campaign, order, reason):
        answer = signed_in(operator).post(url_of("cancel", campaign), {"reason": reason})

        assert answer.status_code == 422
        campaign.refresh_from_db()
        assert campaign.state == "open"


def test_a_code_is_a_png_with_a_quiet_zone_around_it():
    picture = qr.png("https://linli.example/c/abcd2345/")

    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(picture[16:20], "big")
    # Version 4 has 33 modules a side, four of quiet zone on each side, eight pixels a module.
    assert width == (33 + 2 * 4) * 8
