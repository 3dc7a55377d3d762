"""Gets an installation ready to serve: `python -m config.prepare`. One process, so that Django is loaded only once.

Doing it again changes nothing and is quick.
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.prepare", description=__doc__)
    parser.add_argument("--demo-once", type=Path, metavar="MARK", help="load the demo data unless this file exists")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    migrate()
    call_command("compile_catalogues")
    if not settings.DEBUG:
        collect_static()
    if options.demo_once:
        load_demo_once(options.demo_once)


def migrate() -> None:
    """Apply what is missing. Asking first spares Django's comparison of all models with all migrations."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=1)


def load_demo_once(mark: Path) -> None:
    """Load the demo data unless the mark exists. What an interrupted loading left is taken away first.

    A house that has data already stays as it is: the demonstration never keeps it from opening.
    """
    unfinished = mark.with_name(mark.name + ".unfinished")
    if mark.exists():
        return
    try:
        if unfinished.exists():
            call_command("demo", "remove")
        unfinished.touch()
        call_command("demo", "load")
    except CommandError as error:
        sys.stderr.write(f"The demo data were not loaded: {error}\n")
    unfinished.rename(mark)


def collect_static() -> None:
    """Collect and compress the static files, unless that was done with these very files."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = static_fingerprint()
    if mark.exists() and mark.read_text() == fingerprint:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(fingerprint)


def static_fingerprint() -> str:
    """Changes when a static file of ours or of a package does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
