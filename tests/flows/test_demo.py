"""The demonstration loads, adds up, and goes away again."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from community.models import Group, LeaderAssignment, Member, Neighbourhood
from config.demo import story
from config.demo.load import load
from core.invariants import check
from core.models import User
from insights.enums import Basis
from insights.queries import cohorts, sold_by_week
from insights.views.noteworthy import noteworthy
from orders.enums import CampaignState, PasteState
from orders.models import Campaign, Holding, Order, Paste, SaleFact, Supplier
from orders.queries import purchase_list, unpaid_of
from orders.rules.chain.reading import RowState
from orders.services import read_paste
from referrals.models import Run
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_demonstration_adds_up_and_can_be_taken_away():
    load(now=timezone.now())

    assert (Neighbourhood.objects.count(), LeaderAssignment.objects.values("leader").distinct().count()) == (6, 4)
    assert 850 <= Member.objects.count() <= 950
    assert Campaign.objects.filter(state=CampaignState.OPEN).count() == 1
    assert set(SaleFact.objects.values_list("kind", flat=True)) >= {
        "placed",
        "weighed",
        "short",
        "delivered",
        "refunded",
    }
    assert Order.objects.filter(leader=F("member")).values("member").distinct().count() == 4
    by_order, by_refund = (sold_by_week(story.WEEKS, timezone.localdate(), basis) for basis in Basis)
    assert by_order != by_refund, "some refunds are made the week after the order"
    assert Run.objects.filter(state="review").exists()
    assert [finding.title for finding in check() if finding.count] == []
    collected = [unpaid_of(campaign).orders for campaign in Campaign.objects.filter(state=CampaignState.CLOSED)]
    assert (collected[0] > 0, sum(collected[1:])) == (True, 0), (
        "the latest round is collected in part, the others whole"
    )
    assert Holding.objects.filter(amount_fen__gt=0).count() == 4
    waiting = Campaign.objects.get(state=CampaignState.CUT_OFF)
    assert [bool(section.supplier) for section in purchase_list(waiting)] == [True, True, False]
    chain = read_paste(Paste.objects.get(state=PasteState.DRAFT))
    assert len(chain.of(RowState.READY)) >= 8
    assert chain.of(RowState.BLOCKED)

    said = noteworthy(
        user=User.objects.get(username="operator"), cohorts=cohorts(8, timezone.localdate()), now=timezone.now()
    )
    assert len(said) >= 2, "an offer runs out, one member brought two"
    assert Campaign.objects.get(state=CampaignState.OPEN).offers.filter(steps__isnull=False).distinct().count() == 1

    call_command("demo", "remove", verbosity=0)
    assert [model.objects.count() for model in (Neighbourhood, Order, Supplier, User)] == [0, 0, 0, 0]


def test_real_neighbourhoods_are_not_taken_away_with_it():
    make.make_group()

    with pytest.raises(CommandError, match="Nothing was removed"):
        call_command("demo", "remove")

    assert Group.objects.exists()


def test_the_demonstration_wants_an_empty_house():
    make.make_group()

    with pytest.raises(CommandError, match="already"):
        call_command("demo", "load")
