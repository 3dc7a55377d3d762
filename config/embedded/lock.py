"""One instance per data folder."""

import fcntl
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.embedded.errors import EmbeddedError

STOPPING_PATIENCE = 90.0
"""Seconds to wait for what a killed instance left behind to finish stopping."""


@dataclass(frozen=True)
class Lock:
    """The lock on a data folder, held as long as `descriptor` is open here or in a guard."""

    descriptor: int

    def sign(self, address: str) -> None:
        """Write who holds the lock and where it serves, for the message to whoever comes second."""
        mine = {"pid": os.getpid(), "born": psutil.Process().create_time(), "address": address}
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(mine).encode(), 0)

    def release(self) -> None:
        os.close(self.descriptor)


def take(path: Path, *, pause: Callable[[float], None] = time.sleep, patience: float = STOPPING_PATIENCE) -> Lock:
    """Lock the file. A living holder is an error that names it; a dead one's children are given `patience` seconds.

    The guards inherit the lock, so it stays taken until the last child of a killed instance is gone.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                _refuse_if_running(descriptor, path, waited_enough=time.monotonic() > deadline)
                pause(0.1)
            except BaseException:
                os.close(descriptor)
                raise
        else:
            os.ftruncate(descriptor, 0)
            return Lock(descriptor)


def _refuse_if_running(descriptor: int, path: Path, *, waited_enough: bool) -> None:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        holder = None  # It has the lock and has not signed yet.
    if holder and _lives(holder["pid"], holder["born"]):
        raise EmbeddedError(
            f"Linli is already running in {path.parent}: {holder['address']} (process {holder['pid']}). "
            "Stop it there with Ctrl-C, or give this one a folder of its own: LINLI_DATA=/some/folder make run"
        )
    if waited_enough:
        raise EmbeddedError(f"What ran in {path.parent} before has still not stopped. Look at `ps`, then try again.")


def _lives(pid: int, born: float) -> bool:
    """Whether the process is the one that signed; its pid alone may belong to somebody else by now."""
    try:
        return bool(abs(psutil.Process(pid).create_time() - born) < 1)
    except psutil.Error:
        return False
