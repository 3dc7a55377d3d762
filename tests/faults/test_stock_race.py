"""A thousand buyers for a hundred boxes, many at a time: exactly a hundred are sold, whoever is faster."""

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import F

from community.models import Member, Membership
from core import invariants
from orders.models import Offer, OrderLine
from orders.services import OfferSoldOut
from tests import factories as make
from tests.factories import LONG_AGO, order_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600), pytest.mark.django_db(transaction=True)]

BUYERS, BOXES, AT_ONCE = 1_000, 100, 24
SEEDS = int(os.environ.get("SEEDS", "100"))
"""How often the drill is repeated; each time the buyers come in another order."""


def crowd(group) -> list[Member]:
    members = Member.objects.bulk_create(Member(name=f"买家{number}", joined_on=LONG_AGO) for number in range(BUYERS))
    Membership.objects.bulk_create(Membership(group=group, member=one, joined_on=LONG_AGO) for one in members)
    return members


def rush(buyers: list[Member], buy: Callable[[Member], object]) -> int:
    """Everybody buys, so many at once; returns how many got something."""

    def run(member: Member) -> bool:
        try:
            buy(member)
        except OfferSoldOut:
            return False
        return True

    everybody = Barrier(AT_ONCE)

    def leave() -> None:
        everybody.wait()  # so that each thread closes its own connection and none does it twice
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as crowded:
        served = sum(crowded.map(run, buyers))
        for _thread in range(AT_ONCE):
            crowded.submit(leave)
    return served


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_thousand_buyers_get_exactly_the_hundred_boxes_there_are(seed: int):
    group = make.make_group()
    offer = make.make_offer(make.make_campaign(group), counted=True, stock=Decimal(BOXES))
    buyers = crowd(group)
    random.Random(seed).shuffle(buyers)  # noqa: S311 -- who is faster, not a secret

    served = rush(buyers, lambda member: order_for(member, (offer, 1), group=group))

    offer.refresh_from_db()
    assert (served, offer.taken) == (BOXES, BOXES)
    assert OrderLine.objects.filter(offer=offer, quantity=1).count() == BOXES
    assert [finding for finding in invariants.check() if finding.count] == []


@pytest.mark.drill
def test_the_control_reading_first_and_writing_then_sells_more_than_there_is():
    """Were this to sell a hundred, the drill would prove nothing."""
    group = make.make_group()
    offer = make.make_offer(make.make_campaign(group), counted=True)

    def naive(member: Member) -> None:
        if Offer.objects.get(pk=offer.pk).taken >= BOXES:
            raise OfferSoldOut
        Offer.objects.filter(pk=offer.pk).update(taken=F("taken") + 1)

    assert rush(crowd(group), naive) > BOXES
