"""Compares `nightcrew run REPO --agent true` with a bare Prefect flow of as many tasks, in pairs.

Run it by hand: `python tests/benchmarks/bench_run.py [PAIRS]`. Each pair runs in a fresh home (cold:
the server's database is made), then again in the same home (warm). The target is a ratio of 1.25.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from flows.environment import QUIET  # noqa: E402
from tests.flows.prefect_server import COMMAND, environment  # noqa: E402
from tests.loop.repositories import repository  # noqa: E402

TASKS = 5
"""setup, the check on base and change, attempt, landing: a whole cycle's task runs."""
BARE = f"""
from prefect import flow, task

@task
def step(n):
    return n

@flow
def cycle():
    for n in range({TASKS}):
        step(n)

@flow
def fleet():
    cycle()

fleet()
"""
TARGET = 1.25


def timed(argv: list[str], env: dict[str, str], cwd: Path) -> float:
    """Give how long *argv* took, in seconds."""
    began_s = time.monotonic()
    done = subprocess.run(argv, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.monotonic() - began_s


def settings_for(repo: Path) -> str:
    """Give settings with which `true` performs every step but a landing."""
    checks = 'setup = ["true"]\nchecks = ["true"]\n'
    return f'[repositories.repo]\npath = "{repo}"\n{checks}'


def pair(home: Path, ours_first: bool) -> dict[str, tuple[float, float]]:
    """Give cold and warm seconds of both."""
    (home / "ours").mkdir()
    (home / "bare").mkdir()
    repo = repository(home / "ours" / "repo")
    (home / "ours" / "nightcrew.toml").write_text(settings_for(repo), "utf-8")
    bare_env = environment(home / "bare") | QUIET | {"PREFECT_HOME": str(home / "bare" / "prefect")}
    work = {
        "ours": ([*COMMAND, "run", "repo", "--agent", "true"], environment(home / "ours")),
        "bare": ([sys.executable, "-c", BARE], bare_env),
    }
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in ("cold", "warm"):
        for name in ("ours", "bare") if ours_first else ("bare", "ours"):
            argv, env = work[name]
            times[name].append(timed(argv, env, home / name))
    return {name: (cold, warm) for name, (cold, warm) in times.items()}


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seen = []
    for n in range(pairs):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            seen.append(pair(Path(folder), ours_first=n % 2 == 0))
            print(f"pair {n + 1}: {seen[-1]}, load {os.getloadavg()[0]:.1f}", flush=True)
    for i, kind in enumerate(("cold", "warm")):
        ours = statistics.median(one["ours"][i] for one in seen)
        bare = statistics.median(one["bare"][i] for one in seen)
        ratio = statistics.median(one["ours"][i] / one["bare"][i] for one in seen)
        print(f"{kind}: nightcrew {ours:.1f} s, bare {bare:.1f} s, ratio {ratio:.2f} (<= {TARGET})")


if __name__ == "__main__":
    main()
