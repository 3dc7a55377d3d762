"""Stopping: who asks goes before who answers, and what the broker was told is there at the next start."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from config.embedded import folders, valkey
from tests.faults.embedded import Instance, leaving_nothing, until
from tests.faults.stand_ins import STOPS

pytestmark = pytest.mark.faults


def test_web_relay_beat_worker_valkey_postgresql_stop_in_this_order_each_ended_before_the_next(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        Instance(data).start().interrupt()

    stops = stops_in(data)
    assert [name for name, _, _ in stops] == ["web", "relay", "beat", "worker", "Valkey", "PostgreSQL"]
    assert all(ended <= asked for (_, _, ended), (_, asked, _) in pairwise(stops)), stops


def stops_in(data: Path) -> list[tuple[str, float, float]]:
    """Who was asked to stop, when, and when it had ended, as each of them wrote down; in the order of asking."""
    stops = [(name, float(asked), float(ended)) for name, asked, ended in map(str.split, lines(data / STOPS))]
    broker = [
        datetime.strptime(found[1], "%d %b %Y %H:%M:%S.%f").replace(tzinfo=UTC).timestamp()
        for line in lines(data / "log/valkey.log")
        if (found := re.search(r":M (\d.*\d\.\d{3}) .*(User requested shutdown|ready to exit)", line))
    ]
    database = [
        datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC).timestamp()
        for line in lines(data / "log/postgres.log")
        if re.search("received fast shutdown request|database system is shut down$", line)
    ]
    return sorted([*stops, ("Valkey", *broker), ("PostgreSQL", *database)], key=lambda stop: stop[1])


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def test_the_broker_listens_on_a_private_socket_alone_and_appends_what_it_is_told_to_a_file(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).start()
        told = broker_of(data)

        assert told.config_get("port", "unixsocket", "appendonly", "maxmemory-policy") == {
            "port": "0",
            "unixsocket": str(folders.sockets_in(data) / valkey.SOCKET),
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
        }
        assert (folders.sockets_in(data) / valkey.SOCKET).stat().st_mode & 0o777 == 0o700
        assert instance.interrupt() == 0


@pytest.mark.parametrize("end", [Instance.interrupt, Instance.kill], ids=["Ctrl-C", "kill -9"])
def test_what_the_broker_was_told_outlives_the_house(end: Callable[[Instance], object], roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        first = Instance(data).start()
        broker_of(data).rpush("jobs", "first", "second", "third")
        broker_of(data).lpop("jobs")
        broker_of(data).set("kept", "值")
        end(first)

        second = Instance(data).start()

        assert broker_of(data).lrange("jobs", 0, -1) == ["second", "third"]
        assert broker_of(data).get("kept") == "值"
        assert second.interrupt() == 0


def test_a_broker_killed_while_the_house_runs_comes_back_with_all_it_has_acknowledged(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        instance = Instance(data).start()
        broker = broker_of(data)
        for number in range(1000):
            broker.rpush("jobs", number)
        killed = instance.service("valkey")

        killed.kill()
        until(lambda: not killed.is_running(), seconds=5)

        until(lambda: answers(broker), seconds=10)
        assert broker.lrange("jobs", 0, -1) == [str(number) for number in range(1000)]
        assert instance.interrupt() == 0


def broker_of(data: Path) -> "redis.Redis":
    socket = folders.sockets_in(data) / valkey.SOCKET
    return redis.Redis(unix_socket_path=str(socket), decode_responses=True, retry=None)


def answers(broker: "redis.Redis") -> bool:
    try:
        return bool(broker.ping())
    except redis.ConnectionError:
        return False
