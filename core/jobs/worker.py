"""Doing the work: claim one shard and commit that, then its effect and its being done in one transaction.

A worker that dies leaves either everything or nothing of a shard. Whoever works on a shard holds its row locked, so a
dead worker's shard is free at once, without heartbeats; and a worker that was slow to take the lock finds the shard's
attempts counted on by somebody else, and leaves it alone.
"""

import json
import logging
import time
import traceback
from dataclasses import dataclass

import pghistory
from django.db import connection, transaction
from django.db.models.functions import Now

from core.enums import JobState
from core.jobs.registry import Result, Work, kind_of
from core.models import Job
from core.models.job import ATTEMPTS
from core.sql import statement

logger = logging.getLogger(__name__)

CLAIM = statement(__file__, "claim")
RECORD_DONE = statement(__file__, "record_done")
RECORD_FAILURE = statement(__file__, "record_failure")

GRACE_SECONDS = 5
"""How long a claim may take to lock its shard before another worker may take it over."""
KILLED = "The worker died while it did this, at every attempt."
LINES_KEPT = 12
"""Of a traceback: the end says where it happened."""


class Overtaken(Exception):
    """The shard belongs to another claim by now; nothing of this one may be kept."""


class DrainFailed(Exception):
    """Something failed while everything was done in this process; the cause is the first failure."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A shard this process may work on, as long as it is the last to have claimed it."""

    shard_id: int
    kind: str
    work: Work

    def __str__(self) -> str:
        return f"{self.kind} {self.work.job_id}/{self.work.number}, attempt {self.work.attempt}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one claim; `error` when it was not done."""

    claim: Claim
    error: Exception | None


def work_one() -> Outcome | None:
    """Do the shard that has waited longest; None when nothing waits."""
    found = claim()
    if found is None:
        return None
    try:
        carry_out(found)
    except Overtaken as error:
        logger.warning("%s: taken over by another worker", found)
        return Outcome(found, error)
    except Exception as error:
        logger.exception("%s failed", found)
        record_failure(found, error)
        return Outcome(found, error)
    return Outcome(found, None)


def claim() -> Claim | None:
    """Take a shard and commit that it was taken: what kills every worker is counted and given up in the end."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, {"grace_seconds": GRACE_SECONDS, "killed": KILLED})
            row = cursor.fetchone()
        if row is None:
            return None
        shard_id, state, job_id, kind, number, arguments, shard, attempt, created_by_id, now = row
        work = Work(job_id, number, json.loads(arguments), json.loads(shard), attempt, created_by_id, now)
        found = Claim(shard_id, kind, work)
        if state == JobState.RUNNING:
            return found
        logger.error("%s: given up, it has killed every worker", found)


@transaction.atomic
def carry_out(claim: Claim) -> None:
    """The effect and its record in one transaction. Raises Overtaken, and whatever the handler raises."""
    kind = kind_of(claim.kind)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM core_shard WHERE id = %s AND attempts = %s AND state = 'running' FOR UPDATE",
            [claim.shard_id, claim.work.attempt],
        )
        if not cursor.rowcount:
            raise Overtaken
    with pghistory.context(user=claim.work.created_by_id, job=claim.work.job_id):
        result = kind.handle(claim.work)
        if _record_done(claim):
            job = Job.objects.get(pk=claim.work.job_id)
            _close(job, (kind.finish and kind.finish(job)) or result)


def _record_done(claim: Claim) -> bool:
    """Whether it was the job's last shard. The job's row is locked from here on, so there is one last."""
    with connection.cursor() as cursor:
        cursor.execute(RECORD_DONE, {"shard": claim.shard_id, "attempt": claim.work.attempt})
        row = cursor.fetchone()
    if row is None:
        raise Overtaken
    return bool(row[0])


def _close(job: Job, result: Result) -> None:
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=Now(), result=dict(result or {}))


def record_failure(claim: Claim, error: Exception) -> None:
    """Keep what went wrong; the shard waits longer from attempt to attempt, then it is dead."""
    with connection.cursor() as cursor:
        cursor.execute(
            RECORD_FAILURE,
            {
                "shard": claim.shard_id,
                "attempt": claim.work.attempt,
                "attempts": ATTEMPTS,
                "error": _text_of(error),
            },
        )


def _text_of(error: Exception) -> str:
    lines = "".join(traceback.format_exception(error)).splitlines()[-LINES_KEPT:]
    return "\n".join([f"{type(error).__name__}: {error}", "", *lines]).replace("\0", "")


def drain(*, seconds: float = 10) -> None:
    """Work until nothing waits, or for about so long: a worker asked to stop gets to hear it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and work_one():
        pass


def drain_all() -> int:
    """Do everything that waits, here and now: for tests, demo data and commands. How many shards were done.

    Goes on after a failure, then raises DrainFailed. What waits for another attempt is left to the workers.
    """
    outcomes: list[Outcome] = []
    while (outcome := work_one()) is not None:
        outcomes.append(outcome)
    failures = [outcome for outcome in outcomes if outcome.error]
    if failures:
        raise DrainFailed("; ".join(str(outcome.claim) for outcome in failures)) from failures[0].error
    return len(outcomes)
