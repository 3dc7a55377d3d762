"""An instance of Linli as a process under test, and the search for what it left behind."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import environ
import psutil
import psycopg2

from config.embedded import postgres
from config.embedded.folders import PROJECT, servers_in, sockets_in

STAND_INS = (sys.executable, "-m", "tests.faults.stand_ins")
STARTED = "Linli runs at"
begun: "list[Instance]" = []


@dataclass
class Instance:
    """`manage.py up` (or a light version of it) on a data folder of its own."""

    data: Path
    command: tuple[str, ...] = STAND_INS
    project: Path = PROJECT
    user: int | None = None
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] = field(init=False)
    output: str = ""

    def begin(self) -> "Instance":
        """Start it, without waiting."""
        self.port = self.port or free_port()
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        own = {"LINLI_DATA": str(self.data), "PORT": str(self.port), "DATABASE_URL": "", "REDIS_URL": ""}
        account = {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}
        self.process = subprocess.Popen(
            self.command,
            cwd=self.project,
            env=inherited | own | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **account,
        )
        begun.append(self)
        return self

    def start(self) -> "Instance":
        """Start it and wait for the line with its address."""
        return self.begin().hear(STARTED)

    def hear(self, words: str) -> "Instance":
        """Wait until it has said these words."""
        while words not in self.output:
            line = self.process.stdout.readline()
            self.output += line
            assert line, f"it ended before it said {words!r}:\n{self.output}"
        return self

    def run_to_end(self) -> int:
        """Start it and wait for its end; the exit code."""
        self.begin()
        return self._await_end()

    def interrupt(self) -> int:
        """Ctrl-C, and wait for the end; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self._await_end()

    def kill(self) -> None:
        """End it by kill -9."""
        self.process.kill()
        self._await_end()

    def service(self, name: str) -> psutil.Process:
        """The real process of a service, behind its guard."""
        for guard in psutil.Process(self.process.pid).children():
            told = guard.cmdline()[-1:]  # one that is just being started still bears the line of who starts it
            if told and told[0].startswith("{") and json.loads(told[0])["name"] == name:
                return guard.children()[0]
        raise LookupError(name)

    def log_of(self, name: str) -> str:
        """What a service has written, as far as the disk took it."""
        return (self.data / "log" / f"{name}.log").read_text("utf-8", errors="replace")

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement over a connection made from the instance's DATABASE_URL."""
        return sql(self.data, statement)

    def has_database(self) -> bool:
        """Whether its database answers."""
        try:
            return self.sql("SELECT 1") == [(1,)]
        except psycopg2.Error:
            return False

    def _await_end(self) -> int:
        rest, _ = self.process.communicate(timeout=60)
        self.output += rest
        return self.process.returncode


@contextmanager
def leaving_nothing(data: Path) -> Iterator[None]:
    """Whatever happens inside, no process of the instance may be left; one that is gets killed, and fails the test."""
    try:
        yield
    finally:
        with contextlib.suppress(TimeoutError):
            until(lambda: not processes_of(data), seconds=10)
        for instance in begun:
            if instance.data == data and instance.process.poll() is None:
                instance.kill()
        left = [" ".join(process.cmdline()) or process.name() for process in processes_of(data)]
        for process in processes_of(data):
            with contextlib.suppress(psutil.Error):
                process.kill()
    assert left == []


def processes_of(data: Path) -> list[psutil.Process]:
    """Every living process that was told about the data folder, or works in it."""
    return [process for process in psutil.process_iter() if _belongs_to(process, data)]


def _belongs_to(process: psutil.Process, data: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
            return False
        servers = str(servers_in(data))
        told = process.environ().get("LINLI_DATA") == str(data) or servers in " ".join(process.cmdline())
        return told or process.cwd().startswith((str(data), servers))
    except psutil.Error:
        return False


def connect(data: Path, options: str = "") -> Any:
    """A connection made from the instance's DATABASE_URL, with settings of PostgreSQL as `options`."""
    place = environ.Env.db_url_config(postgres.socket_url(sockets_in(data), (data / postgres.PASSWORD).read_text()))
    return psycopg2.connect(
        host=place["HOST"], user=place["USER"], password=place["PASSWORD"], dbname=place["NAME"], options=options
    )


def sql(data: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(connect(data)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def kill_with_all_its_own(process: psutil.Process) -> None:
    """As if the machine's memory had run out: the process and its children, with no time to write anything."""
    for each in [process, *process.children()]:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()


def until(condition: Callable[[], Any], *, seconds: float) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
