"""PostgreSQL and Valkey for a test run: addresses are known before the settings are read, servers start when needed."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.embedded import binaries, folders, postgres, valkey
from config.embedded.children import Child
from config.embedded.services import Service, start_and_wait

OURS = "LINLI_TEST_SERVERS"
"""Who put which addresses into the environment: `gw0:DATABASE_URL REDIS_URL`. A parallel test process inherits those
of the process that began it and wants its own; what it starts itself shares them."""

missing: list[Service] = []
"""What the environment does not name and nobody has needed yet."""
running: list[Child] = []


def name_addresses() -> None:
    """Put the addresses of servers of our own into the environment, unless it names others."""
    os.environ.setdefault("SECRET_KEY", "for tests only")
    os.environ.setdefault("DEBUG", "true")
    process = os.environ.get("PYTEST_XDIST_WORKER", "")
    owner, _, names = os.environ.get(OURS, "").partition(":")
    inherited = names.split() if owner != process else []
    wanted = [name for name in ("DATABASE_URL", "REDIS_URL") if name in inherited or not os.environ.get(name)]
    if not wanted:
        return
    os.environ[OURS] = f"{process}:{' '.join(wanted)}"
    folder = Path(tempfile.mkdtemp(prefix="linli-tests-")).resolve()
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # the servers' user passes through
    home = folders.open_home(folder / "data")
    atexit.register(_stop, home, folder)
    programs = binaries.binaries_for(home)
    if "DATABASE_URL" in wanted:
        os.environ["DATABASE_URL"] = postgres.url(home)
        missing.append(postgres.service(home, programs, postgres.WITHOUT_DURABILITY))
    if "REDIS_URL" in wanted:
        os.environ["REDIS_URL"] = valkey.url(home)
        missing.append(valkey.service(home, programs))


def start() -> None:
    """Start what the environment does not name."""
    while missing:
        running.append(start_and_wait(missing.pop(0)))


def _stop(home: folders.Home, folder: Path) -> None:
    while running:
        running.pop().stop()
    home.close()
    shutil.rmtree(folder)
