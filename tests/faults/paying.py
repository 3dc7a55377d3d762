"""The worker of the job faults: `celery -A tests.faults.paying worker`. It pays, a debit and then a credit.

With UNPROTECTED set it does what queues without PostgreSQL's protection do: no transaction around the effect, no lock
on the shard, no fencing token. Every test here has to fail with it.
"""

import os
import time

import django
from django.apps import apps
from django.db import connection

from config.celery import app  # noqa: F401 -- `-A` looks for it here

if not apps.ready:
    django.setup()

from core.jobs import Work, job, worker  # noqa: E402 -- once the apps are loaded
from core.jobs.registry import kind_of  # noqa: E402

KIND = "pay"
MOMENT = 0.02
"""Seconds between the debit and the credit: where a kill hurts."""


def declare() -> None:
    """Let the kind be known, in the worker and in the test that asks for it."""
    job(KIND)(pay)


def pay(work: Work) -> None:
    _book(work, 100)
    time.sleep(MOMENT)
    _book(work, -100)


def _book(work: Work, amount: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fault_leg (job, shard, amount) VALUES (%s, %s, %s)", [work.job_id, work.number, amount]
        )


def carry_out_unprotected(claim: worker.Claim) -> None:
    """The effect first, the record after it, each on its own."""
    kind_of(claim.kind).handle(claim.work)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_shard SET state = 'done' WHERE id = %s", [claim.shard_id])
        cursor.execute(
            "UPDATE core_job SET shards_done = shards_done + 1,"
            " state = CASE WHEN shards_done + 1 = shards_total THEN 'done' ELSE state END"
            " WHERE id = %s AND shards_done < shards_total",
            [claim.work.job_id],
        )


if os.environ.get("PAYING"):
    declare()
if os.environ.get("UNPROTECTED"):
    worker.carry_out = carry_out_unprotected
