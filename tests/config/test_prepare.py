"""Getting an installation ready happens again at every start, and must not undo or double anything."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError

from config import prepare

Commands = list[tuple[str, ...]]


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The management commands that were called."""
    called: Commands = []
    monkeypatch.setattr(prepare, "call_command", lambda *words, **_options: called.append(words))
    return called


def refusing(*_words: str) -> None:
    raise CommandError("there are neighbourhoods already")


def test_the_demonstration_is_loaded_once(commands: Commands, tmp_path: Path) -> None:
    prepare.load_demo_once(tmp_path / "mark")
    prepare.load_demo_once(tmp_path / "mark")

    assert commands == [("demo", "load")]


def test_an_interrupted_loading_is_taken_away_and_begun_again(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record: Callable[..., None] = prepare.call_command
    monkeypatch.setattr(prepare, "call_command", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare.load_demo_once(tmp_path / "mark")
    monkeypatch.setattr(prepare, "call_command", record)

    prepare.load_demo_once(tmp_path / "mark")

    assert commands == [("demo", "remove"), ("demo", "load")]


def interrupted(*_words: str) -> None:
    raise KeyboardInterrupt


def test_a_house_with_data_of_its_own_opens_without_the_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepare, "call_command", refusing)

    prepare.load_demo_once(tmp_path / "mark")

    assert (tmp_path / "mark").exists()
    assert "The demo data were not loaded: there are neighbourhoods already" in capsys.readouterr().err


def test_static_files_are_collected_again_only_after_one_of_them_changed(
    commands: Commands, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT = tmp_path
    prepare.collect_static()
    prepare.collect_static()
    assert commands == [("collectstatic",)]

    monkeypatch.setattr(prepare, "static_fingerprint", lambda: "changed")
    prepare.collect_static()

    assert commands == [("collectstatic",), ("collectstatic",)]


def test_a_changed_static_file_changes_the_fingerprint(tmp_path: Path, settings) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    (tmp_path / "page.css").write_text("a{}")
    before = prepare.static_fingerprint()

    (tmp_path / "page.css").write_text("a{b:c}")

    assert prepare.static_fingerprint() != before
