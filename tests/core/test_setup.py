"""What must hold of the installation itself."""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command


@pytest.mark.django_db
def test_the_models_have_all_their_migrations():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_production_checks_are_clean():
    production = {"SECRET_KEY": secrets.token_urlsafe(50), "HTTPS": "true", "DEBUG": "false"}
    # The browser tests allow themselves what a deployment must not.
    around = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}

    answer = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={**around, "DJANGO_SETTINGS_MODULE": "config.settings", **production},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr


def test_every_variable_the_settings_read_is_in_the_example():
    words = (settings.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
    read = {part.split('"')[1] for part in words.split("env.")[1:] if '"' in part.split(")")[0]}
    known = {line.split("=")[0].lstrip("# ") for line in (settings.BASE_DIR / ".env.example").read_text().splitlines()}

    assert {name for name in read if name.isupper()} <= known


def bare_python(manage: Path) -> subprocess.CompletedProcess[str]:
    """`manage.py check` by a Python that sees no packages but its own."""
    command = [os.path.realpath(sys.executable), "-S", str(manage), "check"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_python_without_the_packages_is_told_how_to_get_them(tmp_path: Path):
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)

    answer = bare_python(tmp_path / "manage.py")

    assert answer.returncode == 1
    assert "Run `make run` once" in answer.stderr


def test_a_python_without_the_packages_hands_over_to_the_projects_own(tmp_path: Path):
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    own = tmp_path / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.write_text('#!/bin/sh\necho own "$2"\n')
    own.chmod(0o755)

    assert bare_python(tmp_path / "manage.py").stdout == "own check\n"
