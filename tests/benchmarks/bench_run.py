"""Compares `nightcrew run REPO --agent true` with a bare Prefect flow of as many tasks, in pairs.

Run it by hand: `python tests/benchmarks/bench_run.py [PAIRS]`. Each pair runs in a fresh home (cold:
the server's database is made), then again in the same home (warm: the local server is found again).
The targets: a ratio of 1.25, and a first attempt within 15 s cold and 3 s warm.
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
FIRST: list[float] = []
"""Seconds to the first attempt: cold, warm, cold, warm, …"""


def timed(argv: list[str], env: dict[str, str], cwd: Path) -> float:
    """Give how long *argv* took, in seconds."""
    began_s = time.monotonic()
    done = subprocess.run(argv, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.monotonic() - began_s


def to_first_attempt(argv: list[str], env: dict[str, str], cwd: Path) -> tuple[float, float]:
    """Give the seconds until the first attempt began, and until the end."""
    began_s = first_s = time.monotonic()
    with subprocess.Popen(
        argv, env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if ", attempt 1: log" in line:
                first_s = time.monotonic()
    if process.returncode:
        raise SystemExit(f"{argv} ended with {process.returncode}")
    return first_s - began_s, time.monotonic() - began_s


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
    # Longer than the bare flow takes in between: warm is the server that is found again.
    ours_env = environment(home / "ours", NIGHTCREW_SERVER_IDLE_S="120")
    work = {
        "ours": ([*COMMAND, "run", "repo", "--agent", "true"], ours_env),
        "bare": ([sys.executable, "-c", BARE], bare_env),
    }
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in ("cold", "warm"):
        for name in ("ours", "bare") if ours_first else ("bare", "ours"):
            argv, env = work[name]
            if name == "ours":
                first_s, whole_s = to_first_attempt(argv, env, home / name)
                FIRST.append(first_s)
                times[name].append(whole_s)
            else:
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
        print(f"{kind}: first attempt after {statistics.median(FIRST[i::2]):.1f} s")


if __name__ == "__main__":
    main()
