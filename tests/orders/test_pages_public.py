"""A campaign's public page: what members see in WeChat, and that nothing is left behind."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from orders.enums import CampaignState
from orders.queries import Standing
from orders.rules import jielong
from orders.services import cut_off
from orders.services.pasting import rule_offers, rule_options
from orders.texts import announcement, sample_line
from tests import factories as make
from tests.factories import order_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(group, selling):
    return selling(group)


@pytest.fixture
def berries(campaign):
    return make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990, stock=Decimal(3), limit_each=2)


def test_everybody_reads_prices_and_what_is_left(client, campaign, berries, group):
    order_for(make.make_member(group=group), (berries, 1), group=group, now=timezone.now())

    page = client.get(f"/c/{campaign.code}/", headers={"Accept-Language": "en"}).text

    assert "¥29.90" in page
    assert "2 盒 left" in page
    assert "Order in the chain of your group" in page


def test_a_short_link_has_chosen_the_neighbourhood_it_was_made_for(client, group, selling):
    other = make.make_group("别的群")
    address = f"/c/{selling(group, other).code}/"

    chosen = [client.get(address, {"group": pk}).context["form"]["group"].value() for pk in (other.pk, "x")]
    page = client.get(address, {"group": other.pk}).text

    assert chosen == [str(other.pk), "x"]
    assert f'<option value="{other.pk}" selected>' in page
    assert "selected" not in client.get(address, {"group": "x"}).text


def test_what_is_sold_out_says_so(client, campaign, berries, group):
    for quantity in (2, 1):
        order_for(make.make_member(group=group), (berries, quantity), group=group, now=timezone.now())

    assert "Sold out" in client.get(f"/c/{campaign.code}/", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("url", ["/c/{code}/", "/c/{code}/?via=abc2345", "/c/nobody/"])
def test_nothing_is_left_in_the_browser(client, campaign, berries, url):
    answer = client.get(url.format(code=campaign.code))

    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in answer.text


def test_a_closed_campaign_says_so_and_shows_no_way_to_order(client, campaign, berries, operator):
    cut_off(campaign=campaign, by=operator, now=timezone.now())

    page = client.get(f"/c/{campaign.code}/", headers={"Accept-Language": "en"}).text

    assert "This campaign takes no more orders." in page
    assert "Order in the chain of your group" not in page


def test_a_campaign_past_its_clock_is_closed_before_anybody_cuts_it_off(client, group, selling):
    campaign = selling(group, cuts_off_at=timezone.now() - timedelta(seconds=1))

    page = client.get(f"/c/{campaign.code}/", headers={"Accept-Language": "en"}).text

    assert "This campaign takes no more orders." in page


def test_a_campaign_that_opens_later_says_when(client, group, selling):
    campaign = selling(group, opens_at=timezone.now() + timedelta(hours=1))

    assert "Opens on" in client.get(f"/c/{campaign.code}/", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.CANCELLED, None])
def test_what_is_not_public_is_not_found_in_friendly_words(client, group, selling, state):
    code = selling(group, state=state).code if state else "nobody"

    answer = client.get(f"/c/{code}/", headers={"Accept-Language": "en"})

    assert answer.status_code == 404
    assert "Ask the leader in your group for the current link." in answer.text


@pytest.mark.parametrize("offers", [1, 3])
def test_the_page_asks_the_database_as_often_for_one_offer_as_for_three(
    client, campaign, django_assert_num_queries, offers
):
    for _number in range(offers):
        make.make_offer(campaign)

    with django_assert_num_queries(3):  # campaign, groups, offers
        client.get(f"/c/{campaign.code}/")


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_sample_line_reads_as_an_order_without_a_doubt(campaign, group, berries, language):
    with override_settings(LANGUAGE_CODE=language):
        text = f"{announcement(campaign, [Standing(berries)])}\n1. {sample_line(berries)}"

    read = jielong.parse(text, rule_offers([berries], group), rule_options(campaign))

    (row,) = read.rows
    assert (row.door, [(line.offer, line.quantity) for line in row.lines]) == ("3-1701", [("草莓", Decimal(2))])
    assert not row.flags
    assert not read.changes
