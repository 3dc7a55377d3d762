"""The month of docs/algorithms/commission-run.md, number by number."""

import pytest
from django.db.models import Sum

from core.enums import Role
from core.jobs import drain_all
from ledger.models import Leg, Period
from referrals import services
from referrals.enums import Rule
from referrals.models import CommissionEntry
from referrals.services import bookings
from tests.factories import make_group, make_member, make_user
from tests.referrals.sales import (
    A_DAY_IN_APRIL,
    APRIL,
    END_OF_APRIL,
    END_OF_MARCH,
    MARCH,
    MAY,
    delivered_sale,
    lines_of,
    make_period,
    make_plan,
    make_round,
    refund,
    untick,
)

pytestmark = pytest.mark.django_db


def test_the_month_comes_out_as_the_page_says() -> None:
    make_plan(leader_ppm=45_000, referral_1_ppm=20_000, delivery_fee_fen=200, delivery_cap_fen=500)
    group, leader, friend = make_group(), make_member("周敏"), make_member("王芳")
    campaign, admin = make_round(group), make_user(Role.ADMIN)
    march, april = make_period(MARCH, APRIL), make_period(APRIL, MAY)
    sold = [("3-1701", friend, [1_299, 899, 2_550]), ("3-1701", None, [1_000])]
    sold += [("3-1702", None, [2_000]), ("3-1703", None, [500])]
    orders = [
        delivered_sale(group, *bases, campaign=campaign, door=door, leader=leader, referrer=referrer)
        for door, referrer, bases in sold
    ]

    services.start_run(period=march, by=admin, now=END_OF_MARCH)
    drain_all()
    again = services.start_run(period=march, by=admin, now=END_OF_MARCH)
    drain_all()
    refund(lines_of(orders[0])[0], 500, on=A_DAY_IN_APRIL)
    untick(orders[2], on=A_DAY_IN_APRIL)
    services.start_run(period=april, by=admin, now=END_OF_APRIL)
    drain_all()

    def told(rule: Rule, period: Period) -> list[int]:
        entries = CommissionEntry.objects.filter(rule=rule, period=period).order_by("source_id")
        return list(entries.values_list("amount_fen", flat=True))

    def held(period: Period) -> dict[int, int]:
        legs = Leg.objects.filter(account__purpose=bookings.HELD, entry__period=period)
        return dict(legs.values_list("account__party").annotate(fen=-Sum("amount_fen")))

    again.job.refresh_from_db()
    assert again.job.result["entries"] == 0
    assert told(Rule.LEADER_RATE, march) == [59, 40, 115, 45, 90, 23]
    assert told(Rule.REFERRAL, march) == [26, 18, 51]
    assert told(Rule.DELIVERY_FEE, march) == [200, 200, 100]
    assert held(march) == {leader.pk: 872, friend.pk: 95}
    assert told(Rule.LEADER_RATE, april) == [-23, -90]
    assert told(Rule.REFERRAL, april) == [-10]
    assert told(Rule.DELIVERY_FEE, april) == [-200, 100]
    assert held(april) == {leader.pk: -213, friend.pk: -10}
