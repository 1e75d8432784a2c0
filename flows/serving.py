"""`nightcrew serve`: the Prefect server, its worker and the schedule, until somebody stops them."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from flows import announcement
from flows.environment import (
    CONFIG_NAME,
    SCHEDULING,
    WORKER_ENVIRON,
    confined,
    prefect_version,
    served_at,
    settle,
)
from flows.listening import address, answers, listen, server_argv
from flows.local import SERVER_ENVIRON, end_unused
from flows.uncollected import uncollected
from flows.wiring import Wired
from loop.errors import NightcrewError
from loop.places import prefect_home
from loop.supervising import Child, Supervisor
from policies.records import stamp

LOCK = "nightcrew-serve.lock"
SERVER_GRACE_S = 8.0
WORKER_GRACE_S = 25.0
"""Agents get TERM, 10 s, KILL, and then their records are written."""
PROBE_S = 2.0
ALARM = "alarm"
"""The store remembers under this kind what a person must act on."""

Say = Callable[[str], None]


def serve_until_stopped(wired: Wired, port: int, say: Say, *, ui_only: bool = False) -> int:
    """Serve until TERM or Ctrl-C and give 0; 1 when a child was given up, or did not come up.

    *ui_only*: the server and its pages alone, nothing is scheduled. Raises NightcrewError when
    another one serves this state folder, PREFECT_API_URL names a server of somebody else's, the
    port is taken, or the scheduler does not work.
    """
    home = prefect_home(wired.places.state)
    _refuse_others(os.environ, home)
    with ExitStack() as until_end:
        until_end.enter_context(_only_one(home))
        listening = until_end.enter_context(listen(port))
        api = address(listening)
        settle(os.environ, home)
        os.environ["PREFECT_API_URL"] = api  # Prefect is imported only after this
        end_unused(home)
        stop = until_end.enter_context(_signals())
        served = Served(wired, listening, api, say, stop)
        children = [served.server(ui_only=ui_only)] + ([] if ui_only else [served.worker()])
        supervisor = Supervisor(children, say=say, alarm=served.alarm)
        until_end.enter_context(supervisor)
        if supervisor.start(stop):
            until_end.enter_context(_announced(home, api))
            say(f"serving {api.removesuffix('/api')} (Ctrl-C stops; logs in {home})")
            if supervisor.run_until(stop):
                return 1
        say("stopped")
    return 0


class Served:
    """The parts of a `serve`."""

    def __init__(
        self, wired: Wired, listening: socket.socket, api: str, say: Say, stop: threading.Event
    ) -> None:
        """Serve *wired*'s fleet at *api*, which *listening* is bound to."""
        self._wired = wired
        self._listening = listening
        self._api = api
        self._say = say
        self._stop = stop
        self._home = prefect_home(wired.places.state)
        self._environ = {**os.environ, **wired.told_places()}
        if wired.settings.file:
            self._environ[CONFIG_NAME] = str(wired.settings.file)

    def server(self, *, ui_only: bool) -> Child:
        """Give the Prefect server. Its socket is ours: who asks while it restarts only waits."""
        services = SERVER_ENVIRON if ui_only else SCHEDULING
        return Child(
            name="the Prefect server",
            argv=tuple(server_argv(self._listening, "child")),
            env={**self._environ, **services, **confined(self._api)},
            cwd=self._home,
            log=self._home / "server.log",
            ready=lambda: answers(self._api, PROBE_S),
            grace_s=SERVER_GRACE_S,
            pass_fds=(self._listening.fileno(),),
        )

    def worker(self) -> Child:
        """Give the worker; before it starts, deployments are made and what was missed is sorted."""
        with uncollected():
            from flows.deployed import POOL

        # Two places more than cycles may run: a fleet's that a person started, and the sweep's.
        limit = str(self._wired.settings.model.jobs + 2)
        start = ("worker", "start", "--pool", POOL, "--type", "process", "--name", "nightcrew")
        return Child(
            name="the worker",
            argv=(sys.executable, "-P", "-m", "prefect", *start, "--limit", limit),
            env={**self._environ, **WORKER_ENVIRON},
            cwd=self._wired.folder,
            log=self._home / "worker.log",
            before=self._prepare,
            ready=self._works,
            grace_s=WORKER_GRACE_S,
            is_tethered=True,
            spares_rest=True,
        )

    def alarm(self, text: str) -> None:
        """Tell a person, now and in `nightcrew status`."""
        self._say(f"ALARM: {text}")
        told = {"at": stamp(self._wired.crew.now()), "text": text}
        try:
            self._wired.store.remember(ALARM, "serve", told)
        except NightcrewError as error:
            self._say(f"not remembered: {error}")

    def _prepare(self) -> None:
        with uncollected():
            from flows.opening import open_night

        self._wired.store.remember(ALARM, "serve", None)
        open_night(self._wired, self._say, self._stop.is_set)

    def _works(self) -> bool:
        from flows.opening import is_working

        return is_working()


def _refuse_others(environ: os._Environ[str], home: Path) -> None:
    if exported := environ.get("PREFECT_API_URL"):
        raise NightcrewError(
            f"PREFECT_API_URL names {exported}: that server is used; unset it to serve your own"
        )
    if other := served_at(home):
        raise NightcrewError(f"already served at {other.removesuffix('/api')}; use that one")


@contextmanager
def _only_one(home: Path) -> Iterator[IO[bytes]]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NightcrewError(
                f"{home}: another `nightcrew serve` is starting on it; use that one"
            ) from None
        yield lock


@contextmanager
def _signals() -> Iterator[threading.Event]:
    stop = threading.Event()

    def on_signal(_number: int, _frame: Any) -> None:
        stop.set()

    before = {n: signal.signal(n, on_signal) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _announced(home: Path, api: str) -> Iterator[None]:
    place = home / announcement.SERVED
    announcement.announce(place, api, os.getpid(), prefect_version())
    try:
        yield
    finally:
        announcement.withdraw(place, os.getpid())
