"""Where an instance keeps what it owns: keys, logs, the servers' data, and sockets in a private short folder."""

import errno
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.embedded import lock
from config.embedded.accounts import Account, account_for
from config.embedded.errors import EmbeddedError

PROJECT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_FOLDER = 85
"""Bytes. A socket's whole path has room for 103 on macOS, 107 on Linux."""


@dataclass(frozen=True)
class Home:
    """An opened data folder, locked for this process."""

    data: Path
    """Lock, keys, logs."""
    servers: Path
    """The servers' own data; the data folder itself, unless the servers' user cannot reach that."""
    sockets: Path
    account: Account | None
    lock: lock.Lock

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def database(self) -> Path:
        return self.servers / "postgres"

    @property
    def broker(self) -> Path:
        return self.servers / "valkey"

    def secret(self, name: str) -> str:
        """The secret of that name, made up once and kept in a file only its owner can read."""
        path = self.data / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(50))
        return path.read_text()

    def hand_over(self, path: Path) -> None:
        """Give a file or folder that we made to the servers' user."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def make_for_servers(self, folder: Path) -> None:
        """A folder that only the servers' user can enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self.hand_over(folder)

    def close(self) -> None:
        """Leave: take the short socket folder away and give up the lock."""
        link = self.servers / "run"
        if link.is_symlink():
            shutil.rmtree(self.sockets, ignore_errors=True)
            link.unlink()
        self.lock.release()


def data_folder(environment: Mapping[str, str]) -> Path:
    """`.linli` in the project, or the folder that LINLI_DATA names, seen from there."""
    chosen = environment.get("LINLI_DATA")
    return (PROJECT / Path(chosen or ".linli").expanduser()).resolve()


def sockets_in(data: Path) -> Path:
    """Where the servers of this data folder listen, whether or not they run."""
    return (servers_in(data) / "run").resolve()


def servers_in(data: Path) -> Path:
    """Where the servers' own data is: the data folder or what its link `servers` points to."""
    link = data / "servers"
    return link.resolve() if link.is_symlink() else data


def open_home(data: Path, *, pause: Callable[[float], None] = time.sleep) -> Home:
    """Make or find the folders and lock them. What cannot be read, written or reached is an EmbeddedError."""
    try:
        _make_own(data)
        account = account_for(servers_in(data) / "postgres")
        servers = _servers_folder(data, account)
        held = lock.take(servers / "lock", pause=pause)
        try:
            home = Home(data, servers, _sockets_folder(servers, account), account, held)
            _keep_last_logs(home.logs)
        except BaseException:
            held.release()
            raise
        return home
    except OSError as error:
        raise EmbeddedError(_cannot_use(data, error)) from error


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; never half of it."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        os.fsync(file.fileno())
    draft.replace(path)


def _make_own(folder: Path) -> None:
    """A folder of ours. Others may pass through when we are root, because the servers' user has to."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _servers_folder(data: Path, account: Account | None) -> Path:
    folder = servers_in(data)
    if folder == data and (account is None or account.can_reach(data)):
        return data
    if folder == data and (data / "postgres").exists():
        raise EmbeddedError(
            f"The database in {data} belongs to the user {account and account.name}, who cannot enter that folder "
            "any more. Move it back, or name a folder that can be entered: LINLI_DATA=/some/folder make run"
        )
    if folder == data:
        folder = _folder_elsewhere(data)
        (data / "servers").symlink_to(folder)
    _make_own(folder)
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    return folder


def _folder_elsewhere(data: Path) -> Path:
    """A place for the servers that their user can reach, when the project is closed to it (say, below /root)."""
    name = "linli-" + hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    base = Path("/var/lib")
    return (base if base.is_dir() else Path("/var/tmp")) / name  # noqa: S108 -- its owner is checked by the caller


def _sockets_folder(servers: Path, account: Account | None) -> Path:
    """`run` beside the data; for a path too long for a socket, a link to a private folder among the temporary ones."""
    usual = servers / "run"
    if usual.is_symlink():
        target = usual.readlink()
        if _is_private(target, account):
            return target
        usual.unlink()
    if _fits(usual):
        target = usual
        target.mkdir(mode=0o700, exist_ok=True)
    else:
        target = Path(tempfile.mkdtemp(prefix="linli-", dir=_short_base(account)))
        usual.symlink_to(target)
    if account:
        os.chown(target, account.uid, account.gid)
    return target


def _fits(folder: Path) -> bool:
    """Whether sockets can live there. libpq reads a comma as the end of a host."""
    return len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and "," not in str(folder)


def _short_base(account: Account | None) -> Path:
    for base in map(Path, (tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108 -- mkdtemp makes a private one
        if base.is_dir() and _fits(base / "linli-12345678") and (account is None or account.can_reach(base)):
            return base
    raise EmbeddedError("No temporary folder with a short path was found for the servers' sockets; set TMPDIR.")


def _is_private(folder: Path, account: Account | None) -> bool:
    """Whether it is still the folder we made: somebody else may have taken its name in the meantime."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    owner = account.uid if account else os.geteuid()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and not status.st_mode & 0o077


def _keep_last_logs(folder: Path) -> None:
    """Begin new logs and keep those of the run before."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for log in folder.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


def _cannot_use(data: Path, error: OSError) -> str:
    place = Path(os.fsdecode(error.filename)) if error.filename else data
    return (
        f"The data folder {data} cannot be used: {error.strerror} ({place}{_owned_by_somebody_else(place)}). "
        "Nothing was changed. Start Linli as its owner, or name another folder: LINLI_DATA=/some/folder make run"
    )


def _owned_by_somebody_else(place: Path) -> str:
    try:
        uid, owner = place.stat().st_uid, place.owner()
    except (OSError, KeyError):
        return ""
    return "" if uid == os.geteuid() else f" belongs to {owner}"
