"""The embedded servers start anywhere, find their data again, and refuse in sentences."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import environ
import psutil
import pytest
from kombu import Connection

from config.embedded import defaults, folders, lock, postgres, valkey
from config.embedded.errors import EmbeddedError
from tests.faults.embedded import Instance, leaving_nothing, processes_of, until

pytestmark = pytest.mark.faults

ODD_NAMES = {
    "space and Chinese": "邻里 社区/My Data",
    "longer than a socket path": "/".join(["a-folder-with-a-long-name"] * 9),
    "a comma, which ends a host for libpq": "a,b/'quoted' + 100%",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_it_runs_in_a_folder_with(name: str, roomy: Path) -> None:
    data = roomy / name

    with leaving_nothing(data):
        instance = Instance(data).start()

        assert instance.sql("SELECT current_user::text, current_database()::text") == [("linli", "linli")]
        assert Connection(valkey.socket_url(folders.sockets_in(data))).ensure_connection(max_retries=1)
        assert instance.interrupt() == 0


def test_a_short_socket_folder_is_private_and_goes_away_with_its_instance(roomy: Path) -> None:
    data = roomy / ODD_NAMES["longer than a socket path"]

    with leaving_nothing(data):
        instance = Instance(data).start()
        sockets = folders.sockets_in(data)
        assert not sockets.is_relative_to(data)
        assert sockets.stat().st_mode & 0o777 == 0o700
        instance.interrupt()

    assert not sockets.exists()


def test_a_second_start_finds_its_data_and_ctrl_c_leaves_nothing(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        first = Instance(data).start()
        first.sql("CREATE TABLE chain (id int); INSERT INTO chain VALUES (7)")
        assert first.interrupt() == 0
        assert processes_of(data) == []

        second = Instance(data).start()

        assert second.sql("SELECT id FROM chain") == [(7,)]
        assert "database system was shut down" in (data / "log/postgres.log").read_text()
        assert second.interrupt() == 0


def test_a_start_beside_a_running_one_names_it_and_leaves_it_alone(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        running = Instance(data).start()

        second = Instance(data)

        assert second.run_to_end() == 1
        assert f"already running in {data}: http://127.0.0.1:{running.port} (process {running.process.pid})" in (
            second.output
        )
        assert running.sql("SELECT 1") == [(1,)]
        assert running.interrupt() == 0


def test_a_port_in_use_is_named_and_nothing_is_started(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data), socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        instance = Instance(data, port=port)

        assert instance.run_to_end() == 1
        assert instance.output == (
            f"linli: Port {port} on 127.0.0.1 is in use by another program. Try another one: PORT={port + 1} make run\n"
        )
        assert not (data / "postgres").exists()


@pytest.mark.parametrize("port", ["0", "65536", "eight", "8000 ", "８０００"])
def test_what_is_no_port_is_said_to_be_none(port: str, roomy: Path) -> None:
    instance = Instance(roomy / "data", environment={"PORT": port})

    assert instance.run_to_end() == 1
    assert f"“{port}” is not a port." in instance.output
    assert not (roomy / "data").exists()


def test_ctrl_c_while_it_starts_leaves_nothing(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).begin()
        until(lambda: (data / "postgres.new").exists(), seconds=10)

        assert instance.interrupt() == 0
        assert "Stopped" in instance.output


def test_a_half_made_database_is_made_anew(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).begin()
        until(lambda: (data / "postgres.new/base").exists(), seconds=10)
        instance.kill()

        again = Instance(data).start()

        assert again.sql("SELECT 1") == [(1,)]
        assert not (data / "postgres.new").exists()
        again.interrupt()


def test_servers_named_in_the_environment_are_used_and_none_is_started(roomy: Path) -> None:
    data = roomy / "data"
    own = {"DATABASE_URL": "postgres://somewhere/else", "REDIS_URL": "redis://somewhere"}
    with leaving_nothing(data):
        instance = Instance(data, environment=own).start()

        web = instance.service("web").environ()
        assert {name: web[name] for name in own} == own
        assert web["DEMO"] == "false"
        assert not (data / "postgres").exists()
        assert not (data / "valkey").exists()
        assert instance.interrupt() == 0


def test_it_is_reached_by_nobody_without_the_password(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).start()
        (data / postgres.PASSWORD).write_text("guessed")

        with pytest.raises(Exception, match="password authentication failed"):
            instance.sql("SELECT 1")
        listening = [each for process in processes_of(data) for each in process.net_connections("inet")]
        assert {each.laddr.port for each in listening if each.status == psutil.CONN_LISTEN} == {instance.port}
        instance.interrupt()


def test_a_database_of_another_version_is_left_as_it_is(roomy: Path) -> None:
    (roomy / "data/postgres").mkdir(parents=True)
    (roomy / "data").chmod(0o711)
    (roomy / "data/postgres/PG_VERSION").write_text("17\n")

    instance = Instance(roomy / "data")

    assert instance.run_to_end() == 1
    assert "was made by PostgreSQL 17; this is PostgreSQL 18" in instance.output
    assert [path.name for path in (roomy / "data/postgres").iterdir()] == ["PG_VERSION"]


def test_commands_work_in_a_fresh_clone_without_any_environment(roomy: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "LINLI_DATA": str(roomy / "none"), "DATABASE_URL": "", "SECRET_KEY": ""}

    check = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=folders.PROJECT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )

    assert check.returncode == 0, check.stderr
    assert not (roomy / "none").exists()


def test_a_database_of_ones_own_asks_for_a_key_of_ones_own(tmp_path: Path) -> None:
    environment = {"LINLI_DATA": str(tmp_path), "DATABASE_URL": "postgres://db/linli"}

    defaults.fill(environment)

    assert environment == {"LINLI_DATA": str(tmp_path), "DATABASE_URL": "postgres://db/linli"}


def test_commands_find_the_running_instance(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).start()
        environment = {"LINLI_DATA": str(data)}

        defaults.fill(environment)

        web = instance.service("web").environ()
        names = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")
        assert {name: environment[name] for name in names} == {name: web[name] for name in names}
        instance.interrupt()


def test_a_socket_address_survives_its_reading() -> None:
    sockets = Path("/run/邻里 A+b,c%20?#&;'\"@:/Run")

    read = environ.Env.db_url_config(postgres.socket_url(sockets, "p@ss/w:rd %"))

    assert (read["HOST"], read["NAME"], read["USER"], read["PASSWORD"]) == (
        str(sockets),
        "linli",
        "linli",
        "p@ss/w:rd %",
    )


def test_the_lock_does_not_wait_for_a_living_holder_and_waits_for_a_dead_ones_children(tmp_path: Path) -> None:
    held = lock.take(tmp_path / "lock")
    held.sign("http://somewhere")
    with pytest.raises(EmbeddedError, match="already running"):
        lock.take(tmp_path / "lock", patience=30)
    os.ftruncate(held.descriptor, 0)
    os.pwrite(held.descriptor, b'{"pid": %d, "born": 1.0, "address": "http://dead"}' % os.getpid(), 0)

    waits = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            held.release()

    lock.take(tmp_path / "lock", pause=pause).release()

    assert len(waits) == 3
