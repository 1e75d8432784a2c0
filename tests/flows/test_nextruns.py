"""What starts next, asked of servers that answer well, badly, or not at all. Each is a real socket."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from flows import announcement
from flows.nextruns import PAGE, next_runs
from policies.plan import RepoPlan
from policies.schedule import Schedule

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
AT_TWO = Schedule(cron="0 2 * * *", timezone="UTC", stagger_minutes=0)
TWO = NOW + timedelta(hours=1)
PLANS = [
    RepoPlan(name="a", path="/a", schedule=AT_TWO),
    RepoPlan(name="b", path="/b", schedule=AT_TWO),
    RepoPlan(name="by-hand", path="/c"),
]


class _Prefect(BaseHTTPRequestHandler):
    """Answers as Prefect's server does; `answers` is a body a path, or the status of an error."""

    answers: dict[str, object]

    def do_GET(self) -> None:
        answer = self.answers.get(self.path, 404)
        body = json.dumps(answer).encode()
        self.send_response(answer if isinstance(answer, int) else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def announce(home: Path, port: int) -> None:
    api = f"http://127.0.0.1:{port}/api"
    announcement.announce(home / announcement.SERVED, api, os.getpid(), "3.8.8")


@contextmanager
def prefect(home: Path, **answers: object) -> Iterator[None]:
    paths = {
        "/api/work_pools/nightcrew": {"status": "READY"},
        "/api/flow_runs/filter": [],
        "/api/deployments/filter": [],
    }
    told = {path: answers.get(path.split("/")[2], body) for path, body in paths.items()}
    handler = type("Handler", (_Prefect,), {"answers": told})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    announce(home, server.server_port)
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def row(repo: str, start: datetime) -> dict[str, object]:
    return {
        "parameters": {"repository": repo},
        "next_scheduled_start_time": start.isoformat().replace("+00:00", "Z"),
        "expected_start_time": None,
    }


def test_without_a_serve_the_schedule_is_computed(tmp_path):
    ahead = next_runs(PLANS, tmp_path, NOW)
    assert ahead.starts == {"a": TWO, "b": TWO}
    assert (ahead.is_served, ahead.why_unasked) == (False, "")


def test_a_serve_is_asked_and_its_first_run_of_each_counts(tmp_path):
    rows = [row("a", NOW - timedelta(minutes=5)), row("a", TWO), row("stranger", TWO)]
    paused = [{"name": "b"}]
    with prefect(tmp_path, flow_runs=rows, deployments=paused):
        ahead = next_runs(PLANS, tmp_path, NOW)
    assert ahead.starts == {"a": NOW - timedelta(minutes=5), "stranger": TWO}
    assert (ahead.is_served, ahead.why_unasked, ahead.pool) == (True, "", "READY")
    assert (ahead.paused_there, ahead.unscheduled) == ({"b"}, frozenset())


def test_a_schedule_of_which_the_server_has_no_run_is_told(tmp_path):
    with prefect(tmp_path, flow_runs=[row("a", TWO)]):
        ahead = next_runs(PLANS, tmp_path, NOW)
    assert (ahead.unscheduled, set(ahead.starts)) == ({"b"}, {"a"})


def test_what_does_not_fit_into_one_answer_is_computed(tmp_path):
    later = NOW + timedelta(days=1)
    with prefect(tmp_path, flow_runs=[row("a", later)] * PAGE):
        ahead = next_runs(PLANS, tmp_path, NOW)
    assert (ahead.starts, ahead.unscheduled) == ({"a": later, "b": TWO}, frozenset())


@pytest.mark.parametrize(
    ("pool", "told"), [({"status": "NOT_READY"}, "NOT_READY"), (404, "MISSING")]
)
def test_a_server_without_a_worker_is_told(tmp_path, pool, told):
    with prefect(tmp_path, work_pools=pool):
        assert next_runs(PLANS, tmp_path, NOW).pool == told


@pytest.mark.parametrize(
    "answers",
    [
        {"work_pools": 500},
        {"flow_runs": 503},
        {"flow_runs": {"detail": "what?"}},
        {"flow_runs": [{}]},
        {"flow_runs": [row("a", TWO) | {"parameters": None}]},
        {"deployments": "hello"},
        {"work_pools": []},
    ],
)
def test_answers_that_make_no_sense_are_as_none(tmp_path, answers):
    with prefect(tmp_path, **answers):
        ahead = next_runs(PLANS, tmp_path, NOW)
    assert ahead.starts == {"a": TWO, "b": TWO}
    assert (ahead.is_served, ahead.unscheduled) == (True, frozenset())
    assert "does not answer" in ahead.why_unasked


@pytest.mark.parametrize("listens", [True, False])
def test_a_server_that_is_gone_or_hangs_is_not_waited_for(tmp_path, listens):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        if listens:
            taken.listen()
        announce(tmp_path, taken.getsockname()[1])
        ahead = next_runs(PLANS, tmp_path, NOW)
    assert ahead.starts == {"a": TWO, "b": TWO}
    assert ahead.is_served and ahead.why_unasked
