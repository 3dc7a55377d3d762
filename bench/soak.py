"""Visits a started house at a steady pace and tells what became of it: `python -m bench.soak --minutes 60`.

The house runs on this machine with its demo data (`make run`). The pace is kept whatever the answers take: a request
has its moment, and its time is counted from there: a house that stands still is seen in every request of that time.
Memory is read from the house's own processes; what PostgreSQL's share with each other is not counted.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread

import psutil

from config.embedded.folders import data_folder, servers_in
from tests.faults.visitor import Answer, Orders, Visitor

VISITORS = 16
"""Requests on their way at the same time, at most."""
WARM_UP = 0.2
"""The part of the time after which memory is taken as what the house needs."""
MEGABYTE = 1_000_000
Visit = Callable[[], Answer]


@dataclass
class Record:
    """What became of the requests: milliseconds and statuses by what was asked for."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    def note(self, what: str, milliseconds: float, status: int) -> None:
        self.took[what].append(milliseconds)
        self.statuses[what, status] += 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=50, help="requests a second")
    parser.add_argument("--data", type=Path, default=data_folder({}), help="the data folder of the house")
    options = parser.parse_args()
    holder = json.loads((servers_in(options.data.resolve()) / "lock").read_text())
    port = int(holder["address"].rpartition(":")[2])
    visits, orders = visits_to(port)

    record, enough = Record(), Event()
    memory: list[dict[str, int]] = []
    watcher = Thread(target=watch_memory, args=(psutil.Process(holder["pid"]), memory, enough))
    watcher.start()
    began = time.monotonic()
    walk(visits, record, rate=options.rate, until=began + options.minutes * 60)
    seconds = time.monotonic() - began
    enough.set()
    watcher.join()
    return report(record, memory, seconds, lost=orders.acknowledged - orders.kept)


def visits_to(port: int) -> tuple[list[tuple[str, Visit]], Orders]:
    """One round of what people and programs do in a house; most of it is looking."""
    operator, leader, admin = (Visitor(port).sign_in(name) for name in ("operator", "leader", "admin"))
    program, orders = leader.as_program(), Orders(port)
    looks = [
        *(
            (operator, path)
            for path in ("/", "/groups/", "/members/", "/orders/", "/campaigns/", "/delivery/", "/seeds/")
        ),
        *((leader, path) for path in ("/", "/jielong/", "/quick/", "/delivery/", "/me/")),
        *((admin, path) for path in ("/commission/", "/books/", "/jobs/", "/history/")),
        *((program, path) for path in ("/api/v1/orders/", "/api/v1/members/")),
    ]
    visits = [(path, lambda visitor=visitor, path=path: visitor.get(path)) for visitor, path in looks]
    ordering = ("POST /api/v1/orders/", orders.order_one)
    middle = len(visits) // 2
    return [*visits[:middle], ordering, *visits[middle:], ordering], orders


def walk(visits: list[tuple[str, Visit]], record: Record, *, rate: float, until: float) -> None:
    """Make the round again and again, each visit at its moment."""
    began, numbers = time.monotonic(), count()

    def visit() -> None:
        while (due := began + (number := next(numbers)) / rate) < until:
            time.sleep(max(0.0, due - time.monotonic()))
            what, ask = visits[number % len(visits)]
            answer = ask()
            record.note(what, (time.monotonic() - due) * 1000, answer.status)

    with ThreadPoolExecutor(VISITORS) as pool:
        for visiting in [pool.submit(visit) for _visitor in range(VISITORS)]:
            visiting.result()


def watch_memory(house: psutil.Process, memory: list[dict[str, int]], enough: Event) -> None:
    """Every five seconds the bytes each service has for itself."""
    while not enough.wait(5):
        memory.append(memory_of(house))


def memory_of(house: psutil.Process) -> dict[str, int]:
    found: Counter[str] = Counter()
    for guard in house.children():
        with suppress(psutil.Error):
            name = json.loads(guard.cmdline()[-1])["name"]
            for process in guard.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    found[name] += process.memory_full_info().uss
    return found


def report(record: Record, memory: list[dict[str, int]], seconds: float, *, lost: int) -> int:
    """Print what was found; 1 when something went wrong."""
    took = sorted(one for each in record.took.values() for one in each)
    wrong = {key: number for key, number in record.statuses.items() if not 200 <= key[1] < 300}
    print(f"{len(took)} requests in {seconds:.0f} s, {len(took) / seconds:.1f} a second, {sum(wrong.values())} errors")
    for (what, status), number in sorted(wrong.items()):
        print(f"  {status} × {number}: {what}")
    print(f"orders acknowledged and not there: {max(0, lost)}")
    print("milliseconds from the moment a request was due: " + _spread(took))
    for what, each in sorted(record.took.items(), key=lambda entry: -median(entry[1])):
        print(f"  {what:28} {_spread(each)}")
    _report_memory(memory)
    return 1 if wrong or lost > 0 else 0


def _spread(took: list[float]) -> str:
    cuts = quantiles(took, n=100, method="inclusive") if len(took) > 1 else took * 99
    return f"p50 {cuts[49]:6.0f}  p95 {cuts[94]:6.0f}  p99 {cuts[98]:6.0f}"


def _report_memory(memory: list[dict[str, int]]) -> None:
    """From the median of the samples after the warm-up to that of the last ones, a tenth of all each."""
    window = max(1, len(memory) // 10)
    warm = int(len(memory) * WARM_UP)
    for name in [*sorted(memory[-1]), "all"]:
        samples = [sum(each.values()) if name == "all" else each.get(name, 0) for each in memory]
        first, last = median(samples[warm : warm + window]), median(samples[-window:])
        growth = f"{100 * (last - first) / first:+.1f} %" if first else "new"
        print(f"memory of {name:9} {first / MEGABYTE:6.1f} MB → {last / MEGABYTE:6.1f} MB ({growth})")


if __name__ == "__main__":
    sys.exit(main())
