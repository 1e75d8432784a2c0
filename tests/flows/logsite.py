"""A site of log pages for tests: a real store, real files, a real socket."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from flows import logpages
from loop.store import Store
from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.records import AttemptRecord, CycleRecord

RUN = "20261121-020000"
CYCLE = f"{RUN}-demo-cycle-1"
BEGAN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SCRIPT = "<script>alert(1)</script>"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str
    raw: bytes


class Site:
    """A store, a folder of logs, and their pages on a port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.store = Store.open(f"sqlite:///{folder}/nightcrew.db")
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.pages = logpages.app(self.store, self.logs)
        app = Starlette(routes=[Mount("/nightcrew", app=self.pages)])
        config = uvicorn.Config(app, log_level="error", lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self.socket],))
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def ask(self, path: str, method: str = "GET", host: str | None = None) -> Reply:
        """Ask for *path* below the mount, sent as it is written here."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, f"/nightcrew{path}", skip_host=True)
        for name in [host or f"127.0.0.1:{self.port}"]:
            connection.putheader("Host", name)
        connection.endheaders()
        answer = connection.getresponse()
        raw = answer.read()
        connection.close()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, headers, raw.decode("utf-8", "replace"), raw)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self.socket.close()
        self.store.close()

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.logs / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def save(self, **changes: object) -> CycleRecord:
        """Remember the cycle that failed on lines 2512 and 7 of its first pass log."""
        record = CycleRecord(
            cycle=CYCLE,
            run=RUN,
            repo="demo",
            n=1,
            agent="codex",
            started=BEGAN,
            finished=BEGAN + timedelta(seconds=99),
            outcome=CycleOutcome.FAILED,
            failure=a_failure(),
            attempts=(self.attempt(1, failure=a_failure()), self.attempt(2)),
            reason=f"gave up {SCRIPT}",
        ).evolve(**changes)
        self.store.save_cycle(record)
        return record

    def attempt(self, n: int, failure: Failure | None = None) -> AttemptRecord:
        name = f"{CYCLE}.log" if n == 1 else f"{CYCLE}-attempt-{n}.log"
        return AttemptRecord(
            n=n,
            pass_name="maintain",
            exit_code=1,
            stopped_because=None,
            duration_s=71.6,
            pass_log=str(self.logs / name),
            failure=failure,
        )


def a_failure(**changes: object) -> Failure:
    return Failure(
        failure_class=FailureClass.USAGE_LIMIT,
        summary=f"usage limit {SCRIPT}",
        fingerprint="f",
        confidence=Confidence.HIGH,
        lines=(f"ERROR: usage limit {SCRIPT}", "stream \x1b[31merror"),
        line_numbers=(2512, 7),
        remediation=("wait until 05:45",),
    ).evolve(**changes)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()


@pytest.fixture
def site(running: Site) -> Site:
    """The site with one failed cycle: a log of 5,000 lines, a second one of two."""
    for path in sorted(running.logs.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    lines = [f"line {n}" for n in range(1, 5001)]
    lines[6], lines[2511] = "stream error", f"ERROR: usage limit {SCRIPT}"
    running.write(f"{CYCLE}.log", "\n".join(lines) + "\n")
    running.write(f"{CYCLE}-attempt-2.log", "only\n\x1b[2Jtwo \u202e\n")
    running.save()
    return running


def shown(reply: Reply) -> dict[int, str]:
    """Give the log's lines that a page shows, by their anchors."""
    found = re.findall(
        r'<div id="L(\d+)"[^>]*><a href="#L\1">\1</a><span>(.*?)</span></div>', reply.text
    )
    return {int(number): text for number, text in found}


def links(reply: Reply) -> list[str]:
    return re.findall(r'href="([^"#][^"]*)"', reply.text)
