"""Asking for work: rows, written in the transaction of what they are about. Nobody here knows a broker."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pghistory
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.enums import JobState
from core.errors import DomainError
from core.jobs.registry import kind_of
from core.models import Job, User
from core.models.job import ATTEMPTS
from core.sql import statement

ENQUEUE = statement(__file__, "enqueue")
CHANNEL = "linli_jobs"
"""Where PostgreSQL tells the relay that there may be something to do."""


class JobIsNotDead(DomainError):
    """Only what was given up can be tried again."""


def enqueue(
    *,
    key: str,
    kind: str,
    arguments: Mapping[str, Any],
    shards: Sequence[Mapping[str, Any]] | None = None,
    by: User | None,
) -> Job:
    """Remember a job, in the caller's transaction; a key that is known already answers the job it named before.

    Each of `shards` is done and committed on its own; without them the job is one shard. An empty list is a ValueError:
    the caller knows what it means that there is nothing to do. `by` is None when the clock asks.
    """
    kind_of(kind)
    parts = [{}] if shards is None else shards
    if not parts:
        raise ValueError(f"{key}: a job has at least one shard")
    row: dict[str, str | int | None] = {
        "key": key,
        "kind": kind,
        "arguments": json.dumps(arguments),
        "shards": json.dumps(parts),
        "shards_total": len(parts),
        "by": by.pk if by else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, row)
    return Job.objects.get(key=key)


@transaction.atomic
def retry(*, job: Job, by: User) -> None:
    """Let the shards that were given up be tried afresh, from now on; the history keeps who asked for it."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state != JobState.DEAD:
        raise JobIsNotDead(_("This job has not been given up, so there is nothing to try again."))
    # Attempts are fencing tokens and never fall back; what may be used up is raised instead.
    job.shards.filter(state=JobState.DEAD).update(
        state=JobState.QUEUED, attempts_allowed=F("attempts") + ATTEMPTS, not_before=Now()
    )
    job.state = JobState.QUEUED
    with pghistory.context(user=by.pk):
        job.save(update_fields=["state"])
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
