"""A Prefect server process of ours: its socket is opened here, so that nobody can take the port between."""

from __future__ import annotations

import errno
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from loop.errors import NightcrewError

HOST = "127.0.0.1"
READY_S = 180.0
"""A first start migrates its database; 80 s were seen on a busy machine."""
BACKLOG = 128


def listen(port: int = 0) -> socket.socket:
    """Give a socket that listens on the loopback *port* (0: any). Raises NightcrewError."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as problem:
        listening.close()
        taken = isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE
        why = "is in use" if taken else f"cannot be used: {problem}"
        raise NightcrewError(f"port {port} {why}; choose another with --port") from problem
    return listening


def address(listening: socket.socket) -> str:
    """Give the API's address on *listening*."""
    return f"http://{HOST}:{listening.getsockname()[1]}/api"


def server_argv(listening: socket.socket, mode: str) -> list[str]:
    """Give the command that serves on *listening*; *mode* as flows/server_process takes it."""
    return [sys.executable, "-P", "-m", "flows.server_process", str(listening.fileno()), mode]


def answers(api: str, limit_s: float) -> bool:
    """Say whether a Prefect server answers at *api* within *limit_s* seconds."""
    try:
        with urllib.request.urlopen(f"{api.rstrip('/')}/health", timeout=limit_s) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError, urllib.error.URLError):
        return False


def await_ready(
    server: subprocess.Popen[bytes] | None, api: str, log: Path, ready_s: float = READY_S
) -> str:
    """Wait until *api* answers and give nothing, or one line that says why it does not."""
    until_s = time.monotonic() + ready_s
    while (left_s := until_s - time.monotonic()) > 0:
        if answers(api, left_s):
            return ""
        if server is not None and server.poll() is not None:
            return f"its server ended with {server.returncode}: {last_words(log)}"
        time.sleep(0.1)
    return f"its server did not answer within {ready_s:.0f} s; see {log}"


def last_words(log: Path) -> str:
    """Give the last line of *log*, or say that there is none."""
    try:
        lines = log.read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1].strip()[:200] if lines else f"nothing in {log}"


def ask_version(api: str, headers: Mapping[str, str], limit_s: float) -> str:
    """Give the version that the server at *api* says it has.

    Raises OSError when it does not answer (urllib's HTTPError with its status) or says none.
    """
    request = urllib.request.Request(f"{api.rstrip('/')}/admin/version", headers=dict(headers))
    with urllib.request.urlopen(request, timeout=limit_s) as answer:
        try:
            return str(json.load(answer))
        except ValueError as problem:
            raise OSError("no version in its answer: not a Prefect server?") from problem
