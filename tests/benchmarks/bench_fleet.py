"""A run over many repositories beside a bare Prefect flow with as many runs and tasks, and beside git alone.

`.venv/bin/python tests/benchmarks/bench_fleet.py [REPOSITORIES] [JOBS]`: real repositories, a do-nothing
agent, one Prefect server for both. The bare flow is what Prefect's own documentation shows: a flow, a subflow
a repository, a task a step; once as it comes, once with its heartbeats off as ours has them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.flows.prefect_server import COMMAND, Served  # noqa: E402
from tests.loop.repositories import repository  # noqa: E402

BARE = """
import subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from prefect import flow, task
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

TASKS = ("attempt",)

@flow
def cycle(n: int) -> None:
    for name in TASKS:
        task(lambda: subprocess.run(["true"], check=True), name=name)()

@flow
def fleet(repositories: int, jobs: int) -> None:
    context = copy_context()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda n: context.copy().run(cycle, n), range(repositories)))

repositories, jobs, heartbeats = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "on"
if heartbeats:
    fleet(repositories, jobs)
else:
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        fleet(repositories, jobs)
"""


def main(repositories: int, jobs: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        text = f'agent = "true"\nallow_unsandboxed = true\njobs = {jobs}\nsetup = []\n'
        for n in range(repositories):
            repository(home / f"r{n:03}")
            text += f'[repositories.r{n:03}]\npath = "r{n:03}"\n'
        served = Served(home, text, NIGHTCREW_JOBS=str(jobs))
        assert served.said.startswith("serving"), served.lines
        try:
            _measure(served, home, repositories, jobs)
        finally:
            served.stop()


def _measure(served: Served, home: Path, repositories: int, jobs: int) -> None:
    env = served.env | {"PREFECT_LOGGING_LEVEL": "CRITICAL", "DO_NOT_TRACK": "1"}
    first = _ours(env, home)
    warm = _ours(env, home)
    script = home / "bare.py"
    script.write_text(BARE)
    api = env | {"PREFECT_API_URL": served.api}
    argv = [sys.executable, "-P", str(script), str(repositories), str(jobs)]
    off = _timed([*argv, "off"], api, home)
    on = _timed([*argv, "on"], api, home)
    skipped = _skips(env, home)
    print(f"{repositories} repositories, jobs {jobs}, load {os.getloadavg()[0]:.1f}")
    print(f"nightcrew run, first (clones made)   {first:7.1f} s")
    print(
        f"nightcrew run, warm                  {warm:7.1f} s   {warm / repositories:.3f} s a cycle"
    )
    print(f"bare Prefect, as it comes            {on:7.1f} s   ratio {warm / on:.2f}")
    print(f"bare Prefect, heartbeats off         {off:7.1f} s   ratio {warm / off:.2f}")
    print(
        f"all skipped by a breaker             {skipped:7.1f} s   {skipped / repositories:.3f} s a skip"
    )


def _ours(env: dict[str, str], home: Path) -> float:
    began = time.monotonic()
    done = subprocess.run(
        [*COMMAND, "run", "--json"], env=env, cwd=home, capture_output=True, text=True
    )
    took = time.monotonic() - began
    assert done.returncode == 0, done.stderr[-2000:]
    cycles = json.loads(done.stdout)["cycles"]
    assert all(cycle["outcome"] == "nothing_to_do" for cycle in cycles)
    assert all(cycle["flow_run_id"] for cycle in cycles), done.stderr[-3000:]
    assert "not shown" not in done.stderr, done.stderr[-2000:]
    assert "locked" not in done.stderr
    return took


def _skips(env: dict[str, str], home: Path) -> float:
    """Give the seconds of a run in which a limit of the agent's account stops every cycle."""
    from datetime import UTC, datetime, timedelta

    from loop.store import Store
    from policies.breaker import BreakerState, Phase

    until = datetime.now(UTC) + timedelta(days=2)
    store = Store.open(f"sqlite:///{home}/state/nightcrew.db")
    opened = BreakerState(
        key="agent:true", phase=Phase.OPEN, until=until, stated_end=until, summary="usage limit"
    )
    store.change_breakers(["agent:true"], lambda _known: [opened])
    store.close()
    began = time.monotonic()
    done = subprocess.run(
        [*COMMAND, "run", "--json"], env=env, cwd=home, capture_output=True, text=True
    )
    assert done.returncode == 3, done.stderr[-2000:]
    cycles = json.loads(done.stdout)["cycles"]
    assert all(c["outcome"] == "postponed" and c["flow_run_id"] for c in cycles)
    return time.monotonic() - began


def _timed(argv: list[str], env: dict[str, str], cwd: Path) -> float:
    began = time.monotonic()
    subprocess.run(argv, env=env, cwd=cwd, check=True, capture_output=True)
    return time.monotonic() - began


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], *("200", "2")[len(sys.argv) - 1 :]]))
