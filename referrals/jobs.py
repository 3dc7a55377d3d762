"""The jobs of this app: ids in, load, one service call."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.jobs import Work, job
from core.models import Job
from referrals.models import Run
from referrals.services.runs import COMMISSION_RUN, finish_run, record_shard


def finish(done: Job) -> dict[str, Any]:
    return finish_run(run=Run.objects.get(job=done))


@job(COMMISSION_RUN, title=_("Commission run"), finish=finish)
def commission_run(work: Work) -> None:
    """One slice of the groups."""
    record_shard(
        run=Run.objects.select_related("period", "ran_by").get(pk=work.arguments["run"]),
        number=work.number,
        group_ids=work.shard["groups"],
        booked_on=date.fromisoformat(work.arguments["booked_on"]),
    )
