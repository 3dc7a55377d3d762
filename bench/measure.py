"""A measure: something timed in turn with a rival, and what became of it."""

import csv
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

RESULTS = Path(__file__).with_name("results.csv")
HEADER = ("at", "commit", "scale", "measure", "work_ms", "rival_ms", "ratio", "goal")
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that takes at most `goal` times as long as its rival; `name` says both.

    A rival too slow to wait for does the `rival_part` of the work, and what it took is multiplied up.
    """

    name: str
    work: Callable[[], object]
    rival: Callable[[], object]
    goal: float
    rival_part: float = 1.0
    rounds: int = ROUNDS


@dataclass(frozen=True, slots=True)
class Result:
    """Medians in milliseconds by the clock."""

    measure: Measure
    work_ms: float
    rival_ms: float

    @property
    def ratio(self) -> float:
        return self.work_ms / self.rival_ms

    @property
    def reached(self) -> bool:
        return self.ratio <= self.measure.goal


def compare(measure: Measure) -> Result:
    """Both in turn, after one round that does not count."""
    took: dict[str, list[float]] = {"work": [], "rival": []}
    for number in range(measure.rounds + 1):
        for who, run in (("rival", measure.rival), ("work", measure.work)):
            began = time.perf_counter()
            run()
            if number:
                took[who].append((time.perf_counter() - began) * 1000)
    result = Result(measure, median(took["work"]), median(took["rival"]) / measure.rival_part)
    print(
        f"{'reached' if result.reached else 'MISSED '} {result.ratio:8.4f} of {measure.goal:7.4f}"
        f"  {result.work_ms:9.1f} ms : {result.rival_ms:9.1f} ms  {measure.name}"
    )
    return result


def keep(results: Iterable[Result], *, scale: float) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    at = datetime.now(UTC).isoformat(timespec="minutes")
    new = not RESULTS.exists()
    with RESULTS.open("a", newline="") as file:
        lines = csv.writer(file)
        if new:
            lines.writerow(HEADER)
        for one in results:
            told = (f"{one.work_ms:.2f}", f"{one.rival_ms:.2f}", f"{one.ratio:.3f}", one.measure.goal)
            lines.writerow((at, commit, scale, one.measure.name, *told))
