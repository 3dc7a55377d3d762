"""The night's work, as the clock asks for it."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps

from core.jobs import drain_all, enqueue
from core.jobs.registry import kind_of
from core.models import Job
from insights.models import MemberDay, MemberStat, Watermark
from insights.services import roll_up
from tests.factories import NOW, make_group, make_member
from tests.insights.sales import deliver, make_order

count_anew = import_module("insights.migrations.0004_count_anew").count_anew


@pytest.mark.django_db(transaction=True)
def test_two_nights_count_every_fact_once():
    order = make_order(make_member(), make_group(), fen=1000)
    results = []

    for night in ("2026-11-20", "2026-11-21"):
        enqueue(key=f"nightly_rollup:{night}", kind="nightly_rollup", arguments={"period": night}, by=None)
        drain_all()
        results.append(Job.objects.latest("pk").result["facts"])

    assert results == [1, 0]
    assert MemberDay.objects.get().net_fen == 1000
    assert Watermark.objects.get(name=Watermark.FACTS).fact_id == order.facts.get().pk


def test_the_night_is_ten_past_three_in_shanghai():
    schedule = kind_of("nightly_rollup").schedule

    assert schedule.period(datetime(2026, 11, 20, 3, 9, tzinfo=UTC)) == "2026-11-19"
    assert schedule.period(datetime(2026, 11, 20, 3, 10, tzinfo=UTC)) == "2026-11-20"


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_forgets_figures_without_the_new_columns_and_has_them_counted_anew():
    leader, member = make_member("周敏"), make_member("王姐")
    deliver(make_order(leader, make_group(), fen=1000, leader=leader))
    deliver(make_order(member, make_group(), fen=500, referrer_1=leader))
    roll_up(now=NOW)
    MemberDay.objects.update(orders=0, as_leader_gmv_fen=0, as_leader_delivered_fen=0, as_leader_orders=0)
    MemberStat.objects.update(inviter=None, as_leader_fen=0)

    count_anew(apps, None)
    assert not Watermark.objects.exists()
    drain_all()

    assert [(one.orders, one.as_leader_gmv_fen) for one in MemberDay.objects.order_by("member_id")] == [
        (1, 1000),
        (1, 0),
    ]
    stat = MemberStat.objects.get(member=leader)
    assert (stat.lifetime_fen, stat.as_leader_fen, stat.social_fen, stat.brought) == (1000, 1000, 500, 1)


@pytest.mark.django_db
def test_an_upgrade_of_a_new_house_asks_for_nothing():
    count_anew(apps, None)

    assert not Job.objects.exists()
