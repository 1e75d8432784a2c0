"""A run where no server is: its own one comes and goes, and `serve` shows the run afterwards."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from tests.flows.prefect_server import COMMAND, Served, free_port
from tests.flows.runs import Desk, Seen, processes_with, state

pytestmark = [pytest.mark.prefect, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("embedded"))
    desk.repo("repo")
    return desk


@pytest.fixture(scope="module")
def succeeded(desk):
    return desk.call("run", "repo", "--agent", "true", "--json")


def test_it_runs_and_prints_one_document_alone(desk, succeeded):
    assert succeeded.code == 0, succeeded.err
    assert succeeded.cycle["outcome"] == "nothing_to_do"
    assert succeeded.cycle["flow_run_id"]
    assert succeeded.err.strip().splitlines()[-1] == "to look at it: nightcrew serve"


def test_a_failed_run_exits_1_an_open_breaker_is_3_and_its_server_is_gone(desk, succeeded):
    script = "sh -c 'echo the moon is gone; exit 7'"
    bounds = {"NIGHTCREW_BOUNDS__UNKNOWN__ATTEMPTS": "1", "NIGHTCREW_CYCLES": "2"}
    bounds["NIGHTCREW_BOUNDS__UNKNOWN__OPENS_AFTER"] = "1"
    desk.settings(f'[repositories.repo]\npath = "{desk.home}/repo"\n')  # the fleet: no probe
    failed = desk.call("run", "--agent", script, "--json", **bounds)
    assert failed.code == 1, failed.err
    assert [c["outcome"] for c in failed.document["cycles"]] == ["failed", "circuit_open"]
    refused = desk.call("run", "--agent", script, "--json", **bounds)
    (desk.home / "nightcrew.toml").unlink()
    assert (refused.code, refused.document["agent_starts"]) == (3, 0), refused.err
    assert not processes_with(str(desk.home))


def test_afterwards_serve_shows_the_run(desk, succeeded):
    served = Served(desk.home)
    try:
        seen = Seen(served)
        cycle = seen.flow_run(succeeded.cycle["cycle"])
        assert state(cycle) == ("COMPLETED", "NothingToDo")
        assert cycle["id"] == succeeded.cycle["flow_run_id"]
        attempt = seen.task_runs(cycle["id"], at_least=1)["attempt 1: maintain"]
        assert state(attempt) == ("COMPLETED", "Completed")
    finally:
        assert served.stop() == 0


def test_ctrl_c_ends_the_embedded_server_too(desk):
    marker = desk.home / "begun"
    process = desk.begin("run", "repo", "--agent", f"sh -c 'touch {marker}; sleep 300'", "--json")
    end = time.monotonic() + 120
    while not marker.exists():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert '"outcome": "cancelled"' in out
    assert "not shown" not in err
    assert not processes_with(str(desk.home))


def test_kill_9_takes_the_embedded_server_along(desk):
    process = desk.begin("run", "repo", "--agent", "true")
    end = time.monotonic() + 60
    while not any_server(desk):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    process.kill()
    process.communicate()
    while any_server(desk):
        assert time.monotonic() < end
        time.sleep(0.1)


def any_server(desk: Desk) -> bool:
    return bool(set(processes_with("flows.embedded_server")) & set(processes_with(str(desk.home))))


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_run_speaks_to_this_machine_alone(desk):
    trace = desk.home / "trace"
    argv = ["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", str(trace), *COMMAND]
    done = subprocess.run(
        [*argv, "run", "repo", "--agent", "true"], env=desk.env, cwd=desk.home, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    calls = [line for line in trace.read_text("utf-8", "replace").splitlines() if "AF_INET" in line]
    assert calls, "strace saw no call at all"
    assert not [call for call in calls if '"127.0.0.1"' not in call and '"::1"' not in call]


def test_the_first_line_comes_within_a_second_when_the_machine_is_quiet(desk):
    began = time.monotonic()
    bare = subprocess.run([*COMMAND, "--version"], env=desk.env, capture_output=True)
    quiet_s = time.monotonic() - began
    assert bare.returncode == 0
    began = time.monotonic()
    process = desk.begin("run", "repo", "--dry-run")
    line = process.stderr.readline()
    first_s = time.monotonic() - began
    process.communicate()  # closes both pipes
    assert line.startswith("nightcrew: ")
    # On a loaded machine every start is slow: the bound then is what any verb costs.
    assert first_s < max(1.0, 2 * quiet_s)


def test_a_dry_run_starts_nothing(desk):
    dry = desk.call("run", "repo", "--agent", "true", "--dry-run", "--json")
    assert dry.code == 0
    (row,) = dry.document["repositories"]
    assert (row["repo"], row["agent"]) == ("repo", "true")
    assert not processes_with(str(desk.home))


@pytest.mark.parametrize(
    ("args", "toml", "words"),
    [
        (("run", "no-such-repository"), "", "no-such-repository"),
        (("run", "repo"), "jobs = [", "nightcrew.toml"),
        (("run", "repo"), "jbos = 2", "jbos"),
        (("rerun", "no-such-cycle"), "", "no such cycle"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_2(desk, args, toml, words):
    desk.settings(toml)
    try:
        ended = desk.call(*args)
    finally:
        (desk.home / "nightcrew.toml").unlink()
    assert (ended.code, ended.out) == (2, "")
    said = [line for line in ended.err.splitlines() if not line.startswith("nightcrew: reading")]
    assert len(said) == 1
    assert words in said[0]


def test_an_exported_server_that_does_not_answer_is_refused_at_once(desk):
    began = time.monotonic()
    api = f"http://127.0.0.1:{free_port()}/api"
    ended = desk.call("run", "repo", "--agent", "true", PREFECT_API_URL=api)
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == (
        f"nightcrew: PREFECT_API_URL: no Prefect server answers at {api}; start it, or unset the"
        " variable"
    )
    assert time.monotonic() - began < 15
