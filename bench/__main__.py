"""Times what has a goal beside a rival in the same run: `make bench`, or `python -m bench --scale 0.05` for a look.

PostgreSQL and Valkey are started for the run and thrown away after it, with what a crash would need switched off.
Machines differ and are shared: the ratio is what counts, the milliseconds are only told. Every run adds a line for
each measure to bench/results.csv.
"""

import argparse
import os
import sys
import time

from bench.measure import compare, keep
from tests import servers


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of 2 000 groups and 1 000 000 orders")
    options = parser.parse_args()
    open_house()
    from bench import town  # noqa: PLC0415 -- the models are there once the house is open
    from bench.measures import measures  # noqa: PLC0415 -- the same

    began = time.monotonic()
    size = town.build(scale=options.scale)
    print(
        f"{size.orders:,} orders, {size.lines:,} lines of {size.members:,} members in {time.monotonic() - began:.0f} s"
    )
    results = [compare(measure) for measure in measures()]
    keep(results, scale=options.scale)
    return 0 if all(result.reached for result in results) else 1


def open_house() -> None:
    """Servers of our own with every table in place."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)  # a real database is not for this
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415 -- reads the settings, which name the servers

    django.setup()
    from django.conf import settings  # noqa: PLC0415 -- the same

    settings.DEBUG = False  # with it every statement is kept in memory
    from django.core.management import call_command  # noqa: PLC0415 -- the same

    servers.start()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
