"""Something that should always run: how to start it, and how to tell that it serves."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from config.embedded.children import Child
from config.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class Service:
    """One long-running child of an instance."""

    name: str
    start: Callable[[], Child]
    is_ready: Callable[[], bool] = lambda: True


def start_and_wait(service: Service, *, pause: Callable[[float], None] = time.sleep) -> Child:
    """Start the service and wait until it serves, as long as it lives: recovery after a crash may take minutes."""
    child = service.start()
    try:
        while not service.is_ready():
            if child.poll() is not None:
                raise EmbeddedError(f"{service.name} did not start. The end of {child.log}:\n{child.log_tail()}")
            pause(0.05)
    except BaseException:
        child.stop()
        raise
    return child
