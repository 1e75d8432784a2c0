"""One child of a supervisor, through all its lives: started, looked at, ended with its whole tree."""

from __future__ import annotations

import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from loop import childlog, tethered
from loop.descendants import Descendants
from loop.ending import end_in_order, reaped
from loop.launching import MARKER_NAME, Launch, why_not
from policies.supervision import Life

TETHER_S = 2.0
"""What a tether needs beside the grace of its program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A program that runs as long as its supervisor does."""

    name: str
    """For people, as in `the worker`."""
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """The whole environment; nothing of ours is inherited."""
    cwd: Path
    log: Path
    """Output is appended to it; above 10 MiB it becomes `<log>.1`."""
    before: Callable[[], None] | None = None
    """Called once, before its first start, when those before it are ready."""
    ready: Callable[[], bool] | None = None
    """Asked again and again until it says yes, and once answers within seconds; None: ready at once."""
    ready_within_s: float = 180
    """Then it counts as ended."""
    grace_s: float = 10
    """Between TERM and KILL."""
    pass_fds: tuple[int, ...] = ()
    is_tethered: bool = False
    """Started through `loop.tethered`. Needed by a program that does not end by itself when its
    standard input does: that is a pipe that we hold, and all that tells of our own kill -9."""
    spares_rest: bool = False
    """What it leaves when it ends by itself runs on (the cycles of a worker); a stop ends that too."""


class Supervised:
    """A child, its present life and those before it."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.lives: tuple[Life, ...] = ()
        self.alarmed_s: float | None = None
        self.due_s: float | None = None
        """When it is to be started again; None: it lives."""
        self.is_ready = False
        self._began_s = 0.0
        # One marker for all lives: what an earlier one left is found too.
        self._marker = f"nightcrew-{child.name.replace(' ', '-')}-{uuid.uuid4().hex}"
        self._process: subprocess.Popen[bytes] | None = None
        self._error = ""

    def start(self, now_s: float) -> None:
        """Begin a life. One that cannot begin is one that ended at once: the next look tells."""
        self.due_s, self._began_s, self._error = None, now_s, ""
        self.is_ready = self.child.ready is None
        argv = self.child.argv
        if self.child.is_tethered:
            spares = self.child.spares_rest
            argv = tuple(tethered.command(argv, grace_s=self.child.grace_s, spares=spares))
        env = {**self.child.env, MARKER_NAME: self._marker}
        launch = Launch(argv, self.child.cwd, env)
        try:
            self._process = self._started(launch)
        except (OSError, ValueError) as error:
            self._error = why_not(launch, error)

    def look(self, now_s: float) -> str:
        """Give nothing while it lives, else how this life ended, in words; then `due_s` is to be set."""
        if self._process and self._process.poll() is None:
            if self._is_in_time(now_s):
                return ""
            how = f"was not ready within {self.child.ready_within_s:g} s"
            self.stop()
        else:
            how = self._error or ended_with(self._process.returncode if self._process else 0)
            if not self.child.spares_rest:
                self.stop()
        self._let_go()
        self.lives = (*self.lives, Life(began_s=self._began_s, ended_s=now_s))
        return how if self._error else f"{how}: {childlog.last_words(self.child.log)}"

    def stop(self) -> list[psutil.Process]:
        """End it and all that any of its lives left. Give those alive after that (normally none)."""
        if self._process is None:
            return []
        grace_s = self.child.grace_s + (TETHER_S if self.child.is_tethered else 0)
        left = end_in_order(Descendants(self._process, self._marker), grace_s)
        reaped(self._process)
        self._let_go()
        return left

    def _started(self, launch: Launch) -> subprocess.Popen[bytes]:
        log = childlog.open_log(self.child.log, f"starts {self.child.argv[0]}")
        try:
            return subprocess.Popen(
                launch.argv,
                cwd=launch.cwd,
                env=launch.env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=self.child.pass_fds,
                start_new_session=True,
            )
        finally:
            os.close(log)

    def _is_in_time(self, now_s: float) -> bool:
        if not self.is_ready and self.child.ready:
            self.is_ready = self.child.ready()
        return self.is_ready or now_s - self._began_s < self.child.ready_within_s

    def _let_go(self) -> None:
        if self._process and self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()


def ended_with(code: int) -> str:
    """Give an exit code, as Popen or a tether gives it, in words."""
    number = -code if code < 0 else code - 128
    if number > 0:
        with suppress(ValueError):
            return f"was ended by {signal.Signals(number).name}"
    return f"ended with exit code {code}"
