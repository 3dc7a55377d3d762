"""The jobs of this app: ids in, load, one service call."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.jobs import Work, every, job
from core.models import Job
from ledger.models import Period
from referrals.enums import FissionState
from referrals.models import FissionCampaign, PlanVersion, Run
from referrals.queries import compare
from referrals.services.rewards import settle_rewards
from referrals.services.runs import (
    COMMISSION_RUN,
    ROOM,
    PeriodIsClosed,
    finish_run,
    leave_the_rest,
    record_shard,
)
from referrals.services.trials import PLAN_TRIAL


def finish(done: Job) -> dict[str, Any]:
    return finish_run(run=Run.objects.get(job=done))


@job(COMMISSION_RUN, title=_("Commission run"), finish=finish)
def commission_run(work: Work) -> None:
    """One slice of the groups; none of it once the period is closed."""
    run = Run.objects.select_related("period", "ran_by").get(pk=work.arguments["run"])
    months = work.shard.get("months")
    try:
        record_shard(
            run=run,
            number=work.number,
            group_ids=work.shard["groups"],
            campaign_ids=work.shard.get("campaigns"),
            months=None if months is None else [date.fromisoformat(month) for month in months],
            booked_on=date.fromisoformat(work.arguments["booked_on"]),
        )
    except PeriodIsClosed:
        leave_the_rest(run=run)


@job(PLAN_TRIAL, title=_("Trial of a plan version"))
def plan_trial(work: Work) -> dict[str, Any]:
    """What the version would have paid beside what was in force; kept as the job's result."""
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
    return compare(
        list(Period.objects.filter(pk__in=work.arguments["periods"])),
        PlanVersion.objects.get(pk=work.arguments["version"]),
    )


def some_campaign_rewards(now: datetime) -> bool:
    return FissionCampaign.objects.exclude(state=FissionState.DRAFT).exists()


@job("settle_rewards", title=_("Rewards for referrals"), schedule=every(minutes=10), when=some_campaign_rewards)
def settle(work: Work) -> dict[str, int]:
    """Grant, make available and take back what the facts say by now. What was missed is made up for by the next."""
    return asdict(settle_rewards(now=work.now))
