"""Two connections at once: what tests of races need."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection


def wait_until_we_block_somebody(*, seconds: float = 5) -> None:
    """Return once another connection waits for a lock that ours holds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for us")


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Act on another connection while the block runs; what it raises is raised at the end of the block."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(run)
        yield
        other.result(20)
