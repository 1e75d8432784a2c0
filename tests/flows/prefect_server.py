"""A real `nightcrew serve` for tests: started as a person starts it, spoken to over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

COMMAND = (sys.executable, "-P", "-c", "from flows.cli import main; main()")
"""The installed command, also where its script is not on PATH."""

READY_S = 240.0


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give the environment of a person whose HOME is *home*."""
    kept = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(home)}
    names = {
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }
    return kept | names | {"NIGHTCREW_STATE_DIR": str(home / "state"), "CI": "true"} | more


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Served:
    """A server that is up."""

    def __init__(self, home: Path) -> None:
        """Start it and wait until it says where."""
        self.home = home
        self.port = free_port()
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.env = environment(home)
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(self.port)],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline()

    def stop(self) -> int:
        """Send TERM and give the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
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
