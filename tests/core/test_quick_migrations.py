"""Triggers in migrations: noted, and nothing built anew for them."""

import pgtrigger
from django.db import models
from django.db.migrations.state import ModelState, ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger


def test_a_trigger_is_noted_and_no_model_is_built_anew() -> None:
    state = ProjectState()
    state.add_model(ModelState("core", "Thing", [("id", models.BigAutoField(primary_key=True))]))
    thing = state.apps.get_model("core", "thing")
    kept = pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)

    AddTrigger("thing", kept).state_forwards("core", state)
    noted = list(state.models["core", "thing"].options["triggers"])
    RemoveTrigger("thing", "kept").state_forwards("core", state)

    assert noted == [kept]
    assert state.models["core", "thing"].options["triggers"] == []
    assert state.apps.get_model("core", "thing") is thing


def test_what_changes_a_model_builds_it_anew() -> None:
    state = ProjectState()
    state.add_model(ModelState("core", "Thing", [("id", models.BigAutoField(primary_key=True))]))
    thing = state.apps.get_model("core", "thing")

    AddTrigger("thing", pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)).state_forwards("core", state)
    state.add_field("core", "thing", "name", models.CharField(default=""), preserve_default=True)

    assert state.apps.get_model("core", "thing") is not thing
