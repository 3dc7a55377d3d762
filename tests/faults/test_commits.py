"""PostgreSQL killed in the middle of commits: what was acknowledged is there when it comes back."""

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import psycopg2
import pytest

from tests.faults.embedded import Instance, connect, kill_with_all_its_own, leaving_nothing, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

CLIENTS = 4
KILLS = 3
SEED = 20261127


class Clients:
    """They commit one row after the other, and keep which commits PostgreSQL has acknowledged."""

    def __init__(self, data: Path, *, options: str) -> None:
        self.acknowledged: list[tuple[int, int]] = []
        self._data, self._options, self._enough = data, options, Event()
        self._threads = [Thread(target=self._commit, args=(client,)) for client in range(CLIENTS)]

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._enough.set()
            for thread in self._threads:
                thread.join()

    def _commit(self, client: int) -> None:
        number = 0
        while not self._enough.is_set():
            with contextlib.suppress(psycopg2.Error), contextlib.closing(connect(self._data, self._options)) as link:
                while not self._enough.is_set():
                    number += 1
                    with link, link.cursor() as cursor:
                        cursor.execute("INSERT INTO chain VALUES (%s, %s)", (client, number))
                    self.acknowledged.append((client, number))
            time.sleep(0.05)


def lost_commits(data: Path, *, options: str, kills: int) -> int:
    """How many acknowledged rows are not there after so many kills of all of PostgreSQL at once."""
    luck = random.Random(SEED)  # noqa: S311 -- to be repeated, not to be secret
    with leaving_nothing(data):
        instance = Instance(data).start()
        instance.sql("CREATE TABLE chain (client int, number int, PRIMARY KEY (client, number))")
        clients = Clients(data, options=options)
        with clients.at_work():
            for _kill in range(kills):
                enough = len(clients.acknowledged) + luck.randint(100, 300)
                until(lambda enough=enough: len(clients.acknowledged) >= enough, seconds=60)
                kill_with_all_its_own(instance.service("postgres"))
            until(instance.has_database, seconds=60)
        kept = set(instance.sql("SELECT client, number FROM chain"))
        assert instance.interrupt() == 0
    return len(set(clients.acknowledged) - kept)


def test_no_acknowledged_commit_is_lost(roomy: Path) -> None:
    assert lost_commits(roomy / "data", options="", kills=KILLS) == 0


def test_acknowledged_before_it_is_written_the_same_kills_lose_commits(roomy: Path) -> None:
    """The control: what PostgreSQL waits for at every commit."""
    assert lost_commits(roomy / "data", options="-c synchronous_commit=off", kills=KILLS) > 0
