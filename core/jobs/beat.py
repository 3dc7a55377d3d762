"""The clock: writes down the jobs whose time has come. Several clocks do no harm, the key says what was asked for."""

import logging
import time
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from core.enums import JobState
from core.jobs.queue import enqueue
from core.jobs.registry import Kind, scheduled_kinds
from core.jobs.schedule import Schedule
from core.models import Job

logger = logging.getLogger(__name__)

UNDONE = (JobState.QUEUED, JobState.RUNNING)
TICK = 1.0
"""Seconds between two looks at the clock."""


class Beat:
    """Looks at the database's clock, for as long as it runs."""

    def __init__(self) -> None:
        self._asked: dict[str, str] = {}
        """The last period each kind was asked for by this clock: spares the database what it would refuse."""

    def run(self) -> None:
        """For ever; a database that goes away is looked for again."""
        while True:
            try:
                self.tick(_database_clock())
            except (DatabaseError, InterfaceError) as error:
                logger.warning("the database is not there: %s", error)
                connection.close()
            time.sleep(TICK)

    def tick(self, now: datetime) -> None:
        """Ask for every job whose period has come by `now` and was not asked for yet."""
        local = timezone.localtime(now, timezone.get_default_timezone())
        for kind, schedule in scheduled_kinds():
            try:
                period = schedule.period(local)
                if self._asked.get(kind.name) != period and _is_called_for(kind, schedule, now):
                    enqueue(key=f"{kind.name}:{period}", kind=kind.name, arguments={"period": period}, by=None)
                    self._asked[kind.name] = period
            except Exception:
                # One kind's `when` stands not in the way of the others.
                logger.exception("%s could not be asked for", kind.name)


def _is_called_for(kind: Kind, schedule: Schedule, now: datetime) -> bool:
    if schedule.waits_its_turn and Job.objects.filter(kind=kind.name, state__in=UNDONE).exists():
        return False
    return kind.when is None or kind.when(now)


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
