"""Two connections at once: what tests of races need."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from django.db import connection


def wait_until(holds: Callable[[], bool], *, seconds: float = 60, pause: float = 0.05) -> None:
    """Look again and again until it holds; fail when it never does."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(pause)


def end_all_other_connections() -> None:
    """What a restart of PostgreSQL does to everybody else in the database of this test process.

    A thread that served a page, or a test in a loop of its own, may have left one open.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


def wait_until_we_block_somebody(*, seconds: float = 5) -> None:
    """Return once another connection waits for a lock that ours holds."""
    wait_until(we_block_somebody, seconds=seconds, pause=0.01)


def we_block_somebody() -> bool:
    """Whether another connection waits for a lock that ours holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def meanwhile(act: Callable[[], object], *, after: Event | None = None) -> Iterator[None]:
    """Act on another connection while the block runs, at once or when the block sets `after`.

    What it raises is raised at the end of the block.
    """

    def run() -> None:
        try:
            if after:
                after.wait(5)
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(run)
        yield
        other.result(20)


@contextmanager
def trigger_without_its_lock(name: str) -> Iterator[None]:
    """The trigger looks and does not wait while the block runs: for the control of a test that it does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(tgfoid) FROM pg_trigger WHERE tgname LIKE %s", [f"pgtrigger\\_{name}\\_%"]
        )
        (function,) = cursor.fetchone()
        assert "FOR SHARE" in function
        cursor.execute(function.replace("FOR SHARE", "").replace("%", "%%"), [])
        try:
            yield
        finally:
            cursor.execute(function.replace("%", "%%"), [])
