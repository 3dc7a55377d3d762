"""Killed, crashed, half dead: nothing stays behind, nothing is lost, and what died comes back."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from config.embedded import children, folders, lock, supervisor
from config.embedded.children import Order
from config.embedded.errors import EmbeddedError, StopRequestedError
from config.embedded.services import Service
from config.embedded.supervisor import Supervisor
from tests.faults.embedded import Instance, leaving_nothing, processes_of, until

pytestmark = pytest.mark.faults

FORSAKEN = """
import subprocess, time
child = subprocess.Popen(["sleep", "1000"], start_new_session=True, stdout=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(1000)
"""


def test_kill_9_of_the_supervisor_takes_everything_along_and_shuts_the_database_down_cleanly(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).start()
        assert len(processes_of(data)) > 12  # six services, their guards, PostgreSQL's helpers

        instance.kill()

        until(lambda: not processes_of(data), seconds=5)
        assert "database system is shut down" in (data / "log/postgres.log").read_text()


def test_without_a_guard_a_child_survives_its_parents_kill_9() -> None:
    """The control: what the guards are there for."""
    parent = subprocess.Popen([sys.executable, "-c", FORSAKEN], stdout=subprocess.PIPE, text=True)
    child = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.communicate()
    time.sleep(0.5)

    assert child.is_running()
    child.kill()


def test_a_start_right_after_kill_9_waits_for_the_rest_and_runs(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        first = Instance(data).start()
        first.sql("CREATE TABLE chain (id int); INSERT INTO chain VALUES (7)")
        first.kill()

        second = Instance(data).start()

        assert second.sql("SELECT id FROM chain") == [(7,)]
        assert second.interrupt() == 0


def test_servers_whose_guards_were_killed_too_are_ended_by_the_next_start(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        first = Instance(data).start()
        orphans = [first.service("postgres"), first.service("valkey")]
        guards = [orphan.parent() for orphan in orphans]
        first.process.send_signal(signal.SIGSTOP)
        for guard in guards:
            guard.kill()
        first.kill()
        assert all(orphan.is_running() for orphan in orphans)

        second = Instance(data).start()

        assert not any(orphan.is_running() for orphan in orphans)
        assert second.sql("SELECT 1") == [(1,)]
        assert second.interrupt() == 0


def test_a_stale_pid_file_with_the_pid_of_an_innocent_process_harms_neither(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        innocent = _crash_leaving_pid_of_another(data)

        second = Instance(data).start()

        assert second.sql("SELECT id FROM chain") == [(7,)]
        assert second.interrupt() == 0
        assert innocent.poll() is None
        innocent.kill()
        innocent.wait()


def test_with_that_pid_file_postgresql_alone_does_not_start(roomy: Path) -> None:
    """The control: the stale file is what it takes to keep it from starting."""
    data = roomy / "data"
    with leaving_nothing(data):
        command, owner = _postgres_command(data)
        innocent = _crash_leaving_pid_of_another(data)

        alone = subprocess.run(command, user=owner, cwd="/", capture_output=True, text=True, timeout=20, check=False)

        assert alone.returncode != 0
        assert f"Is another postmaster (PID {innocent.pid}) running" in alone.stderr
        innocent.kill()
        innocent.wait()


@pytest.mark.parametrize("victim", ["postgres", "guard of postgres"])
def test_a_killed_database_comes_back_with_its_data_and_the_others_live_on(victim: str, roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).start()
        instance.sql("CREATE TABLE chain (id int); INSERT INTO chain VALUES (7)")
        others = {name: instance.service(name).pid for name in ("valkey", "worker", "beat", "relay", "web")}
        database = instance.service("postgres")

        (database.parent() if victim.startswith("guard") else database).kill()
        until(lambda: not database.is_running(), seconds=5)

        until(instance.has_database, seconds=10)
        assert instance.sql("SELECT id FROM chain") == [(7,)]
        assert {name: instance.service(name).pid for name in others} == others
        assert "linli: PostgreSQL ended (exit code" in instance.hear("linli: PostgreSQL runs again.").output
        assert instance.interrupt() == 0


def test_a_child_whose_guard_was_killed_is_ended_and_started_again(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).start()
        unguarded = instance.service("relay")

        unguarded.parent().kill()

        until(lambda: not unguarded.is_running(), seconds=5)
        until(lambda: _is_back(instance, "relay", {"relay": unguarded}), seconds=10)
        assert instance.interrupt() == 0


def test_the_lock_is_held_until_the_last_child_of_a_killed_instance_is_gone(roomy: Path) -> None:
    home = folders.open_home(roomy / "data")
    stubborn = Order("stubborn", ("sh", "-c", "trap '' TERM; echo ready; sleep 1000"), os.environ, patience=1)
    child = children.start(stubborn, home)
    until(lambda: "ready" in child.log_tail(), seconds=10)

    home.lock.release()
    child.ask_to_stop()

    with pytest.raises(EmbeddedError, match="has still not stopped"):
        lock.take(home.servers / "lock", patience=0)
    lock.take(home.servers / "lock", patience=30).release()
    assert child.poll() is not None


def test_a_killed_broker_and_a_killed_web_server_come_back_and_no_visitor_is_refused(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).start()
        before = {name: instance.service(name) for name in ("valkey", "web")}

        for process in before.values():
            process.kill()

        until(lambda: _is_back(instance, "valkey", before), seconds=10)
        until(lambda: _is_back(instance, "web", before), seconds=10)
        assert instance.interrupt() == 0


def test_what_dies_at_once_is_tried_again_later_each_time_and_its_last_words_are_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock(end=100)
    monkeypatch.setattr(supervisor.time, "monotonic", clock)
    starts = []

    class Stillborn:
        log = Path("its.log")

        def __init__(self) -> None:
            self.started = clock.now
            starts.append(clock.now)

        def poll(self) -> int:
            return 1

        def log_tail(self, _lines: int) -> str:
            return "No space left on device"

    watcher = Supervisor(clock.pause)
    watcher.start(Service("worker", Stillborn))
    with pytest.raises(StopRequestedError):
        watcher.watch()

    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30], abs=0.5)
    assert caplog.messages[1] == (
        "worker ended (exit code 1); it is started again in 1.0 s. The end of its.log:\nNo space left on device"
    )


class Clock:
    """Time that passes only while somebody waits, and ends at a set second."""

    def __init__(self, end: float) -> None:
        self.now, self.end = 0.0, end

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self.end:
            raise StopRequestedError


def _crash_leaving_pid_of_another(data: Path) -> "subprocess.Popen[bytes]":
    """Run once, kill all of it with -9, and let the pid in its files belong to a process of somebody else."""
    first = Instance(data).start()
    first.sql("CREATE TABLE chain (id int); INSERT INTO chain VALUES (7)")
    first.process.send_signal(signal.SIGSTOP)
    for process in processes_of(data):
        if process.pid != first.process.pid:
            process.kill()
    first.kill()
    until(lambda: not processes_of(data), seconds=5)
    innocent = subprocess.Popen(["sleep", "1000"], user=(data / "postgres").stat().st_uid)
    for file in (data / "postgres/postmaster.pid", data / "run/.s.PGSQL.5432.lock"):
        _, rest = file.read_text().split("\n", 1)
        file.write_text(f"{innocent.pid}\n{rest}")
    return innocent


def _postgres_command(data: Path) -> tuple[list[str], int]:
    instance = Instance(data).start()
    process = instance.service("postgres")
    command, owner = process.cmdline(), process.uids().real
    instance.interrupt()
    return command, owner


def _is_back(instance: Instance, name: str, before: dict[str, psutil.Process]) -> bool:
    try:
        return instance.service(name).pid != before[name].pid
    except (LookupError, IndexError, psutil.Error):
        return False
