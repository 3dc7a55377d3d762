"""Nobody but the relay talks to the broker: what is asked for with a message is lost with it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ("config", "core", "ledger", "community", "orders", "referrals", "content", "insights")
SENDING = {"delay", "apply_async", "send_task"}
MAY_SEND = {"core/jobs/relay.py"}
MAY_KNOW_CELERY = MAY_SEND | {"config/celery.py", "core/tasks.py"}


def sendings(source: str) -> Iterator[int]:
    """The lines that send a message to a broker."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in SENDING:
            yield node.lineno


def couriers(source: str) -> Iterator[int]:
    """The lines that import what could send one."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if any(name.split(".")[0] in {"celery", "kombu", "redis", "valkey"} for name in names):
            yield node.lineno


def sources() -> list[Path]:
    return [path for app in HOUSE for path in (ROOT / app).rglob("*.py")]


def test_only_the_relay_sends_messages() -> None:
    found = {str(path.relative_to(ROOT)) for path in sources() if any(sendings(path.read_text("utf-8")))}

    assert found == MAY_SEND


def test_only_the_couriers_files_know_celery() -> None:
    found = {str(path.relative_to(ROOT)) for path in sources() if any(couriers(path.read_text("utf-8")))}

    assert found == MAY_KNOW_CELERY


@pytest.mark.parametrize(
    "source",
    [
        "task.delay(3)",
        "run.apply_async(args=[3])",
        "app.send_task('x')",
        "on_commit(task.delay)",
        "f(g.s().apply_async)",
    ],
)
def test_sending_is_seen_however_it_is_written(source: str) -> None:
    assert list(sendings(source)) == [1]


@pytest.mark.parametrize("source", ["import celery", "from celery import shared_task", "import redis.client as r"])
def test_a_courier_is_seen_however_it_is_imported(source: str) -> None:
    assert list(couriers(source)) == [1]
