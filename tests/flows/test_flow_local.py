"""A run where no server is: it starts one that later runs find, and that ends when idle."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.flows.prefect_server import BLOCKS, COMMAND, CONNECTS, Served, free_port
from tests.flows.runs import Desk, Seen, processes_with, state

pytestmark = [pytest.mark.prefect, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("local"))
    desk.repo("repo")
    yield desk
    for pid in servers(desk):
        os.kill(pid, signal.SIGTERM)
    gone(desk)


def servers(desk: Desk) -> list[int]:
    ours = set(processes_with("flows.server_process")) & set(processes_with(str(desk.home)))
    return sorted(ours)


def gone(desk: Desk, limit_s: float = 60) -> bool:
    end = time.monotonic() + limit_s
    while servers(desk) and time.monotonic() < end:
        time.sleep(0.1)
    return not servers(desk)


@pytest.fixture(scope="module")
def succeeded(desk):
    return desk.call("run", "repo", "--agent", "true", "--json")


def test_it_runs_and_prints_one_document_alone(desk, succeeded):
    assert succeeded.code == 0, succeeded.err
    assert succeeded.cycle["outcome"] == "nothing_to_do"
    assert succeeded.cycle["flow_run_id"]
    last = succeeded.err.strip().splitlines()[-1]
    assert last.startswith("to look at it: http://127.0.0.1:")
    assert last.endswith(" (while its server is up; later: nightcrew serve --ui-only)")


def test_the_page_that_the_last_line_names_is_there(desk, succeeded):
    page = succeeded.err.strip().splitlines()[-1].removeprefix("to look at it: ").split(" ")[0]
    request = urllib.request.Request(page, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


def test_a_later_run_finds_the_same_server(desk, succeeded):
    before = servers(desk)
    assert len(before) == 1
    again = desk.call("run", "repo", "--agent", "true", "--json")
    assert again.code == 0, again.err
    assert servers(desk) == before


def test_two_first_runs_at_once_start_one_server(tmp_path):
    desk = Desk(tmp_path, **{BLOCKS: "true"})  # without any database: the one server makes it
    for name in ("one", "two"):
        desk.repo(name)
    both = [desk.begin("run", name, "--agent", "true", "--json") for name in ("one", "two")]
    ended = [process.communicate(timeout=180) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    assert len(servers(desk)) == 1
    assert all("not shown" not in err for _, err in ended)
    for pid in servers(desk):
        os.kill(pid, signal.SIGTERM)
    assert gone(desk)


def test_it_ends_by_itself_when_nobody_uses_it(tmp_path):
    desk = Desk(tmp_path, NIGHTCREW_SERVER_IDLE_S="1")
    desk.repo("repo")
    marker = tmp_path / "begun"
    going = desk.begin("run", "repo", "--agent", f"sh -c 'touch {marker}; sleep 8'", "--json")
    end = time.monotonic() + 120
    while not marker.exists():
        assert going.poll() is None and time.monotonic() < end
        time.sleep(0.1)
    time.sleep(4)
    assert servers(desk), "a run that uses it keeps it"
    assert going.communicate(timeout=60)
    assert going.returncode == 0
    assert gone(desk)
    assert not (tmp_path / "state" / "prefect" / "local-server.json").exists()


def test_a_failed_run_exits_1_and_an_open_breaker_is_3(desk, succeeded):
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


def test_afterwards_serve_shows_the_run(desk, succeeded):
    served = Served(desk.home)
    try:
        seen = Seen(served)
        cycle = seen.flow_run(succeeded.cycle["cycle"])
        assert state(cycle) == ("COMPLETED", "NothingToDo")
        assert cycle["id"] == succeeded.cycle["flow_run_id"]
        attempt = seen.task_runs(cycle["id"], at_least=1)["attempt 1: maintain"]
        assert state(attempt) == ("COMPLETED", "Completed")
        assert len(servers(desk)) == 1, "the local server is ended when serve takes over"
    finally:
        assert served.stop() == 0


def test_ctrl_c_does_not_reach_the_server(desk):
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
    assert servers(desk)
    assert not processes_with(str(marker))


def test_after_kill_9_of_a_run_nobody_uses_the_server_any_more(tmp_path):
    desk = Desk(tmp_path, NIGHTCREW_SERVER_IDLE_S="1")
    desk.repo("repo")
    process = desk.begin("run", "repo", "--agent", "true")
    end = time.monotonic() + 60
    while not servers(desk):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    process.kill()
    process.communicate()
    assert gone(desk)


def test_a_later_run_says_of_a_killed_one_that_it_crashed(desk, succeeded):
    marker = desk.home / "killed-begun"
    going = desk.begin("run", "repo", "--agent", f"sh -c 'touch {marker}; sleep 300; true'")
    end = time.monotonic() + 120
    while not marker.exists():
        assert going.poll() is None and time.monotonic() < end
        time.sleep(0.1)
    going.kill()
    going.communicate()
    api = json.loads((desk.home / "state/prefect/local-server.json").read_text())["api"]
    again = desk.call("run", "repo", "--agent", "true", "--json")
    assert again.code == 0, again.err
    assert not processes_with(str(marker))
    request = urllib.request.Request(
        f"{api}/flow_runs/filter",
        data=json.dumps({"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer) == []


def test_a_server_that_was_killed_is_started_again(desk, succeeded):
    for pid in servers(desk):
        os.kill(pid, signal.SIGKILL)
    again = desk.call("run", "repo", "--agent", "true", "--json")
    assert again.code == 0, again.err
    assert "not shown" not in again.err
    assert len(servers(desk)) == 1


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_run_speaks_to_this_machine_alone(desk):
    trace = desk.home / "trace"
    argv = [*CONNECTS, "-o", str(trace), *COMMAND]
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


class Answering(BaseHTTPRequestHandler):
    """Something at an address that is no server of ours."""

    status, body = 200, b'"3.1.0"'

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_args) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b'"3.1.0"', "is Prefect 3.1.0, this Nightcrew speaks"),
        (200, b'"4.0.0"', "is Prefect 4.0.0, this Nightcrew speaks"),
        (200, b"<html>", "no Prefect server answers"),
        (401, b"", "refuses the password (HTTP 401); set PREFECT_API_AUTH_STRING"),
        (404, b"", "answers HTTP 404; name the address of a Prefect server's API"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_line(desk, status, body, words):
    handler = type("Answering", (Answering,), {"status": status, "body": body})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        api = f"http://127.0.0.1:{server.server_port}/api"
        ended = desk.call("run", "repo", "--agent", "true", PREFECT_API_URL=api)
        server.shutdown()
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err.splitlines()[-1]
    assert "Traceback" not in ended.err
