"""Celery as the courier: what it is told, and what it must not be used for."""

import pytest

from config.celery import app
from core.broker import DRAIN, QUEUE, celery_url


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("redis://:secret@10.0.0.5:6379/2", "redis://:secret@10.0.0.5:6379/2"),
        ("rediss://broker.example/0", "rediss://broker.example/0"),
        ("redis+socket:///run/linli/%E9%82%BB.sock", "redis+socket:///run/linli/%E9%82%BB.sock"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock"),
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
    ],
)
def test_the_address_is_read_in_both_spellings(written: str, read: str) -> None:
    assert celery_url(written) == read


def test_messages_carry_json_and_answers_are_not_kept() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None
    assert app.conf.beat_schedule == {}


def test_there_is_one_task_and_it_carries_nothing() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}

    assert list(ours) == [DRAIN]
    assert ours[DRAIN].run.__code__.co_argcount == 0
    assert app.conf.task_default_queue == QUEUE
