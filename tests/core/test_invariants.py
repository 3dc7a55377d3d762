"""What must always hold is looked at: by the command, every night, and it is found when it does not."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from core import invariants
from core.enums import JobState
from core.idempotency import answer_once
from core.invariants import Finding, check, invariant
from core.jobs import drain_all, enqueue
from core.jobs.housekeeping import CHECK
from core.models import IdempotencyKey, Job, Shard
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def broken() -> dict[str, list[str]]:
    """What breaks each of the invariants that are broken."""
    return {finding.name: finding.examples for finding in check() if finding.count}


@pytest.fixture
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "_invariants", {})


@pytest.fixture
def asked() -> Job:
    return enqueue(key="nightly", kind=CHECK, arguments={}, by=None)


def test_an_empty_house_breaks_nothing() -> None:
    assert broken() == {}


def test_a_finding_counts_everything_and_names_the_first_five(only_ours: None) -> None:
    @invariant("There are no numbers.")
    def no_numbers() -> str:
        return "SELECT generate_series(1, 7)::text"

    assert check() == [Finding("tests.no_numbers", 7, ["1", "2", "3", "4", "5"])]


def test_the_command_says_what_holds(only_ours: None) -> None:
    invariant("All is well.")(nothing_wrong)
    out = StringIO()

    call_command("check_invariants", stdout=out)

    assert out.getvalue() == "ok           0  All is well.\n"


def test_the_command_fails_with_what_is_broken(only_ours: None) -> None:
    invariant("All is well.")(nothing_wrong)

    @invariant("Nobody is late.")
    def nobody_is_late() -> str:
        return "SELECT 'order 7'"

    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("check_invariants", stdout=out)

    assert out.getvalue().splitlines() == [
        "BROKEN       1  Nobody is late.",
        "                order 7",
        "ok           0  All is well.",
    ]


def test_the_command_answers_programs_in_json(only_ours: None) -> None:
    invariant("All is well.")(nothing_wrong)
    out = StringIO()

    call_command("check_invariants", "--json", stdout=out)

    assert json.loads(out.getvalue()) == [{"name": "tests.nothing_wrong", "count": 0, "examples": []}]


def nothing_wrong() -> str:
    return "SELECT 'x' WHERE false"


def test_the_nightly_check_keeps_what_it_found(only_ours: None, asked: Job, caplog: pytest.LogCaptureFixture) -> None:
    @invariant("Nobody is late.")
    def nobody_is_late() -> str:
        return "SELECT 'order 7'"

    drain_all()

    asked.refresh_from_db()
    assert asked.result == {"findings": [{"name": "tests.nobody_is_late", "count": 1, "examples": ["order 7"]}]}
    assert "order 7" in caplog.text


def test_a_done_job_with_an_unfinished_shard_is_found(asked: Job) -> None:
    drain_all()
    Shard.objects.update(state=JobState.QUEUED)

    assert broken() == {"core.jobs_count_their_shards": ["nightly"]}


def test_an_unfinished_job_whose_shards_are_done_is_found(asked: Job) -> None:
    Shard.objects.update(state=JobState.DONE)

    assert broken() == {"core.jobs_count_their_shards": ["nightly"]}


@pytest.mark.parametrize(("job", "shard"), [(JobState.QUEUED, JobState.DEAD), (JobState.DEAD, JobState.QUEUED)])
def test_a_job_is_dead_when_its_shard_is(asked: Job, job: JobState, shard: JobState) -> None:
    Job.objects.update(state=job)
    Shard.objects.update(state=shard)

    assert broken() == {"core.dead_shards_make_dead_jobs": ["nightly"]}


@pytest.mark.parametrize(("minutes", "found"), [(9, {}), (11, {"core.shards_in_work_are_held": ["nightly/1"]})])
def test_a_shard_nobody_works_on_any_more_is_found(asked: Job, minutes: int, found: dict[str, list[str]]) -> None:
    Shard.objects.update(state=JobState.RUNNING, claimed_at=Now() - timedelta(minutes=minutes))

    assert broken() == found


def forget() -> dict[str, int]:
    asked = enqueue(key="forget", kind="forget_done", arguments={}, by=None)
    drain_all()
    asked.refresh_from_db()
    return asked.result


def test_what_was_done_long_ago_is_forgotten(asked: Job) -> None:
    recent = enqueue(key="recent", kind=CHECK, arguments={}, by=None)
    dead = enqueue(key="dead", kind=CHECK, arguments={}, by=None)
    drain_all()
    Job.objects.filter(pk=asked.pk).update(finished_at=Now() - timedelta(days=31))
    Job.objects.filter(pk=recent.pk).update(finished_at=Now() - timedelta(days=29))
    Job.objects.filter(pk=dead.pk).update(state=JobState.DEAD, finished_at=Now() - timedelta(days=31))

    assert forget() == {"jobs": 1, "answers": 0}
    assert set(Job.objects.values_list("key", flat=True)) == {"recent", "dead", "forget"}


def test_answers_given_long_ago_are_forgotten() -> None:
    for key in ("old", "new"):
        answer_once(user=make_user(), key=key, request_hash="", write=lambda: (201, {}))
    IdempotencyKey.objects.filter(key="old").update(created_at=Now() - timedelta(days=31))

    assert forget() == {"jobs": 0, "answers": 1}
    assert IdempotencyKey.objects.get().key == "new"
