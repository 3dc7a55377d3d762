"""Child processes that never outlive the supervisor."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from config.embedded.accounts import Account
from config.embedded.errors import EmbeddedError
from config.embedded.folders import PROJECT, Home

GUARD = Path(__file__).with_name("guard.py")
TAIL_LINES = 15
LONG_LINE = 300
"""Bytes. A log may have grown for months; its tail is read, not all of it."""


@dataclass(frozen=True)
class Order:
    """What to run, and how it is asked to stop."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path = PROJECT
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10
    """Seconds between asking and killing."""
    account: Account | None = None
    """Run as this user instead of ourselves."""
    stdin: Path = Path(os.devnull)
    descriptors: tuple[int, ...] = field(default=())
    """Open files of the supervisor that the child may use, under the same numbers."""


class Child:
    """A running order: its guard, and our end of the pipe that keeps it alive."""

    def __init__(self, order: Order, guard: subprocess.Popen[bytes], pipe: int, log: Path) -> None:
        self.order, self.log = order, log
        self.started = time.monotonic()
        self._guard, self._pipe = guard, pipe

    def poll(self) -> int | None:
        """The exit code, or None while the child runs. Cleans up behind a child that has ended."""
        code = self._guard.poll()
        if code is not None and self._pipe >= 0:
            self.ask_to_stop()
            if code < 0:
                kill_session(self._guard.pid)
        return code

    def ask_to_stop(self) -> None:
        """Close the pipe. The same happens by itself when this process ends, however it ends."""
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1

    def stop(self) -> None:
        """Ask to stop and wait until nothing of the child is left."""
        self.ask_to_stop()
        try:
            self._guard.wait(self.order.patience + 5)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        if self._guard.returncode < 0:
            kill_session(self._guard.pid)

    def log_tail(self, lines: int = TAIL_LINES) -> str:
        """The last lines that the child wrote, for a message."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - lines * LONG_LINE))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def start(order: Order, home: Home) -> Child:
    """Start the order behind a guard in a session of its own; its output is appended to its log."""
    theirs, ours = os.pipe()
    log = home.logs / f"{order.name}.log"
    try:
        with log.open("ab") as output:
            guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), _as_json(order)],
                stdin=theirs,
                stdout=output,
                stderr=output,
                env=dict(order.environment),
                cwd="/",
                pass_fds=(home.lock.descriptor, *order.descriptors),
                start_new_session=True,
            )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    return Child(order, guard, ours, log)


def run(order: Order, home: Home, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Run the order to its end. Anything but success is an EmbeddedError with the last lines it wrote."""
    child = start(order, home)
    try:
        while child.poll() is None:
            pause(0.05)
    finally:
        child.stop()
    if code := child.poll():
        raise EmbeddedError(f"{order.name} failed (exit code {code}). The end of {child.log}:\n{child.log_tail()}")


def kill_session(session: int) -> None:
    """Kill what a killed guard left in its session."""
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == session:
                os.kill(pid, signal.SIGKILL)


def running_in(folder: Path, program: str) -> list[psutil.Process]:
    """The processes of that program whose working folder this is: how a server is told from an innocent process
    that merely has the pid of a stale file."""
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == program and process.cwd() == str(folder):
                found.append(process)
    return found


def stop_orphans(folder: Path, program: str, sign: Callable[[psutil.Process], signal.Signals], patience: float) -> None:
    """End servers that nobody watches. We hold the lock on the folder, so whatever still runs there is one of those."""
    orphans = running_in(folder, program)
    for orphan in orphans:
        with contextlib.suppress(psutil.Error):
            orphan.send_signal(sign(orphan))
    _, alive = psutil.wait_procs(orphans, timeout=patience)
    if alive:
        pids = ", ".join(str(process.pid) for process in alive)
        raise EmbeddedError(
            f"{program} (process {pids}) still runs in {folder} and does not stop. Stop it, then try again."
        )


def _as_json(order: Order) -> str:
    plain = asdict(order) | {"folder": str(order.folder), "stdin": str(order.stdin)}
    del plain["environment"]  # It holds passwords, and everybody can read a command line.
    return json.dumps(plain)
