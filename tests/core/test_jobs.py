"""Jobs: asked for once, done once, given up in the open, tried again by a person."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from django.db import connections, transaction
from django.db.models import F
from django.db.models.functions import Now

from core.enums import JobState, Role
from core.jobs import Work, daily, drain_all, enqueue, every, job, registry
from core.jobs.beat import Beat
from core.jobs.queue import JobIsNotDead, retry
from core.jobs.registry import DeclaredTwice, UnknownKind
from core.jobs.relay import waiting
from core.jobs.worker import GRACE_SECONDS, DrainFailed, Overtaken, carry_out, claim, work_one
from core.models import Job, Shard
from tests.factories import make_user
from tests.races import wait_until

T = TypeVar("T")
pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 11, 20, 14, 30, 20, tzinfo=UTC)
"""22:30:20 in Shanghai."""


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test declares its own kinds."""
    monkeypatch.setattr(registry, "_kinds", {})


@pytest.fixture
def done() -> list[Work]:
    """What the kind `note` has been given to do."""
    work: list[Work] = []
    job("note")(work.append)
    return work


@pytest.fixture
def failing() -> Callable[[], None]:
    """Declares the kind `fail`, which fails until the returned function is called."""
    broken = [True]

    @job("fail")
    def fail(work: Work) -> None:
        if broken:
            Job.objects.filter(pk=work.job_id).update(result={"half": "done"})
            raise ValueError("no price for 苹果")

    return broken.clear


def ask(kind: str = "note", key: str = "a", **fields: Any) -> Job:
    return enqueue(**{"key": key, "kind": kind, "arguments": {}, "by": None} | fields)


def let_wait(job: Job, **pass_by: float) -> None:
    """As if that much time had gone by since the shards were last touched."""
    past = timedelta(**pass_by)
    job.shards.update(not_before=F("not_before") - past, claimed_at=F("claimed_at") - past)


def use_up(job: Job) -> None:
    """Try until the job is given up."""
    for _ in range(5):
        let_wait(job, hours=1)
        work_one()
    job.refresh_from_db()
    assert job.state == JobState.DEAD


# Asking


def test_a_job_is_remembered_with_its_shards_in_order(done: list[Work]) -> None:
    user = make_user()

    asked = ask(arguments={"period": 3}, shards=[{"groups": [1, 2]}, {"groups": [3]}], by=user)

    assert (asked.state, asked.shards_total, asked.shards_done, asked.created_by) == (JobState.QUEUED, 2, 0, user)
    assert list(asked.shards.order_by("number").values_list("number", "arguments", "attempts")) == [
        (1, {"groups": [1, 2]}, 0),
        (2, {"groups": [3]}, 0),
    ]


def test_asking_twice_for_a_key_is_asking_once(done: list[Work]) -> None:
    first = ask(arguments={"n": 1})
    second = ask(arguments={"n": 2})

    assert first == second
    assert second.arguments == {"n": 1}
    assert Shard.objects.count() == 1


def test_a_kind_nobody_declares_cannot_be_asked_for() -> None:
    with pytest.raises(UnknownKind, match="tidy"):
        ask("tidy")


def test_a_job_of_no_shards_cannot_be_asked_for(done: list[Work]) -> None:
    with pytest.raises(ValueError, match="at least one shard"):
        ask(shards=[])


def test_a_kind_is_declared_once(done: list[Work]) -> None:
    with pytest.raises(DeclaredTwice, match="note"):
        job("note")(print)


def test_what_is_rolled_back_was_never_asked_for(done: list[Work]) -> None:
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)

    assert drain_all() == 0


# Doing


def test_a_handler_is_given_the_job_and_its_own_shard(done: list[Work]) -> None:
    user = make_user()
    asked = ask(arguments={"period": 3}, shards=[{"groups": [1]}, {"groups": [2]}], by=user)

    assert drain_all() == 2

    assert [(work.job_id, work.number, work.arguments, work.shard) for work in done] == [
        (asked.pk, 1, {"period": 3}, {"groups": [1]}),
        (asked.pk, 2, {"period": 3}, {"groups": [2]}),
    ]
    assert {(work.attempt, work.created_by_id, work.now.tzinfo) for work in done} == {(1, user.pk, UTC)}


def test_progress_is_seen_shard_by_shard(done: list[Work]) -> None:
    asked = ask(shards=[{}, {}, {}])

    work_one()
    work_one()

    asked.refresh_from_db()
    assert (asked.state, asked.shards_done, asked.shards_total, asked.finished_at) == (JobState.RUNNING, 2, 3, None)


def test_a_job_is_done_with_its_last_shard(done: list[Work]) -> None:
    asked = ask(shards=[{}, {}])

    drain_all()

    asked.refresh_from_db()
    assert (asked.state, asked.shards_done) == (JobState.DONE, 2)
    assert asked.finished_at is not None
    assert drain_all() == 0


def test_finish_runs_once_and_says_what_came_of_it() -> None:
    finished: list[Job] = []

    def finish(job: Job) -> dict[str, int]:
        finished.append(job)
        return {"shards": job.shards_done}

    job("count", finish=finish)(lambda work: None)
    asked = ask("count", shards=[{}, {}, {}])

    drain_all()

    asked.refresh_from_db()
    assert finished == [asked]
    assert asked.result == {"shards": 3}


def test_without_finish_the_last_shard_says_what_came_of_it() -> None:
    job("add")(lambda work: {"sum": work.arguments["a"] + work.arguments["b"]})
    asked = ask("add", arguments={"a": 2, "b": 3})

    drain_all()

    asked.refresh_from_db()
    assert asked.result == {"sum": 5}


def test_a_failing_finish_leaves_the_last_shard_undone() -> None:
    def finish(job: Job) -> None:
        raise ValueError("the books do not balance")

    job("close", finish=finish)(lambda work: None)
    asked = ask("close", shards=[{}, {}])

    with pytest.raises(DrainFailed, match="close"):
        drain_all()

    asked.refresh_from_db()
    assert (asked.state, asked.shards_done) == (JobState.RUNNING, 1)


def test_what_waited_longest_comes_first(done: list[Work]) -> None:
    ask(key="young")
    old = ask(key="old")
    let_wait(old, minutes=1)

    work_one()

    assert [work.job_id for work in done] == [old.pk]


def test_a_shard_is_not_done_before_its_time(done: list[Work]) -> None:
    asked = ask()
    let_wait(asked, minutes=-1)

    assert drain_all() == 0
    assert waiting(limit=5) == 0


# Who may do it


def test_of_two_claims_only_one_takes_a_shard(done: list[Work]) -> None:
    ask()

    assert claim() is not None
    assert claim() is None


def test_a_claim_is_left_alone_for_a_moment_and_then_taken_over(done: list[Work]) -> None:
    asked = ask()
    claim()

    let_wait(asked, seconds=GRACE_SECONDS - 1)
    too_early = claim()
    let_wait(asked, seconds=2)
    taken_over = claim()

    assert too_early is None
    assert taken_over is not None
    assert taken_over.work.attempt == 2


def test_a_slow_worker_does_nothing_once_its_shard_was_taken_over(done: list[Work]) -> None:
    asked = ask()
    slow = claim()
    let_wait(asked, minutes=1)
    quick = claim()
    assert slow is not None
    assert quick is not None

    with pytest.raises(Overtaken):
        carry_out(slow)
    carry_out(quick)
    with pytest.raises(Overtaken):
        carry_out(slow)

    assert [work.attempt for work in done] == [2]
    asked.refresh_from_db()
    assert (asked.state, asked.shards_done) == (JobState.DONE, 1)


def test_the_effect_of_a_worker_overtaken_midway_is_rolled_back() -> None:
    """The row's lock makes this impossible; the fencing token holds even if it were not."""

    @job("slow")
    def slow(work: Work) -> None:
        Job.objects.filter(pk=work.job_id).update(result={"paid": work.attempt})
        Shard.objects.filter(job=work.job_id).update(attempts=F("attempts") + 1)

    asked = ask("slow")
    taken = claim()
    assert taken is not None

    with pytest.raises(Overtaken):
        carry_out(taken)

    asked.refresh_from_db()
    assert (asked.result, asked.shards_done) == ({}, 0)


@pytest.mark.django_db(transaction=True)
def test_a_shard_in_work_is_not_taken_over_however_long_it_takes() -> None:
    other = connections.create_connection("default")
    seen: list[Any] = []

    @job("long")
    def long(work: Work) -> None:
        seen.append(_on(other, lambda: waiting(limit=5)))
        seen.append(_on(other, claim))
        seen.append(_on(other, lambda: Job.objects.get(pk=work.job_id).shards.get().state))

    asked = ask("long")
    taken = claim()
    assert taken is not None
    let_wait(asked, hours=1)

    try:
        carry_out(taken)
    finally:
        other.close()

    assert seen == [0, None, JobState.RUNNING]  # nothing to claim, yet to be read


@pytest.mark.django_db(transaction=True)
def test_the_shard_of_a_worker_that_died_is_free_at_once(done: list[Work]) -> None:
    asked = ask()
    other = connections.create_connection("default")
    _on(other, claim)
    let_wait(asked, hours=1)
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM core_shard FOR UPDATE")
    assert claim() is None

    other.close()

    wait_until(lambda: waiting(limit=5) == 1)
    assert claim() is not None


@pytest.mark.django_db(transaction=True)
def test_looking_for_what_waits_stands_in_no_claims_way(done: list[Work]) -> None:
    ask()
    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            assert waiting(limit=5) == 1

            assert _on(other, claim) is not None
    finally:
        other.close()


def _on(other: Any, ask: Callable[[], T]) -> T:
    """Ask on the other connection."""
    ours = connections["default"]
    connections["default"] = other
    try:
        return ask()
    finally:
        connections["default"] = ours


# What goes wrong


def test_a_failure_undoes_the_effect_and_says_why(failing: Callable[[], None]) -> None:
    asked = ask("fail")

    with pytest.raises(DrainFailed, match=r"fail \d+/1, attempt 1"):
        drain_all()

    asked.refresh_from_db()
    shard = asked.shards.get()
    assert (asked.state, asked.result, shard.state, shard.attempts) == (JobState.RUNNING, {}, JobState.QUEUED, 1)
    assert shard.error.startswith("ValueError: no price for 苹果\n")
    assert "in fail" in shard.error


def test_a_failed_shard_waits_longer_from_attempt_to_attempt(failing: Callable[[], None]) -> None:
    asked = ask("fail")
    waits = []

    for _ in range(4):
        let_wait(asked, hours=1)
        work_one()
        wait = asked.shards.annotate(wait=F("not_before") - Now()).get().wait
        waits.append(round(wait.total_seconds()))

    assert waits == [2, 10, 50, 250]


def test_a_shard_is_given_up_after_five_attempts_and_its_job_with_it(failing: Callable[[], None]) -> None:
    asked = ask("fail")

    use_up(asked)

    assert (asked.shards.get().state, asked.shards.get().attempts) == (JobState.DEAD, 5)
    let_wait(asked, hours=1)
    assert drain_all() == 0


def test_what_kills_every_worker_is_given_up(done: list[Work]) -> None:
    asked = ask()
    for _ in range(5):
        assert claim() is not None
        let_wait(asked, hours=1)

    assert claim() is None

    asked.refresh_from_db()
    assert (asked.state, asked.shards.get().state) == (JobState.DEAD, JobState.DEAD)
    assert "died" in asked.shards.get().error
    assert done == []


def test_the_other_shards_of_a_dead_job_are_still_done() -> None:
    @job("picky")
    def picky(work: Work) -> None:
        if work.number == 1:
            raise ValueError("not the first")

    asked = ask("picky", shards=[{}, {}])
    asked.shards.filter(number=1).update(attempts_allowed=1)

    with pytest.raises(DrainFailed):
        drain_all()

    asked.refresh_from_db()
    assert (asked.state, asked.shards_done) == (JobState.DEAD, 1)


def test_a_failure_of_one_job_does_not_keep_the_others_waiting(failing: Callable[[], None], done: list[Work]) -> None:
    ask("fail")
    other = ask("note", key="b")

    with pytest.raises(DrainFailed):
        drain_all()

    assert [work.job_id for work in done] == [other.pk]


def test_a_person_has_a_dead_job_tried_again_and_that_is_on_record(failing: Callable[[], None]) -> None:
    asked = ask("fail")
    use_up(asked)
    admin = make_user(Role.ADMIN)
    failing()

    retry(job=asked, by=admin)
    drain_all()

    asked.refresh_from_db()
    shard = asked.shards.get()
    assert (asked.state, shard.attempts, shard.error) == (JobState.DONE, 6, "")
    event = asked.events.get()
    assert (event.pgh_label, event.pgh_context.metadata["user"]) == ("retried", admin.pk)


def test_a_job_tried_again_has_five_attempts_more(failing: Callable[[], None]) -> None:
    asked = ask("fail")
    use_up(asked)

    retry(job=asked, by=make_user(Role.ADMIN))
    use_up(asked)

    assert asked.shards.get().attempts == 10


def test_only_a_dead_job_is_tried_again(done: list[Work]) -> None:
    asked = ask()

    with pytest.raises(JobIsNotDead):
        retry(job=asked, by=make_user(Role.ADMIN))


# By the clock


def test_the_day_of_a_daily_job_begins_at_its_hour() -> None:
    schedule = daily("03:10")

    assert schedule.period(datetime(2026, 12, 1, 3, 9, 59)) == "2026-11-30"  # noqa: DTZ001 -- wall clock
    assert schedule.period(datetime(2026, 12, 1, 3, 10)) == "2026-12-01"  # noqa: DTZ001 -- wall clock


def test_the_periods_of_a_frequent_job_count_from_the_full_hour() -> None:
    schedule = every(minutes=15)

    assert schedule.period(datetime(2026, 11, 20, 22, 44, 59, tzinfo=UTC)) == "2026-11-20T22:30+00:00"
    assert schedule.period(datetime(2026, 11, 20, 22, 45, tzinfo=UTC)) == "2026-11-20T22:45+00:00"


@pytest.mark.parametrize("minutes", [0, -5, 7, 61, 120])
def test_minutes_that_do_not_divide_an_hour_are_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match=str(minutes)):
        every(minutes=minutes)


def test_the_clock_asks_for_each_period_once_in_shanghai_time() -> None:
    job("nightly", schedule=daily("03:10"))(lambda work: None)
    beat = Beat()

    for hours in (0, 1, 4, 5, 6):
        beat.tick(EVENING + timedelta(hours=hours))

    assert list(Job.objects.order_by("pk").values_list("key", "arguments")) == [
        ("nightly:2026-11-20", {"period": "2026-11-20"}),
        ("nightly:2026-11-21", {"period": "2026-11-21"}),
    ]


def test_three_clocks_ask_for_each_period_once() -> None:
    job("nightly", schedule=daily("03:10"))(lambda work: None)

    for beat in (Beat(), Beat(), Beat()):
        beat.tick(EVENING)

    assert Job.objects.count() == 1


def test_after_days_without_a_clock_only_the_last_day_is_made_up_for() -> None:
    job("nightly", schedule=daily("03:10"))(lambda work: None)
    Beat().tick(EVENING)

    Beat().tick(EVENING + timedelta(days=9))

    assert list(Job.objects.order_by("pk").values_list("key", flat=True)) == [
        "nightly:2026-11-20",
        "nightly:2026-11-29",
    ]


def test_after_hours_without_a_clock_a_frequent_job_is_asked_for_once() -> None:
    job("minutely", schedule=every(minutes=1))(lambda work: None)
    Beat().tick(EVENING)
    drain_all()

    Beat().tick(EVENING + timedelta(hours=9))

    assert list(Job.objects.order_by("pk").values_list("key", flat=True)) == [
        "minutely:2026-11-20T22:30+08:00",
        "minutely:2026-11-21T07:30+08:00",
    ]


def test_frequent_jobs_do_not_pile_up_while_nobody_works() -> None:
    job("minutely", schedule=every(minutes=1))(lambda work: None)
    beat = Beat()

    for minutes in range(30):
        beat.tick(EVENING + timedelta(minutes=minutes))

    assert Job.objects.count() == 1


def test_a_job_with_nothing_to_do_is_not_asked_for() -> None:
    due = EVENING + timedelta(seconds=30)
    job("cut_off", schedule=every(minutes=1), when=lambda now: now >= due)(lambda work: None)
    beat = Beat()

    beat.tick(EVENING)
    before = Job.objects.count()
    beat.tick(due)

    assert (before, Job.objects.count()) == (0, 1)


def test_a_kind_that_cannot_tell_whether_it_is_due_does_not_stop_the_clock() -> None:
    def unsure(now: datetime) -> bool:
        raise ValueError("no campaign")

    job("unsure", schedule=every(minutes=1), when=unsure)(lambda work: None)
    job("nightly", schedule=daily("03:10"))(lambda work: None)

    Beat().tick(EVENING)

    assert Job.objects.get().kind == "nightly"
