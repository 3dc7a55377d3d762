"""The unprivileged system user that the servers run as when root starts Linli."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedError

PREFERRED = ("postgres", "_postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An existing user without rights of its own. PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int

    def can_reach(self, path: Path) -> bool:
        """Whether this user can enter the folder or run the program.

        Tried as that user, because the path's own mode does not tell (parents, access lists).
        """
        attempt = subprocess.run(
            ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return attempt.returncode == 0


def account_for(database: Path) -> Account | None:
    """Whom the servers run as: None for ourselves, unless we are root. An existing database keeps its owner."""
    if os.geteuid() != 0:
        return None
    if database.exists():
        return _account(database.stat().st_uid)
    for name in PREFERRED:
        try:
            return _account(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise EmbeddedError(
        f"PostgreSQL does not run as root, and none of the users {', '.join(PREFERRED)} exists. "
        "Start Linli as an ordinary user."
    )


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(name=str(uid), uid=uid, gid=uid)
    return Account(name=entry.pw_name, uid=uid, gid=entry.pw_gid)
