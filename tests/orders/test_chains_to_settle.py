"""Which pasted chains wait for an operator, as the side bar counts them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from orders.enums import PasteState
from orders.models import Paste
from orders.queries import chains_to_settle, unsettled_chains
from orders.services import cut_off, start_paste
from tests import factories as make
from tests.factories import FAR_OFF, LONG_AGO_MOMENT, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(group):
    campaign = make.make_campaign(group, opens_at=LONG_AGO_MOMENT, cuts_off_at=FAR_OFF)
    make.make_offer(campaign, "草莓", unit="盒", counted=True, price_fen=2990)
    return campaign


def paste(campaign, group, user) -> Paste:
    return start_paste(campaign=campaign, group=group, text="1. 王姐 6-1201 草莓2盒", by=user, now=NOW)


def test_a_chain_pasted_anew_waits_once_as_its_newest_text(campaign, group, operator):
    paste(campaign, group, operator)
    newest = paste(campaign, group, operator)

    assert list(unsettled_chains(operator, NOW)) == [newest]


def test_a_chain_whose_newest_text_is_confirmed_waits_no_more(campaign, group, operator):
    paste(campaign, group, operator)
    confirmed = paste(campaign, group, operator)
    Paste.objects.filter(pk=confirmed.pk).update(state=PasteState.APPLIED, applied_at=NOW)

    assert not unsettled_chains(operator, NOW).exists()


def test_a_chain_whose_campaign_is_cut_off_waits_no_more(campaign, group, operator):
    paste(campaign, group, operator)
    cut_off(campaign=campaign, by=operator, now=NOW)

    assert chains_to_settle(user=operator, now=NOW) == 0


def test_chains_of_two_groups_wait_in_the_order_of_their_cut_offs(campaign, group, other_group, operator):
    sooner = make.make_campaign(other_group, cuts_off_at=NOW + timedelta(hours=1))
    later_paste = paste(campaign, group, operator)
    sooner_paste = paste(sooner, other_group, operator)

    assert list(unsettled_chains(operator, NOW)) == [sooner_paste, later_paste]
    assert chains_to_settle(user=operator, now=NOW) == 2


def test_only_who_settles_chains_is_counted_for_and_asks(
    campaign, group, leader, admin, auditor, django_assert_num_queries
):
    paste(campaign, group, leader.user)

    with django_assert_num_queries(0):
        counts = [chains_to_settle(user=user, now=NOW) for user in (leader.user, admin, auditor)]

    assert counts == [0, 0, 0]


def test_the_side_bar_shows_how_many_wait_to_the_operator_alone(campaign, group, operator, admin, signed_in):
    paste(campaign, group, operator)
    address = reverse("orders:order_list")
    link = f'<a href="{address}" aria-current="page">'

    shown = [
        signed_in(user).get(address).content.decode().split(link)[1].split("</a>")[0] for user in (operator, admin)
    ]

    assert ['<span class="waiting">1 ' in text for text in shown] == [True, False]
