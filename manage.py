#!/usr/bin/env python
"""Django's command line for Linli, and `up`, which starts the servers that the settings need.

Any Python will do: one without Linli's packages hands over to the one in `.venv` that `make run` made.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

OWN_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    if find_spec("django") is None:
        hand_over()
    from config.embedded import up  # noqa: PLC0415 -- only a Python with the packages can load these

    if sys.argv[1:2] == ["up"]:
        sys.exit(up.main(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


def hand_over() -> None:
    """Go on as the project's own Python, or say how to get one."""
    if not OWN_PYTHON.exists() or Path(sys.prefix) == OWN_PYTHON.parents[1]:
        sys.exit("Linli's packages are not installed yet. Run `make run` once; it installs them into .venv.")
    os.execv(OWN_PYTHON, [str(OWN_PYTHON), *sys.argv])  # noqa: S606 -- our own file, and no shell wanted


if __name__ == "__main__":
    main()
