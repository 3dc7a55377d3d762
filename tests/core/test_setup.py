"""What must hold of the installation itself."""

import os
import secrets
import subprocess
import sys

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
