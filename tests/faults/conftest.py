"""Fixtures for tests that kill processes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def roomy() -> Iterator[Path]:
    """A folder every user may pass through; pytest's own is closed to the servers' user when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="linli-test-")).resolve()
    if os.geteuid() == 0:
        folder.chmod(0o711)
    yield folder
    folder.chmod(0o711)
    shutil.rmtree(folder)
