"""The server of runs that find none: started once, found again by later runs, ended when idle.

Prefect's own embedded mode would load the whole server into each command (9 to 13 s). This one has its
own session, so Ctrl-C and a kill -9 of a run leave it alone, and it ends by itself. Who uses it holds a
shared lock on a file: the system frees that when a process dies, so nobody has to be counted.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flows.announcement import LOCAL, announce, announced, withdraw
from flows.environment import IDLE_NAME, confined, prefect_version, served_at
from flows.listening import READY_S, address, answers, await_ready, listen, server_argv

POLL_S = 2.0
LOG = "local-server.log"
USERS = "local-server.users"
"""Locked shared by each run that uses the server."""
START = "local-server.start"
"""Locked by the run that looks for the server or starts it."""

SERVER_ENVIRON = {
    # What only schedules and workers need. Its pages stay: they cost no time (docs/benchmarks.md).
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    # The catalogue of blocks, 1.5 s of a first start: `serve` fills it, where one is made.
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT__SERVER_FINAL": "1",
}


class Local:
    """The local server, in use by this process until the process ends."""

    def __init__(self, prefect_home: Path, environ: Mapping[str, str]) -> None:
        """Find it, or start it on a port of its own and go on at once; `why_not` waits for it."""
        self._log = prefect_home / LOG
        self._server: subprocess.Popen[bytes] | None = None
        # Held as long as this process lives; children do not inherit it.
        self._users = (prefect_home / USERS).open("ab")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        with _locked(prefect_home / START):
            self.api = _found(prefect_home) or self._start(prefect_home, environ)

    def why_not(self) -> str:
        """Wait until it serves and give nothing, or one line that says why it does not."""
        return await_ready(self._server, self.api, self._log, READY_S)

    def _start(self, prefect_home: Path, environ: Mapping[str, str]) -> str:
        with listen() as listening, self._log.open("wb") as log:
            api = address(listening)
            self._server = subprocess.Popen(
                server_argv(listening, "local"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**environ, **SERVER_ENVIRON, **confined(api)},
                cwd=prefect_home,
                pass_fds=(listening.fileno(),),
                start_new_session=True,
            )
        announce(prefect_home / LOCAL, api, self._server.pid, prefect_version())
        return api


def _found(prefect_home: Path) -> str | None:
    """Give the address of the local server that is up or coming up, if it is of our version."""
    told = announced(prefect_home / LOCAL)
    return told.api if told and told.version == prefect_version() else None


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    with place.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_used(prefect_home: Path) -> bool:
    """Say whether a living run uses the local server."""
    with (prefect_home / USERS).open("ab") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_until_idle(prefect_home: Path) -> None:
    """Come back when the server may end; from then on no run finds it.

    That is when no run has used it for as long as `server_idle_s` says, at once when nobody does and
    a `nightcrew serve` is up, and when its state folder is gone.
    """
    idle_s = float(os.environ[IDLE_NAME])
    used_s = time.monotonic()
    while prefect_home.exists():
        time.sleep(min(POLL_S, idle_s))
        # Asked beside the runs that come: either they hold their lock, or they find nothing.
        with _locked(prefect_home / START):
            if is_used(prefect_home):
                used_s = time.monotonic()
            elif time.monotonic() - used_s >= idle_s or served_at(prefect_home):
                withdraw(prefect_home / LOCAL, os.getpid())
                return


def end_unused(prefect_home: Path) -> None:
    """End the local server if no run uses it, as `serve` does when it takes over."""
    told = announced(prefect_home / LOCAL)
    if told is None or is_used(prefect_home):
        return
    withdraw(prefect_home / LOCAL, told.pid)
    os.kill(told.pid, 15)
    while told.is_alive() and answers(told.api, 1):
        time.sleep(0.1)
