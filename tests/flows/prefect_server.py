"""A real `nightcrew serve` for tests: started as a person starts it, spoken to over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

COMMAND = (sys.executable, "-P", "-c", "from flows.cli import main; main()")
"""The installed command, also where its script is not on PATH."""

CONNECTS = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto")
"""Writes down whom a tree of processes speaks to; without seccomp each of their calls would stop it."""

READY_S = 240.0
IDLE = {"NIGHTCREW_SERVER_IDLE_S": "20"}
"""A server that a run started for itself must not outlive the tests by half an hour."""
BLOCKS = "PREFECT_SERVER_REGISTER_BLOCKS_ON_START"
LATER = {BLOCKS: "false"}
"""As at a later start: only the first also fills Prefect's catalogue of blocks, which takes seconds."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give the environment of a person whose HOME is *home*."""
    kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(home)}
    names = {
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }
    return kept | names | {"NIGHTCREW_STATE_DIR": str(home / "state"), "CI": "true"} | IDLE | more


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Served:
    """A server that is up."""

    def __init__(
        self, home: Path, fleet: str | None = None, *, first: bool = False, **env: str
    ) -> None:
        """Start it on the fleet that the text of a nightcrew.toml names; None: its pages alone.

        *first*: it fills Prefect's catalogue of blocks, as the first start of all does.
        """
        if not first:
            env = LATER | env
        self.home = home
        self.port = free_port()
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.env = environment(home, **env)
        if fleet is not None:
            (home / "nightcrew.toml").write_text(fleet, "utf-8")
        self.lines: list[str] = []
        self.start(() if fleet is not None else ("--ui-only",))

    def start(self, options: tuple[str, ...] = ()) -> None:
        """Start it (again) and wait until it says where, or ends."""
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(self.port), *options],
            env=self.env,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.said = ""
        while not self.said.startswith("serving") and (line := self.process.stderr.readline()):
            self.said = line
            self.lines.append(line)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with suppress(ValueError), self.process.stderr as said:  # closed meanwhile
            self.lines.extend(said)

    def stop(self) -> int:
        """Send TERM and give the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code

    def post(self, path: str, body: dict) -> object:
        """Give what the API answers."""
        request = urllib.request.Request(
            f"{self.api}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def until(self, path: str, body: dict, wanted, limit_s: float = 90.0) -> list:
        """Ask again until *wanted* of the answer is true."""
        end = time.monotonic() + limit_s
        while not wanted(answer := self.post(path, body)):
            assert time.monotonic() < end, f"{path}: {answer}"
            time.sleep(0.5)
        return answer
