"""Starts the Prefect server on our state folder and waits with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.environment import announce, served_at, settle
from loop.errors import NightcrewError

READY_S = 180.0
"""A first start migrates its database; 80 s were seen on a busy machine."""
STOP_S = 15.0
POLL_S = 0.25
HOST = "127.0.0.1"


def serve_until_stopped(
    prefect_home: Path, port: int, say: Callable[[str], None], cwd: Path
) -> int:
    """Serve until TERM or Ctrl-C; give 0, or 1 when the server died by itself.

    Raises NightcrewError when another one serves this state folder, an exported PREFECT_API_URL
    names a server of somebody else's, or the server does not come up.
    """
    exported = os.environ.get("PREFECT_API_URL")
    if exported:
        raise NightcrewError(
            f"PREFECT_API_URL names {exported}: that server is used; unset it to serve your own"
        )
    if other := served_at(prefect_home):
        raise NightcrewError(f"already served at {other.removesuffix('/api')}; use that one")
    settle(os.environ, prefect_home)
    log = prefect_home / "server.log"
    server = _start(port, log, cwd)
    place = None
    try:
        _await(server, port, log)
        place = announce(prefect_home, f"http://{HOST}:{port}/api")
        say(f"serving http://{HOST}:{port} (Ctrl-C stops; log {log})")
        return _wait(server, log, say)
    finally:
        if place is not None:
            place.unlink(missing_ok=True)
        _stop(server)


def _start(port: int, log: Path, cwd: Path) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-P", "-m", "prefect", "server", "start"]
    # Its pages ask the address that they are told, which is port 4200 whatever port was given.
    told = {"PREFECT_SERVER_UI_API_URL": f"http://{HOST}:{port}/api"}
    with log.open("ab") as stream:
        return subprocess.Popen(
            [*argv, "--host", HOST, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=os.environ | told,
            cwd=cwd,
            start_new_session=True,
        )


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise NightcrewError(
                f"port {port}: the Prefect server did not start: {_last_words(log)}; "
                f"is the port in use? choose another with --port"
            )
        if _answers(port):
            return
        time.sleep(POLL_S)
    raise NightcrewError(f"the Prefect server did not answer within {READY_S:.0f} s; see {log}")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/api/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _wait(server: subprocess.Popen[bytes], log: Path, say: Callable[[str], None]) -> int:
    stopped: list[int] = []

    def on_signal(number: int, _frame: Any) -> None:
        stopped.append(number)

    before = {n: signal.signal(n, on_signal) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stopped and server.poll() is None:
            time.sleep(POLL_S)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if stopped:
        say("stopped")
        return 0
    say(f"the Prefect server ended by itself: {_last_words(log)}")
    return 1


def _stop(server: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, number)
            server.wait(STOP_S)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:200] if lines else f"nothing in {log}"
