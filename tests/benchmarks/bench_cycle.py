"""Tells what a cycle costs beside its agent, and how many git processes it starts.

Run by hand: `python tests/benchmarks/bench_cycle.py [CYCLES]`. Without Prefect, setup and checks. Beside
each kind of cycle, in the same run: as many bare `git rev-parse HEAD`, and one `sh -c true` as its agent.
It asserts nothing; the target is 0.3 s a cycle, Prefect included.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from loop.cycle import run_cycle  # noqa: E402  (a script finds the project first)
from loop.story import Order  # noqa: E402
from policies.records import CycleRecord  # noqa: E402
from tests.loop.nights import Night  # noqa: E402
from tests.loop.repositories import git, repository  # noqa: E402

FILES = 200
"""Of the repository."""
CHANGE = "sh -c 'date +%s%N > changed'"
started: list[str] = []
"""The program of each child that this process started."""


def note(event: str, args: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        started.append(os.fsdecode(args[0]))


def timed(work: Callable[[], object]) -> float:
    """Give how long *work* took, in milliseconds."""
    began_s = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began_s)


class Place:
    """A repository and the nights over it."""

    def __init__(self, folder: Path) -> None:
        files = {f"src/part{n % 10}/file{n}.py": f"print({n})\n" for n in range(FILES)}
        self.repo = repository(folder / "repo", files)
        self.night = Night(folder)
        self.n = 0

    def cycle(self, agent: str) -> CycleRecord:
        """Run the next cycle with *agent*."""
        self.n += 1
        run = f"20261121-{self.n:06}"
        plan = self.night.plan(self.repo, agent)
        order = Order(run=run, cycle=f"{run}-repo-cycle-1", n=1, plan=plan)
        return run_cycle(order, self.night.crew)


def measured(place: Place, agent: str, cycles: int) -> tuple[list[float], list[int]]:
    """Give milliseconds and git processes of each of *cycles*."""
    walls_ms, calls = [], []
    for _ in range(cycles):
        started.clear()
        walls_ms.append(timed(lambda: place.cycle(agent)))
        calls.append(sum(Path(name).name == "git" for name in started))
    return walls_ms, calls


def beside(place: Place, times: int, calls: int) -> tuple[float, float]:
    """Give milliseconds of *calls* bare git processes, and of an agent that does nothing."""
    ask = ("git", "-C", str(place.repo), "rev-parse", "HEAD")
    bare_ms = [
        timed(lambda: [subprocess.run(ask, capture_output=True, check=True) for _ in range(calls)])
        for _ in range(times)
    ]
    agent_ms = [
        timed(lambda: subprocess.run(("sh", "-c", "true"), check=True)) for _ in range(times)
    ]
    return statistics.median(bare_ms), statistics.median(agent_ms)


def tell(kind: str, place: Place, walls_ms: list[float], calls: list[int]) -> None:
    git_calls = int(statistics.median(calls))
    bare_ms, agent_ms = beside(place, min(len(walls_ms), 5), git_calls)
    wall_ms = statistics.median(walls_ms)
    print(
        f"{kind:32} {wall_ms:7.0f} {min(walls_ms):7.0f} {max(walls_ms):7.0f} {git_calls:5}"
        f" {bare_ms:8.0f} {agent_ms:9.1f} {wall_ms / bare_ms:6.1f}",
        flush=True,
    )


def main() -> None:
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    sys.addaudithook(note)
    print(f"{FILES} files, {cycles} cycles a kind, load {os.getloadavg()[0]:.1f}; milliseconds")
    head = ("median", "least", "most", "git", "bare git", "sh -c true", "ratio")
    print(f"{'':32} " + "{:>7} {:>7} {:>7} {:>5} {:>8} {:>9} {:>6}".format(*head))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Place(Path(folder))
        tell("the first: imports, clone", place, *measured(place, "true", 1))
        tell("nothing to do", place, *measured(place, "true", cycles))
        tell("a change on nightcrew/work", place, *measured(place, CHANGE, cycles))
        tell("nothing to do, work waits", place, *measured(place, "true", cycles))
        git(place.repo, "merge", "-q", "nightcrew/work")
        tell("the first after a merge", place, *measured(place, "true", 1))
        place.night.close()


if __name__ == "__main__":
    main()
