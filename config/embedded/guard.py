"""Stands between the supervisor and one child; run as a script, on nothing but the standard library.

The guard's standard input is a pipe whose other end only the supervisor holds. When that end closes (because the
supervisor wants the child to stop, or because the supervisor was killed) the child is asked to stop, and killed when it
does not. However a child ends, nothing of its process group stays.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

SUPERVISOR = 0


def main() -> int:
    """Run the order given as JSON and return the child's exit code, or 128 + the signal that ended it."""
    order = json.loads(sys.argv[1])
    account = order["account"]
    with open(order["stdin"], "rb") as stdin:
        child = subprocess.Popen(
            order["command"],
            stdin=stdin,
            cwd=order["folder"],
            pass_fds=order["descriptors"],
            process_group=0,
            **({"user": account["uid"], "group": account["gid"], "extra_groups": []} if account else {}),
        )

    def stop(_signal: int | None = None, _frame: FrameType | None = None) -> None:
        child.send_signal(order["stop_signal"])

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    threading.Thread(target=stop_when_alone, args=(child, order["stop_signal"], order["patience"]), daemon=True).start()
    code = child.wait()
    kill_group(child.pid)
    return code if code >= 0 else 128 - code


def stop_when_alone(child: subprocess.Popen[bytes], stop_signal: int, patience: float) -> None:
    """Wait for the end of the supervisor's pipe, ask the child to stop, and kill it after `patience` seconds."""
    while os.read(SUPERVISOR, 1024):
        pass
    child.send_signal(stop_signal)
    time.sleep(patience)
    kill_group(child.pid)


def kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
