"""From PostgreSQL to the broker: the one place that sends messages, and it sends only "there is something to do".

It looks when PostgreSQL notifies and once a second, and never has more wake-ups in the queue than there are workers.
Whatever happens to it, to the broker or to the database, the rows are still there at the next look.
"""

import logging
import select
import time
from contextlib import suppress
from typing import Any

from celery import Celery
from django.db import DatabaseError, InterfaceError, connection
from kombu.exceptions import OperationalError

from core.broker import DRAIN, QUEUE
from core.jobs.queue import CHANNEL
from core.jobs.worker import GRACE_SECONDS
from core.sql import statement

logger = logging.getLogger(__name__)

WAITING = statement(__file__, "waiting")
SWEEP = 1.0
"""Seconds between looks when nobody notifies."""
GATHER = 0.02
"""Seconds in which notifications become one look."""


class Relay:
    """Wakes as many workers as can be used, for as long as it runs."""

    def __init__(self, app: Celery, *, workers: int) -> None:
        self._app = app
        self._workers = workers
        self._broker: Any = None
        broker = app.connection_for_write()
        self._troubles = (OperationalError, *broker.connection_errors, *broker.channel_errors)
        self._heard_from_broker = True

    def run(self) -> None:
        """For ever; a broker or database that goes away is looked for again."""
        connection.close()
        while True:
            try:
                self._listen()
                self.look()
                self._wait()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("the database is not there: %s", error)
                connection.close()
                time.sleep(SWEEP)

    def look(self) -> int:
        """Send the wake-ups that are needed and not on their way yet; how many."""
        needed = waiting(limit=self._workers)
        if not needed:
            return 0
        try:
            return self._wake(needed)
        except self._troubles as error:
            if self._heard_from_broker:
                logger.warning("the broker takes nothing; what is to be done waits in the database: %s", error)
            self._heard_from_broker = False
            self._hang_up()
            return 0

    def _wake(self, needed: int) -> int:
        if self._broker is None:
            self._broker = self._app.connection_for_write()
        on_their_way: int = self._broker.default_channel.client.llen(QUEUE)
        missing = max(0, min(needed, self._workers - on_their_way))
        for _ in range(missing):
            self._app.send_task(DRAIN, connection=self._broker, retry=False)
        if not self._heard_from_broker:
            logger.warning("the broker takes wake-ups again")
        self._heard_from_broker = True
        return missing

    def _hang_up(self) -> None:
        if self._broker is not None:
            with suppress(*self._troubles):
                self._broker.release()
        self._broker = None

    def _listen(self) -> None:
        """Once for every connection to the database."""
        if connection.connection is None:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")

    def _wait(self) -> None:
        """Until PostgreSQL notifies or the next sweep is due."""
        select.select([connection.connection], [], [], SWEEP)
        time.sleep(GATHER)
        with connection.wrap_database_errors:
            connection.connection.poll()
        connection.connection.notifies.clear()


def waiting(*, limit: int) -> int:
    """How many shards could be claimed now, up to `limit`."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"limit": limit, "grace_seconds": GRACE_SECONDS})
        count: int = cursor.fetchone()[0]
    return count
