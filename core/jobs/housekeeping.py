"""The house's own nightly jobs, and what must always hold of jobs."""

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import exports
from core.enums import JobState
from core.invariants import check, invariant
from core.jobs.registry import Work, job
from core.jobs.schedule import daily
from core.models import IdempotencyKey, Job

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
"""How long what was done and answered is remembered."""
CHECK = "check_invariants"


@job("forget_done", title=_("Forget what was done long ago"), schedule=daily("03:40"))
def forget_done(work: Work) -> dict[str, int]:
    """Forget jobs done and answers given long ago, except jobs that other rows rest on."""
    jobs = Job.objects.filter(state=JobState.DONE, finished_at__lt=work.now - KEPT)
    for relation in Job._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            jobs = jobs.filter(**{f"{relation.name}__isnull": True})
    _rows, forgotten = jobs.delete()
    answers, _rows_of = IdempotencyKey.objects.filter(created_at__lt=work.now - KEPT).delete()
    return {"jobs": forgotten.get("core.Job", 0), "answers": answers}


@job("forget_exports", title=_("Forget files that have run out"), schedule=daily("03:50"))
def forget_exports(work: Work) -> dict[str, int]:
    """Files that jobs made are kept for some days; the jobs stay."""
    return {"files": exports.forget_exports(now=work.now)}


@job(CHECK, title=_("Check what must always hold"), schedule=daily("04:40"))
def check_invariants(work: Work) -> dict[str, Any]:
    """Look whether everything that must hold still does; the page shows the result of the last time."""
    findings = check()
    for finding in findings:
        if finding.count:
            logger.error("%s: broken %d times, %s", finding.name, finding.count, ", ".join(finding.examples))
    return {"findings": [asdict(finding) for finding in findings]}


@invariant(_("A job is done when every shard is, and counts the shards that are."))
def jobs_count_their_shards() -> str:
    return """
        SELECT job.key FROM core_job job JOIN core_shard shard ON shard.job_id = job.id
        GROUP BY job.id
        HAVING job.shards_total <> count(*)
            OR job.shards_done <> count(*) FILTER (WHERE shard.state = 'done')
            OR (job.state = 'done') <> bool_and(shard.state = 'done')
    """


@invariant(_("A job is given up when one of its shards is."))
def dead_shards_make_dead_jobs() -> str:
    return """
        SELECT job.key FROM core_job job JOIN core_shard shard ON shard.job_id = job.id
        GROUP BY job.id
        HAVING (job.state = 'dead') <> bool_or(shard.state = 'dead')
    """


@invariant(_("No shard lies about that nobody works on."))
def shards_in_work_are_held() -> str:
    return """
        SELECT job.key || '/' || shard.number
        FROM (
            SELECT job_id, number FROM core_shard
            WHERE state = 'running' AND claimed_at < statement_timestamp() - interval '10 min'
            FOR KEY SHARE SKIP LOCKED
        ) AS shard JOIN core_job job ON job.id = shard.job_id
    """
