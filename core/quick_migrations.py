"""Migrations with hundreds of triggers in seconds: a trigger changes no model, so none has to be built anew for it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

StateForwards = Callable[[Any, str, ProjectState], None]


def keep_models_at_triggers() -> None:
    """Let adding and removing a trigger note it in the state without building the model, and all related ones, anew.

    pgtrigger asks for that as Django's own operations do, whose changes a model has to show. Triggers stand in the
    database alone: no migration meets them in a model. It was a third of what making a new database took.
    """
    for operation in (AddTrigger, RemoveTrigger):
        operation.state_forwards = _without_reload(operation.state_forwards)  # type: ignore[method-assign, assignment]


def _without_reload(state_forwards: StateForwards) -> StateForwards:
    @wraps(state_forwards)
    def forwards(self: Any, app_label: str, state: ProjectState) -> None:
        state.reload_model = lambda *_model, **_delay: None  # type: ignore[method-assign]
        try:
            state_forwards(self, app_label, state)
        finally:
            del state.reload_model

    return forwards
