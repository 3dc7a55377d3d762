"""What the settings take from the embedded instance when the environment does not say otherwise."""

import contextlib
import os
import secrets
from collections.abc import MutableMapping

from config.embedded import folders, postgres, valkey

SECRET_KEY = "secret_key"  # noqa: S105 -- the name of the file it is in


def fill(environment: MutableMapping[str, str] = os.environ) -> None:
    """Add SECRET_KEY, DATABASE_URL and REDIS_URL where they are missing, so that commands work in a fresh clone.

    A database of one's own asks for a key of one's own: then only a key made by `manage.py up` on this machine is used.
    """
    data = folders.data_folder(environment)
    sockets = folders.sockets_in(data)
    missing = {"SECRET_KEY": _read(data / SECRET_KEY)}
    if not environment.get("DATABASE_URL"):
        missing = {
            "SECRET_KEY": missing["SECRET_KEY"] or secrets.token_urlsafe(50),
            "DATABASE_URL": postgres.socket_url(sockets, _read(data / postgres.PASSWORD)),
            "REDIS_URL": valkey.socket_url(sockets),
        }
    for name, value in missing.items():
        if value and not environment.get(name):
            environment[name] = value


def _read(path: os.PathLike[str]) -> str:
    with contextlib.suppress(OSError), open(path) as file:
        return file.read()
    return ""
