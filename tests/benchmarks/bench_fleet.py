"""A run over many repositories beside a bare Prefect flow with as many runs and tasks.

`.venv/bin/python tests/benchmarks/bench_fleet.py [REPOSITORIES] [JOBS] [--served]`: real repositories, a
do-nothing agent, one Prefect server for both: the one that a run starts for itself, or (`--served`) that of
`nightcrew serve`. The bare flow is what Prefect's own documentation shows: a flow, a subflow a repository, a
task a step; once as it comes, once with its heartbeats off as ours has them. A cycle's own cost is what a
further repository adds to a run of one. How fast the machine is now stands beside it.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.flows.prefect_server import BLOCKS, COMMAND, Served, environment  # noqa: E402
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


def main(repositories: int, jobs: int, *, is_served: bool) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        text = f'agent = "true"\nallow_unsandboxed = true\njobs = {jobs}\nsetup = []\n'
        for n in range(repositories):
            repository(home / f"r{n:03}")
            text += f'[repositories.r{n:03}]\npath = "r{n:03}"\n'
        (home / "nightcrew.toml").write_text(text)
        if not is_served:
            env = environment(home, NIGHTCREW_SERVER_IDLE_S="3600")
            try:
                return _measure(env, home, repositories, jobs)
            finally:
                os.kill(int(_server(home)["pid"]), signal.SIGTERM)
        served = Served(home, text, **{BLOCKS: "true"})
        assert served.said.startswith("serving"), served.lines
        try:
            return _measure(served.env, home, repositories, jobs)
        finally:
            served.stop()


def _measure(env: dict[str, str], home: Path, repositories: int, jobs: int) -> None:
    env = env | {"PREFECT_LOGGING_LEVEL": "CRITICAL", "DO_NOT_TRACK": "1"}
    print(f"{repositories} repositories, jobs {jobs}, {_speed():.0f} ns a step")
    _row("nightcrew run, first (clones made)", _ours(env, home))
    one = min(_ours(env, home, "r000") for _ in range(2))
    _row("nightcrew run, warm, one repository", one)
    warm = _ours(env, home)
    _row("nightcrew run, warm", warm, _each(warm, one, repositories))
    script = home / "bare.py"
    script.write_text(BARE)
    api = env | {"PREFECT_API_URL": str(_server(home)["api"])}
    argv = [sys.executable, "-P", str(script), str(repositories), str(jobs)]
    for name, beats in (("as it comes", "on"), ("heartbeats off", "off")):
        took = _timed([*argv, beats], api, home)
        _row(f"bare Prefect, {name}", took, f"ratio {warm / took:.2f}")
    _open_breaker(home)
    one = min(_skips(env, home, "r000") for _ in range(2))
    _row("one skipped by a breaker", one)
    took = _skips(env, home)
    _row("all skipped by a breaker", took, _each(took, one, repositories))


def _row(name: str, took_s: float, note: str = "") -> None:
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{name:36} {took_s:7.1f} s   {load}   {note}", flush=True)


def _each(took_s: float, one_s: float, repositories: int) -> str:
    return f"{(took_s - one_s) / (repositories - 1):.3f} s for each further one"


def _speed() -> float:
    """Give the nanoseconds of one step of a plain Python loop, to compare the figures of two days."""
    steps, began = 5_000_000, time.perf_counter()
    for _ in range(steps):
        began += 0
    return (time.perf_counter() - began) / steps * 1e9


def _server(home: Path) -> dict[str, object]:
    """Give what the server that is up for *home* says of itself."""
    (said,) = (home / "state" / "prefect").glob("*-server.json")
    told: dict[str, object] = json.loads(said.read_text())
    return told


def _ours(env: dict[str, str], home: Path, *names: str) -> float:
    began = time.monotonic()
    done = subprocess.run(
        [*COMMAND, "run", *names, "--json"], env=env, cwd=home, capture_output=True, text=True
    )
    took = time.monotonic() - began
    assert done.returncode == 0, done.stderr[-2000:]
    cycles = json.loads(done.stdout)["cycles"]
    assert all(cycle["outcome"] == "nothing_to_do" for cycle in cycles)
    assert all(cycle["flow_run_id"] for cycle in cycles), done.stderr[-3000:]
    assert "not shown" not in done.stderr, done.stderr[-2000:]
    assert "locked" not in done.stderr
    return took


def _open_breaker(home: Path) -> None:
    """Let a limit of the agent's account stop every cycle."""
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


def _skips(env: dict[str, str], home: Path, *names: str) -> float:
    """Give the seconds of a run in which the breaker stops every cycle."""
    began = time.monotonic()
    done = subprocess.run(
        [*COMMAND, "run", *names, "--json"], env=env, cwd=home, capture_output=True, text=True
    )
    took = time.monotonic() - began
    assert done.returncode == 3, done.stderr[-2000:]
    cycles = json.loads(done.stdout)["cycles"]
    assert all(c["outcome"] == "postponed" and c["flow_run_id"] for c in cycles)
    return took


def _timed(argv: list[str], env: dict[str, str], cwd: Path) -> float:
    began = time.monotonic()
    subprocess.run(argv, env=env, cwd=cwd, check=True, capture_output=True)
    return time.monotonic() - began


if __name__ == "__main__":
    asked = [word for word in sys.argv[1:] if word != "--served"]
    numbers = [*asked, *("200", "2")[len(asked) :]]
    main(int(numbers[0]), int(numbers[1]), is_served="--served" in sys.argv)
