"""Keeping the roll-ups: what the facts since the last time change, and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core.sql import statement
from insights.models import WINDOWS, CohortWeek, MemberDay, MemberStat, RepurchaseStep, Watermark
from orders.models import SaleFact
from orders.services import decided_facts

ADD_MEMBER_DAYS = statement(__file__, "add_member_days")
COUNT_COHORT_WEEKS = statement(__file__, "count_cohort_weeks")
COUNT_REPURCHASES = statement(__file__, "count_repurchases")
MOVE_SOCIAL_VALUE = statement(__file__, "move_social_value")
REFRESH_MEMBER_STATS = statement(__file__, "refresh_member_stats")

TAKEN_OUT_AND_PUT_IN = (COUNT_COHORT_WEEKS, COUNT_REPURCHASES, MOVE_SOCIAL_VALUE)
"""What members count towards: without the touched ones before they change, with them after it."""


@dataclass(frozen=True, slots=True)
class RolledUp:
    """What a roll-up counted: ids up to and including `fact_id`; `facts` of them were new."""

    facts: int
    fact_id: int


@transaction.atomic
def roll_up(*, now: datetime) -> RolledUp:
    """Count the facts that are new since the last time. Running it again adds nothing; two at once take turns.

    Raises OperationalError when facts are being written without a pause (a lock is not had within three seconds);
    then nothing is changed and the next attempt counts them.
    """
    watermark = _held_watermark()
    between: dict[str, Any] = {
        "windows": list(WINDOWS),
        "after": watermark.fact_id,
        "upto": max(watermark.fact_id, decided_facts()),
    }
    with connection.cursor() as cursor:
        for count in TAKEN_OUT_AND_PUT_IN:
            cursor.execute(count, between | {"sign": -1})
        cursor.execute(ADD_MEMBER_DAYS, between)
        cursor.execute(REFRESH_MEMBER_STATS, between)
        for count in TAKEN_OUT_AND_PUT_IN:
            cursor.execute(count, between | {"sign": 1})
    counted = SaleFact.objects.filter(pk__gt=between["after"], pk__lte=between["upto"]).count()
    _move(watermark, between["upto"], now)
    return RolledUp(counted, between["upto"])


@transaction.atomic
def rebuild(*, now: datetime) -> RolledUp:
    """Forget every roll-up and count all facts anew. Pages show the old figures until it is done."""
    _move(_held_watermark(), 0, now)
    for rolled_up in (CohortWeek, RepurchaseStep, MemberDay, MemberStat):
        rolled_up.objects.all().delete()
    return roll_up(now=now)


def _held_watermark() -> Watermark:
    """The watermark, locked: whoever holds it rolls up, the others wait."""
    Watermark.objects.bulk_create([Watermark(name=Watermark.FACTS)], ignore_conflicts=True)
    return Watermark.objects.select_for_update().get(name=Watermark.FACTS)


def _move(watermark: Watermark, row_id: int, now: datetime) -> None:
    watermark.fact_id, watermark.at = row_id, now
    watermark.save(update_fields=["fact_id", "at"])
