"""The jobs of this app: ids in, load, one service call."""

from collections.abc import Iterator
from dataclasses import asdict, astuple
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.exports import keep_part, make_file
from core.jobs import Work, daily, every, job
from core.models import Export, Job
from ledger.models import Period
from referrals.enums import FissionState
from referrals.models import FissionCampaign, PlanVersion, Run, Statement
from referrals.printing import Paper, paper_of, printed
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
from referrals.services.signals import LOOK_FOR_SIGNALS, look_for_signals
from referrals.services.trials import PLAN_TRIAL

PRINT_STATEMENTS = "print_statements"


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


@job(LOOK_FOR_SIGNALS, title=_("Signals for review"), schedule=daily("03:40"))
def signals(work: Work) -> dict[str, int]:
    """What about who brought whom is worth a look since the last time."""
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
    return asdict(look_for_signals(now=work.now))


def bind(done: Job) -> dict[str, Any]:
    """One file of everything the shards have read."""

    def bound(export: Export, rows: Iterator[list[Any]]) -> bytes:
        return printed((Paper(*row) for row in rows), made_at=export.created_at)

    with override(done.arguments["language"]):
        return make_file(done, bound)


@job(PRINT_STATEMENTS, title=_("Statements as PDF"), finish=bind)
def print_statements(work: Work) -> None:
    """What some statements say, as whoever asked may read them now and in their language."""
    ids, asked = work.shard["ids"], Export.objects.select_related("owner").get(job=work.job_id).owner
    people = ("period", "earner", "issued_by", "approved_by")
    found = Statement.objects.visible_to(asked).select_related(*people).in_bulk(ids)
    with override(work.arguments["language"]):
        keep_part(work=work, rows=[astuple(paper_of(found[pk])) for pk in ids if pk in found])
