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
    own_database = "DATABASE_URL" in environment
    if key := _read(data / SECRET_KEY) or ("" if own_database else secrets.token_urlsafe(50)):
        environment.setdefault("SECRET_KEY", key)
    sockets = folders.sockets_in(data)
    environment.setdefault("DATABASE_URL", postgres.socket_url(sockets, _read(data / postgres.PASSWORD)))
    if not own_database:
        environment.setdefault("REDIS_URL", valkey.socket_url(sockets))


def _read(path: os.PathLike[str]) -> str:
    with contextlib.suppress(OSError), open(path) as file:
        return file.read()
    return ""
