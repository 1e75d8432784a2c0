"""`stop` and `show --follow` with a real process that runs a cycle."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from flows.cli.show import show
from flows.cli.stop import stop, stop_alone, stop_runs
from loop import stopping
from loop.running import mark_of, process_of
from loop.store import Store
from policies.failure import CycleOutcome
from policies.records import CycleRecord
from tests.loop.two_cycles import TwoCycles

CHILD = """
import os, signal, sys
from datetime import UTC, datetime
import psutil
from loop.store import Store
from policies.failure import CycleOutcome
from policies.records import CycleRecord

url, log, names = sys.argv[1], sys.argv[2], sys.argv[3:]
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
store = Store.open(url)
me = psutil.Process()
mark = {"pid": me.pid, "started": me.create_time(), "host": os.uname().nodename}
open(log, "w").write("first\\n")
for name in names:
    store.save_cycle(CycleRecord(cycle=name, run="r", repo="demo", n=1, agent="a",
                                 started=datetime.now(UTC)))
    store.remember("running", name, mark)
print("ready", flush=True)
times = [signal.sigtimedwait({signal.SIGTERM}, 60)]
while again := signal.sigtimedwait({signal.SIGTERM}, 0.3):
    times.append(again)
with open(log, "a") as file:
    file.write("\\x1b[31mlast\\x1b[0m\\n")
for name in names:
    cycle = store.cycle(name)
    store.save_cycle(cycle.evolve(outcome=CycleOutcome.CANCELLED, finished=datetime.now(UTC),
                                  reason=f"{len(times)} signal"))
    store.remember("running", name, None)
"""

app = typer.Typer()
app.command()(show)
app.command()(stop)

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    (tmp_path / "logs").mkdir()
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTCREW_STATE_URL", url)
    monkeypatch.setenv("NIGHTCREW_STATE_DIR", str(tmp_path / "state"))
    store = Store.open(url)
    yield store
    store.close()


@pytest.fixture
def start(store: Store, tmp_path: Path) -> Iterator[Start]:
    """Start a process that says that it runs the named cycles until TERM."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*names: str) -> subprocess.Popen[str]:
        log = tmp_path / "logs" / f"{names[0]}.log"
        root = Path(__file__).resolve().parents[2]
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, f"sqlite:///{tmp_path / 'store.db'}", str(log), *names],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(root)},
        )
        begun.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        return child

    yield begin
    for child in begun:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _running(name: str) -> CycleRecord:
    return CycleRecord(cycle=name, run="r", repo="demo", n=1, agent="a", started=datetime.now(UTC))


def test_stop_ends_the_process_once_and_waits_for_both_records(store: Store, start: Start) -> None:
    child = start("r-demo-cycle-1", "r-demo-cycle-2")
    result = CliRunner().invoke(app, ["stop"])
    assert result.exit_code == 0
    assert child.wait(10) == 0
    for name in ("r-demo-cycle-1", "r-demo-cycle-2"):
        cycle = store.cycle(name)
        assert cycle is not None
        assert (cycle.outcome, cycle.reason) == (CycleOutcome.CANCELLED, "1 signal")
    assert f"stopping process {child.pid}" in result.stderr
    assert "r-demo-cycle-2: cancelled" in result.stderr


def test_stop_of_one_repository_leaves_what_else_its_process_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = TwoCycles(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIGHTCREW_STATE_URL", run.url)
    monkeypatch.setenv("NIGHTCREW_STATE_DIR", str(tmp_path / "state"))
    try:
        run.begun()
        result = CliRunner().invoke(app, ["stop", "a"])
        assert (result.exit_code, result.stderr) == (0, f"{run.first}: cancelled\n")
        assert run.outcome(run.second) == "running"
        assert run.store.recall(stopping.KIND, run.first) is None
        result = CliRunner().invoke(app, ["stop", run.second])
        assert (result.exit_code, result.stderr) == (0, f"{run.second}: cancelled\n")
        assert run.process.wait(20) == 0
    finally:
        run.close()


def test_a_process_that_does_not_hear_is_ended_with_its_run(store: Store, start: Start) -> None:
    child = start("r-demo-cycle-1")
    store.save_cycle(_running("r-other-cycle-1").evolve(repo="other"))
    gone = CliRunner().invoke(app, ["stop", "other"])
    assert (gone.exit_code, child.poll()) == (1, None)
    assert "process is gone" in gone.stderr
    result = CliRunner().invoke(app, ["stop", "demo"])
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "r-demo-cycle-1: its process did not hear it within 5 s",
        f"r-demo-cycle-1: stopping process {child.pid}, which ends its whole run r",
        "r-demo-cycle-1: cancelled",
    ]


def test_a_cycle_of_another_machine_is_asked_through_the_store(store: Store, start: Start) -> None:
    child = start("r-demo-cycle-1")
    mark = mark_of(store, "r-demo-cycle-1")
    assert mark is not None
    store.remember("running", "r-demo-cycle-1", mark | {"host": "elsewhere.example"})
    asked: list[object] = []

    def there(_seconds: float) -> None:
        request = store.recall(stopping.KIND, "r-demo-cycle-1")
        if not asked and request:
            asked.append(request)
            ended = _running("r-demo-cycle-1").evolve(
                outcome=CycleOutcome.CANCELLED, finished=datetime.now(UTC)
            )
            store.save_cycle(ended)

    assert stop_alone([_running("r-demo-cycle-1")], store, sleep=there) == 0
    assert len(asked) == 1
    assert child.poll() is None


def test_a_cycle_of_another_machine_that_does_not_hear_is_left_to_it(
    store: Store, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    child = start("r-demo-cycle-1")
    mark = mark_of(store, "r-demo-cycle-1")
    assert mark is not None
    store.remember("running", "r-demo-cycle-1", mark | {"host": "elsewhere.example"})
    ticks = iter(range(0, 1000, 5))
    cycles = [_running("r-demo-cycle-1")]
    assert stop_alone(cycles, store, lambda: next(ticks), lambda _: None) == 1
    assert "runs on another machine, elsewhere.example" in capsys.readouterr().err
    assert child.poll() is None
    assert store.recall(stopping.KIND, "r-demo-cycle-1") is None


def test_a_scheduled_fleet_of_which_nothing_runs_is_told_how_to_pause(
    store: Store, tmp_path: Path
) -> None:
    text = (
        '[repositories.demo]\npath = "demo"\nschedule = "hourly"\n[repositories.other]\npath = "o"'
    )
    (tmp_path / "nightcrew.toml").write_text(text)
    for args, hint in (([], "nightcrew pause "), (["demo"], "nightcrew pause demo ")):
        result = CliRunner().invoke(app, ["stop", *args])
        nothing, told = result.stderr.splitlines()
        assert (result.exit_code, nothing[:18]) == (1, "nothing is running")
        assert told.startswith(hint)
    result = CliRunner().invoke(app, ["stop", "other"])
    assert (result.exit_code, result.stderr) == (1, "nothing is running (other)\n")


def test_nothing_running_is_one_line_and_exit_1(store: Store) -> None:
    result = CliRunner().invoke(app, ["stop"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "nothing is running (here)\n"


def test_another_process_that_has_the_id_now_is_left_alone(store: Store, start: Start) -> None:
    child = start("r-demo-cycle-1")
    mark = mark_of(store, "r-demo-cycle-1")
    assert mark is not None
    assert process_of(mark) is not None
    store.remember("running", "r-demo-cycle-1", mark | {"started": mark["started"] - 100})
    result = CliRunner().invoke(app, ["stop"])
    assert result.exit_code == 1
    assert "process is gone" in result.stderr
    assert child.poll() is None


def test_a_run_of_another_machine_is_named_not_killed(store: Store, start: Start) -> None:
    child = start("r-demo-cycle-1")
    mark = mark_of(store, "r-demo-cycle-1")
    assert mark is not None
    store.remember("running", "r-demo-cycle-1", mark | {"host": "elsewhere.example"})
    result = CliRunner().invoke(app, ["stop"])
    assert result.exit_code == 1
    assert "elsewhere.example" in result.stderr
    assert child.poll() is None


def test_a_process_that_does_not_end_is_said(store: Store, start: Start) -> None:
    child = start("r-demo-cycle-1")
    os.kill(child.pid, 19)  # stopped: it cannot answer TERM
    ticks = iter(range(0, 1000, 5))
    try:
        code = stop_runs([_running("r-demo-cycle-1")], store, lambda: next(ticks), lambda _: None)
    finally:
        os.kill(child.pid, 18)
    assert code == 1


def test_follow_prints_what_comes_until_the_cycle_ends(
    store: Store, start: Start, tmp_path: Path
) -> None:
    child = start("r-demo-cycle-1")
    code = "import typer; from flows.cli.show import show; typer.run(show)"
    follower = subprocess.Popen(
        [sys.executable, "-c", code, "demo", "--follow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    try:
        assert follower.stdout is not None
        assert follower.stdout.readline() == "first\n"
        child.terminate()
        out, err = follower.communicate(timeout=20)
    finally:
        with suppress(ProcessLookupError):
            follower.kill()
    assert out == "last\n"
    assert follower.returncode == 0
    assert re.search(r"r-demo-cycle-1: cancelled", err)


def test_follow_of_a_dead_run_ends(store: Store, start: Start) -> None:
    child = start("r-demo-cycle-1")
    child.kill()
    child.wait()
    began = time.monotonic()
    result = CliRunner().invoke(app, ["show", "demo", "--follow"])
    assert time.monotonic() - began < 5
    assert (result.exit_code, result.stdout) == (0, "first\n")
