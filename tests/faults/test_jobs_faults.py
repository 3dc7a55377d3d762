"""Jobs under fire: nothing is lost and nothing done twice, whoever is killed, whatever the broker forgets."""

import logging
import random
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.db import connection

from core import invariants
from core.enums import JobState
from core.jobs import enqueue, registry
from core.jobs.beat import TICK
from core.models import Job, Shard
from tests.faults import paying
from tests.faults.crew import Crew
from tests.races import end_all_other_connections, wait_until

# Five to twenty seconds each on an idle machine; a busy one takes several times as long to start a worker.
pytestmark = [pytest.mark.faults, pytest.mark.timeout(300), pytest.mark.django_db(transaction=True)]

logger = logging.getLogger(__name__)

JOBS = 300
KILLS = 6
SEED = 20261120


@pytest.fixture
def crew(roomy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    monkeypatch.setattr(registry, "_kinds", {})
    paying.declare()
    end_all_other_connections()  # who is connected is counted
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fault_leg (job bigint, shard int, amount int)")
    folder = roomy / "邻里 jobs"
    folder.mkdir()
    crew = Crew(folder)
    yield crew
    crew.stop()
    broken = [finding for finding in invariants.check() if finding.count]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE fault_leg")
    assert crew.unprotected or not broken, broken


def ask_for_payments(jobs: int = JOBS) -> None:
    for number in range(jobs):
        enqueue(key=f"pay:{number}", kind=paying.KIND, arguments={}, by=None)


def undone() -> int:
    """Shards still to do. A job is not asked: without protection one can be stuck for ever, its only shard done."""
    return Shard.objects.exclude(state=JobState.DONE).count()


def lost_and_doubled() -> tuple[int, int]:
    """How many jobs are not paid in full, and how many more than once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE debits < 1 OR credits < 1), count(*) FILTER (WHERE debits > 1 OR credits > 1)
            FROM (
                SELECT count(*) FILTER (WHERE amount > 0) AS debits, count(*) FILTER (WHERE amount < 0) AS credits
                FROM core_job LEFT JOIN fault_leg ON fault_leg.job = core_job.id
                GROUP BY core_job.id
            ) AS paid
            """
        )
        lost, doubled = cursor.fetchone()
    return lost, doubled


def kill_workers_while_they_pay(
    crew: Crew, *, kills: int = KILLS, whole: int = 2, apart: tuple[int, int] = (10, 30)
) -> float:
    """`whole` times all of the worker, else a process of its pool, in the middle of something, so many jobs apart.

    Returns the seconds from the last kill until everything was done.
    """
    luck = random.Random(SEED)  # noqa: S311 -- to be repeated, not to be secret
    whole_ones = set(luck.sample(range(kills), whole))
    for kill in range(kills):
        goal = undone() - luck.randint(*apart)
        wait_until(lambda goal=goal: undone() <= goal, pause=0.01)
        if kill in whole_ones:
            crew.kill("worker")
            crew.start("worker")
        else:
            crew.kill_one_of_the_worker(luck)
    killed = time.monotonic()
    wait_until(lambda: undone() == 0, seconds=120)
    return time.monotonic() - killed


def test_workers_killed_while_they_pay_lose_nothing_and_double_nothing(crew: Crew) -> None:
    ask_for_payments()
    crew.start("broker", "relay", "worker")

    kill_workers_while_they_pay(crew)

    assert lost_and_doubled() == (0, 0)


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_of_ten_thousand_jobs_a_hundred_kills_lose_and_double_none_and_the_rest_is_drained_soon(crew: Crew) -> None:
    ask_for_payments(10_000)
    crew.start("broker", "relay", "worker")
    began = time.monotonic()

    drained = kill_workers_while_they_pay(crew, kills=100, whole=30, apart=(80, 100))

    logger.warning("%.0f s in all, %.0f s after the last kill", time.monotonic() - began, drained)
    assert lost_and_doubled() == (0, 0)


def test_without_transaction_lock_and_token_the_same_kills_do_harm(crew: Crew) -> None:
    crew.unprotected = True
    ask_for_payments()
    crew.start("broker", "relay", "worker")

    kill_workers_while_they_pay(crew)

    assert lost_and_doubled() != (0, 0)


def test_a_broker_that_forgets_and_dies_delays_and_no_more(crew: Crew) -> None:
    ask_for_payments(200)
    crew.start("broker", "relay", "worker")

    wait_until(lambda: undone() <= 170)
    crew.broker.flushall()
    wait_until(lambda: undone() <= 120)
    crew.kill("broker")
    ask_for_payments(230)
    crew.start("broker")
    wait_until(lambda: undone() <= 90)
    crew.broker.flushall()
    wait_until(lambda: undone() == 0)

    assert Job.objects.count() == 230
    assert lost_and_doubled() == (0, 0)


def test_a_broker_that_hangs_keeps_nobody_waiting_but_the_relay(crew: Crew) -> None:
    crew.start("broker", "relay", "worker")
    ask_for_payments(20)
    wait_until(lambda: undone() <= 10)
    hung = psutil.Process(crew.running["broker"].pid)

    hung.suspend()
    began = time.monotonic()
    ask_for_payments(60)
    waited = time.monotonic() - began
    hung.resume()
    wait_until(lambda: undone() == 0)

    assert waited < 2
    assert lost_and_doubled() == (0, 0)


def test_a_broker_that_is_full_is_asked_again_until_it_takes_wake_ups(crew: Crew) -> None:
    crew.start("broker", "relay", "worker")
    ask_for_payments(1)
    wait_until(lambda: undone() == 0)  # a worker that only starts ends on a full broker, and nobody starts another here

    crew.broker.config_set("maxmemory", 1)
    ask_for_payments(20)
    wait_until(lambda: "the broker takes nothing" in crew.log_of("relay"))

    crew.broker.config_set("maxmemory", 0)
    wait_until(lambda: undone() == 0)

    assert crew.running["relay"].poll() is None
    assert lost_and_doubled() == (0, 0)


def test_three_beats_at_once_ask_for_each_period_once(crew: Crew) -> None:
    crew.start("beat-1", "beat-2", "beat-3")

    wait_until(lambda: Job.objects.count() >= 2 and others_connected() == 3, seconds=120)  # three start at once
    crew.kill("beat-2")
    wait_until(lambda: others_connected() == 2)
    crew.start("beat-2")
    wait_until(lambda: others_connected() == 3)
    time.sleep(TICK)

    keys = list(Job.objects.values_list("key", flat=True))
    kinds = [key.partition(":")[0] for key in keys]
    assert {"forget_done", "check_invariants"} <= set(kinds)
    assert len(kinds) == len(set(kinds)), keys


def others_connected() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        count: int = cursor.fetchone()[0]
    return count


def test_connections_to_the_database_cut_off_are_made_again(crew: Crew) -> None:
    ask_for_payments(150)
    crew.start("broker", "relay", "worker")

    for goal in (140, 100, 60):
        wait_until(lambda goal=goal: undone() <= goal)
        end_all_other_connections()
    wait_until(lambda: undone() == 0)

    assert lost_and_doubled() == (0, 0)


def test_a_relay_killed_and_started_again_goes_on(crew: Crew) -> None:
    crew.start("broker", "relay", "worker")
    ask_for_payments(100)
    wait_until(lambda: undone() <= 90)
    crew.kill("relay")
    wait_until(lambda: undone() == 0 or not crew.broker.llen("jobs"))
    ask_for_payments(200)

    crew.start("relay")
    wait_until(lambda: undone() == 0)

    assert Job.objects.count() == 200
    assert lost_and_doubled() == (0, 0)


def test_a_relay_never_floods_a_queue_nobody_empties(crew: Crew) -> None:
    crew.start("broker", "relay")
    ask_for_payments(100)
    wait_until(lambda: crew.broker.llen("jobs") > 0)

    for number in range(100, 120):
        enqueue(key=f"pay:{number}", kind=paying.KIND, arguments={}, by=None)

    wait_until(lambda: crew.broker.llen("jobs") >= 2)
    assert crew.broker.llen("jobs") == 2
