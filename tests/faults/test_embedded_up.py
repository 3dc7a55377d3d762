"""`manage.py up` as a person types it, in a fresh copy of the project, on a good day and on bad ones."""

import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
import pytest

from config.embedded import folders
from config.embedded.supervisor import SHORT_LIFE
from tests.faults.embedded import Instance, connect, kill_with_all_its_own, leaving_nothing, processes_of, until
from tests.faults.visitor import BROKEN_OFF, Orders, Visitor

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(600),  # a first start migrates, compiles, collects and loads the demo data
]

NOT_IN_A_CLONE = (".*", "staticfiles", "__pycache__", "*.mo", "test-results")
OURS = ("web", "relay", "beat", "worker")
SEED = 20261127
FILL_THE_LOG = "SELECT pg_logical_emit_message(false, 'fill', repeat('x', 1000000)) FROM generate_series(1, 500)"

logger = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Path]:
    """A file system of its own; an ordinary folder where none may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="linli-test-")).resolve()
    options = ["-t", "tmpfs", "-o", "size=300m,mode=0711", "tmpfs", str(folder)]
    with suppress(OSError):
        subprocess.run(["mount", *options], capture_output=True, check=False)
    yield folder
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def house(small_disk: Path) -> Iterator[Instance]:
    """A running house. At the end Ctrl-C stops it and leaves nothing."""
    project = small_disk / "邻里 project"
    shutil.copytree(folders.PROJECT, project, ignore=shutil.ignore_patterns(*NOT_IN_A_CLONE))
    if os.geteuid() == 0:
        small_disk.chmod(0o711)
    data = project / ".linli"
    command = (sys.executable, "manage.py", "up")
    with leaving_nothing(data):
        environment = {"LINLI_DATA": "", "API_RATE": "100000/min"}
        house = Instance(data, command=command, project=project, environment=environment).start()
        yield house
        assert house.interrupt() == 0


@pytest.fixture
def orders(house: Instance) -> Iterator[Orders]:
    """Orders that come in while the test goes on: at the end each acknowledged one is there once, and all adds up."""
    with Orders(house.port).coming_in() as orders:
        yield orders
    answers = Counter(answer.status for answer in orders.answers)
    logger.warning("answers to orders: %s", dict(answers))
    broken = [answer.text for answer in orders.answers if answer.status not in {201, 503, BROKEN_OFF}]
    assert not broken, (broken, house.log_of("web"))
    assert orders.kept == orders.acknowledged
    command = [sys.executable, "manage.py", "check_invariants"]
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    check = subprocess.run(command, cwd=house.project, env=bare, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout + check.stderr


def test_it_serves_pages_and_does_jobs(house: Instance) -> None:
    assert "password linli-demo-2026" in house.output.splitlines()[-1]
    assert Visitor(house.port).get("/login/").status == 200
    until(lambda: "ready" in (house.data / "log/worker.log").read_text(), seconds=60)
    assert {process.name() for process in processes_of(house.data)} >= {"postgres", "valkey-server"}
    for name in OURS:
        assert house.service(name).is_running()


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.drill)])
def test_postgresql_killed_while_orders_come_in_loses_none_and_pages_are_back(
    kills: int, house: Instance, orders: Orders
) -> None:
    luck = random.Random(SEED)  # noqa: S311 -- to be repeated, not to be secret
    processes, back = pids_of(house), []

    for kill in range(kills):
        enough = orders.acknowledged + luck.randint(5, 20)
        until(lambda enough=enough: orders.acknowledged >= enough, seconds=60)
        time.sleep(SHORT_LIFE if kill > 2 else 0)  # who dies young again and again is made to wait
        kill_with_all_its_own(house.service("postgres"))
        killed = time.monotonic()
        until(lambda: Visitor(house.port).get("/healthz").status == 200, seconds=60)
        back.append(round(time.monotonic() - killed, 1))

    logger.warning("back after %s s", back)
    assert pids_of(house) == processes


@pytest.mark.drill
def test_a_lock_held_for_a_minute_lets_who_reads_pass_and_loses_no_order(house: Instance, orders: Orders) -> None:
    visitor, took = Visitor(house.port).sign_in("operator"), []
    with closing(connect(house.data)) as holder, holder.cursor() as cursor:
        cursor.execute("SELECT FROM orders_offer FOR UPDATE")
        held = time.monotonic()
        while (asked := time.monotonic()) < held + 60:
            assert visitor.get("/groups/").status == 200
            took.append(time.monotonic() - asked)
        before = orders.acknowledged

    until(lambda: orders.acknowledged > before, seconds=30)
    logger.warning("%d pages read meanwhile, the slowest in %.1f s", len(took), max(took))
    assert any("Nothing was saved" in answer.text for answer in orders.answers)


def test_a_full_disk_is_said_and_heals_by_itself(house: Instance, orders: Orders, small_disk: Path) -> None:
    if not small_disk.is_mount():
        pytest.skip("no file system of its own can be mounted here")
    visitor = Visitor(house.port).sign_in("operator")
    ballast = small_disk / "ballast"

    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1_000_000))
    until(lambda: "disk is full" in orders.answers[-1].text, seconds=60)
    assert visitor.get("/groups/").status == 200  # what is there can be read

    with suppress(psycopg2.Error):  # now the log of what was committed finds no room either, and PostgreSQL ends
        house.sql(FILL_THE_LOG)
    until(lambda: visitor.get("/healthz").status == 503, seconds=60)
    page = visitor.get("/groups/")
    assert (page.status, page.headers["Retry-After"]) == (503, "10")
    assert "comes back by itself" in page.text

    ballast.unlink()
    until(lambda: visitor.get("/groups/").status == 200, seconds=90)


def pids_of(house: Instance) -> dict[str, int]:
    return {name: house.service(name).pid for name in OURS}
