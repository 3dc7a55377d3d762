"""The night's work, as the clock asks for it."""

from datetime import UTC, datetime

import pytest

from core.jobs import drain_all, enqueue
from core.jobs.registry import kind_of
from core.models import Job
from insights.models import MemberDay, Watermark
from tests.factories import make_group, make_member
from tests.insights.sales import make_order


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
