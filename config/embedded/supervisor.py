"""Starts services in order, restarts what dies, and stops all of them in the order it is told."""

import logging
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from config.embedded.children import Child
from config.embedded.errors import EmbeddedError, StopRequestedError
from config.embedded.services import Service, start_and_wait

logger = logging.getLogger(__name__)

SHORT_LIFE = 5.0
"""Seconds. Who dies younger is restarted later each time, up to LONGEST_PAUSE."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
LAST_WORDS = 3
"""Lines of a dead service's log that are shown."""


class StopSignals:
    """Ctrl-C, SIGTERM and SIGHUP as something that can be waited for, and the death of a child as a reason to wake."""

    def __init__(self) -> None:
        self.requested = False
        self._awake, self._bell = socket.socketpair()
        for end in (self._awake, self._bell):
            end.setblocking(False)

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Nothing is thrown into running code: a signal is seen at the next `pause`. Several ask no more than one."""
        names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
        before = {name: signal.signal(name, self._note) for name in names}
        bell_before = signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(bell_before)
            for name, handler in before.items():
                signal.signal(name, handler)
            self._awake.close()
            self._bell.close()

    def pause(self, seconds: float) -> None:
        """Wait that long or until a signal comes; a StopRequestedError if it is one to stop."""
        ready, _, _ = select.select([self._awake], [], [], 0 if self.requested else seconds)
        if ready:
            self._awake.recv(4096)
        if self.requested:
            raise StopRequestedError

    def _note(self, number: int, _frame: object) -> None:
        self.requested = self.requested or number != signal.SIGCHLD


@dataclass
class Watched:
    """A service under watch."""

    service: Service
    child: Child
    pause: float = 0
    """Seconds it waits after its next early death."""
    due: float | None = None
    """When it is started again, on the monotonic clock; None while it runs."""
    missed: bool = False
    """Whether it has died and not served since: somebody at the terminal waits to hear that it does."""


class Supervisor:
    """The services of one instance. What dies is started again, and does not take the others along."""

    def __init__(self, pause: Callable[[float], None]) -> None:
        """`pause` waits that many seconds at most, and raises StopRequestedError when it is time to stop."""
        self._pause = pause
        self._watched: list[Watched] = []

    def start(self, service: Service) -> None:
        """Start it, wait until it serves, and keep it running from then on."""
        self._watched.append(Watched(service, start_and_wait(service, pause=self._pause)))

    def watch(self) -> None:
        """Keep everything running until a StopRequestedError."""
        while True:
            for watched in self._watched:
                self._look_after(watched)
            self._pause(0.2)

    def stop(self, order: Sequence[str]) -> None:
        """Stop everything, the services in this order, each wholly before the next."""
        for watched in sorted(self._watched, key=lambda watched: order.index(watched.service.name)):
            watched.child.stop()

    def _look_after(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.due is None:
            if (code := watched.child.poll()) is not None:
                watched.pause = self._next_pause(watched, now)
                watched.due, watched.missed = now + watched.pause, True
                _report_death(watched, code)
            elif watched.missed and watched.service.is_ready():
                watched.missed = False
                logger.warning("%s runs again.", watched.service.name)
        elif now >= watched.due:
            try:
                watched.child = watched.service.start()
                watched.due = None
            except (EmbeddedError, OSError) as error:
                watched.pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * watched.pause))
                watched.due = now + watched.pause
                logger.warning("%s could not be started again: %s", watched.service.name, error)

    @staticmethod
    def _next_pause(watched: Watched, now: float) -> float:
        if now - watched.child.started >= SHORT_LIFE:
            return 0
        return min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * watched.pause))


def _report_death(watched: Watched, code: int) -> None:
    """Say what died, when it comes back and why it died. Nothing is given up: what kept it from running may pass, as a
    full disk does."""
    logger.warning(
        "%s ended (exit code %s); it is started again %s. The end of %s:\n%s",
        watched.service.name,
        code,
        f"in {watched.pause:.1f} s" if watched.pause else "at once",
        watched.child.log,
        watched.child.log_tail(LAST_WORDS),
    )
