"""PostgreSQL from the wheel: made once, reached by password over a private socket, never by network."""

import os
import secrets
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psutil

from config.embedded import children, folders
from config.embedded.binaries import Binaries
from config.embedded.children import Order
from config.embedded.errors import EmbeddedError
from config.embedded.folders import Home
from config.embedded.services import Service

MAJOR = "18"
ROLE = DATABASE = "linli"
PASSWORD = "postgres_password"  # noqa: S105 -- the name of the file it is in
SUPERUSER_PASSWORD = "postgres_superuser_password"  # noqa: S105 -- the same
SOCKET = ".s.PGSQL.5432"
PATIENCE = 60.0
"""Seconds for a clean shutdown, which writes what is still in memory."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "linli",
}
WITHOUT_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests, whose data may be lost."""


def url(home: Home) -> str:
    return socket_url(home.sockets, home.secret(PASSWORD))


def socket_url(sockets: Path, password: str) -> str:
    """The database's address as django-environ reads it: a host that is a folder stands at the front of the path.

    `postgres://user@%2Ffolder/name` would not do: a host is put in small letters on the way, a path is not.
    """
    return f"postgres://{ROLE}:{quote(password, safe='')}@/{quote(os.fsencode(sockets))}/{DATABASE}"


def service(home: Home, binaries: Binaries, settings: Mapping[str, str] | None = None) -> Service:
    """The server as something to keep running; the database is made first where there is none."""
    order = _order(home, binaries, SETTINGS | dict(settings or {}))

    def start() -> children.Child:
        _make_database(home, binaries)
        _leave_no_predecessor(home)
        return children.start(order, home)

    return Service(name="PostgreSQL", start=start, is_ready=lambda: _is_ready(home))


def _make_database(home: Home, binaries: Binaries) -> None:
    """Make the cluster, the role and the database unless they are there. A half-made one is thrown away."""
    _refuse_another_version(home.database)
    if home.database.exists():
        return
    draft = home.database.with_name("postgres.new")
    children.stop_orphans(draft, "postgres", lambda _: signal.SIGQUIT, PATIENCE)
    shutil.rmtree(draft, ignore_errors=True)
    home.make_for_servers(draft)
    _initialise(home, binaries, draft)
    _add_role_and_database(home, binaries, draft)
    draft.rename(home.database)


def _initialise(home: Home, binaries: Binaries, draft: Path) -> None:
    """Names sort by code point: the wheel has no ICU, and Chinese names are sorted by a stored pinyin column."""
    password = home.servers / "initdb-password"
    folders.write_private(password, home.secret(SUPERUSER_PASSWORD))
    home.hand_over(password)
    options = (
        ("--pgdata", str(draft)),
        ("--username", "postgres"),
        ("--pwfile", str(password)),
        ("--auth", "scram-sha-256"),
        ("--encoding", "UTF8"),
        ("--locale", "C"),
        ("--locale-provider", "builtin"),
        ("--builtin-locale", "C.UTF-8"),
    )
    command = (str(binaries.initdb), *(word for option in options for word in option))
    try:
        children.run(_server_order(home, "initdb", command), home)
    finally:
        password.unlink()


def _add_role_and_database(home: Home, binaries: Binaries, draft: Path) -> None:
    """Done by a single-user server before anybody can connect. The role is no superuser; tests create databases."""
    script = home.servers / f"setup-{secrets.token_hex(4)}.sql"
    folders.write_private(
        script,
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{home.secret(PASSWORD)}';\n"
        f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n",
    )
    options = ("-c", "exit_on_error=on", "-c", "log_min_error_statement=panic")
    command = (str(binaries.postgres), "--single", "-D", str(draft), *options, "postgres")
    try:
        children.run(_server_order(home, "initdb", command, stdin=script), home)
    finally:
        script.unlink()


def _order(home: Home, binaries: Binaries, settings: Mapping[str, str]) -> Order:
    sockets = str(home.sockets).replace('"', '""')
    values = {"unix_socket_directories": f'"{sockets}"', **settings}
    words = [word for name, value in values.items() for word in ("-c", f"{name}={value}")]
    command = (str(binaries.postgres), "-D", str(home.database), *words)
    return _server_order(home, "postgres", command, stop_signal=signal.SIGINT, patience=PATIENCE)


def _server_order(
    home: Home,
    name: str,
    command: tuple[str, ...],
    *,
    stdin: Path = Path(os.devnull),
    stop_signal: signal.Signals = signal.SIGTERM,
    patience: float = 10,
) -> Order:
    """An order for one of PostgreSQL's programs: as the servers' user, and blind to PG* variables of ours."""
    return Order(
        name=name,
        command=command,
        environment={"PATH": os.defpath, "LC_ALL": "C"},
        folder=home.servers,
        stop_signal=stop_signal,
        patience=patience,
        account=home.account,
        stdin=stdin,
    )


def _leave_no_predecessor(home: Home) -> None:
    """Remove what a killed server left: first its processes, then the files that would keep the next from starting."""
    pid_file = home.database / "postmaster.pid"
    pid = pid_file.read_text().split("\n", 1)[0] if pid_file.exists() else ""

    def sign(process: psutil.Process) -> signal.Signals:
        return signal.SIGINT if str(process.pid) == pid else signal.SIGQUIT

    children.stop_orphans(home.database, "postgres", sign, PATIENCE)
    for stale in (pid_file, home.sockets / SOCKET, home.sockets / f"{SOCKET}.lock"):
        stale.unlink(missing_ok=True)


def _is_ready(home: Home) -> bool:
    """What pg_ctl asks, too: the eighth line of the pid file is the server's own word."""
    try:
        lines = (home.database / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _refuse_another_version(database: Path) -> None:
    version = database / "PG_VERSION"
    if version.exists() and (found := version.read_text().strip()) != MAJOR:
        raise EmbeddedError(
            f"The database in {database} was made by PostgreSQL {found}; this is PostgreSQL {MAJOR}. It was left as it "
            "is: dump it with the old version and load it here, or begin anew with LINLI_DATA=/some/folder make run"
        )
