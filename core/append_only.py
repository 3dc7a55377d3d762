"""What is written once and kept: the triggers that refuse to change or empty such a table, and the one way around."""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.apps import apps
from pghistory.models import Event

UNCHANGED = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
NOT_EMPTIED = pgtrigger.Trigger(
    name="not_emptied",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func="""
        RAISE EXCEPTION 'what is in % is kept', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_kept_is_not_emptied';
    """,
)
APPEND_ONLY = [UNCHANGED, NOT_EMPTIED]
"""The triggers of a table whose rows are appended and never touched again."""


def keep_histories() -> None:
    """No table of history is emptied either; pghistory itself refuses only updates and deletes (PGHISTORY_APPEND_ONLY).

    Called once every model is known.
    """
    for model in apps.get_models():
        if issubclass(model, Event):
            pgtrigger.register(NOT_EMPTIED)(model)


@contextmanager
def emptying() -> Iterator[None]:
    """Let this connection TRUNCATE while the block runs: to take the demonstration away, and between two tests.

    Each statement of the block says so in a setting of its transaction (pgtrigger.ignore): nobody else is let through.
    """
    kept = [
        trigger.get_uri(model) for model, trigger in pgtrigger.registered() if trigger.operation == pgtrigger.Truncate
    ]
    with pgtrigger.ignore(*kept):
        yield
