"""Finds and ends all that a child started, also what left its group or its session.

Three traces lead to a descendant: the session, the parents, and the marker in the environment (a
daemon keeps it). What was once seen stays known, so a later change of all three does not lose it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping

import psutil

from loop.launching import MARKER_NAME
from loop.process_table import Row, environment_of, process_table, row_of

LOOK_S = 0.05
"""Between two looks at who is still alive while a stop waits."""
KILL_WAIT_S = 10
"""After KILL; what is alive then hangs in the kernel."""


class Descendants:
    """All living processes of one child, itself included."""

    def __init__(
        self, child: subprocess.Popen[bytes], marker: str, *, is_fresh: bool = False
    ) -> None:
        """*is_fresh*: the marker was made for this child, so nothing older has to be looked at."""
        self._child = child
        self._entry = f"{MARKER_NAME}={marker}".encode()
        row = row_of(child.pid) if is_fresh else None
        self._began = row.began if row else 0
        self._known: dict[int, psutil.Process] = {}

    def alive(self) -> list[psutil.Process]:
        """Give those alive now; the dead that nobody has waited for are not."""
        self._child.poll()
        table = process_table()
        reused = self._child.returncode is not None and self._child.pid in table
        session = None if reused else self._child.pid
        young = {pid: row for pid, row in table.items() if row.began >= self._began}
        ours = {pid for pid, row in young.items() if self._is_ours(pid, row, session)}
        while more := {pid for pid, row in young.items() if row.parent in ours} - ours:
            ours |= more
        ours -= _ourselves(table)
        found = [self._known.get(pid) or _process(pid) for pid in ours]
        living = [process for process in found if process is not None and _lives(process)]
        self._known = {process.pid: process for process in living}
        return living

    def stop(self, grace_s: float, meanwhile: Callable[[float], object]) -> list[psutil.Process]:
        """End them: TERM, *grace_s*, KILL. Give those alive after all that (normally none).

        *meanwhile* is called with seconds to wait, so that last words can be read.
        """
        for number, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, KILL_WAIT_S)):
            if not (living := self._signal_until_gone(number, wait_s, meanwhile)):
                return []
        return living

    def _signal_until_gone(
        self, number: signal.Signals, wait_s: float, meanwhile: Callable[[float], object]
    ) -> list[psutil.Process]:
        told: set[psutil.Process] = set()
        until = time.monotonic() + wait_s
        while living := self.alive():
            self._signal([process for process in living if process not in told], number)
            told.update(living)
            if time.monotonic() >= until:
                break
            meanwhile(LOOK_S)
        return living

    def _signal(self, processes: list[psutil.Process], number: signal.Signals) -> None:
        group = self._child.pid if self._child.returncode is None else None
        if group in {process.pid for process in processes}:
            with contextlib.suppress(OSError):  # one blow, before any member can fork
                os.killpg(self._child.pid, number)
        for process in processes:
            with contextlib.suppress(psutil.Error, OSError):
                if group is None or os.getpgid(process.pid) != group:
                    process.send_signal(number)

    def _is_ours(self, pid: int, row: Row, session: int | None) -> bool:
        if pid == self._child.pid:
            return self._child.returncode is None
        known = self._known.get(pid)
        if known is not None and known.is_running():
            return True
        return row.session == session or self._entry in environment_of(pid)


def _ourselves(table: Mapping[int, Row]) -> set[int]:
    """This process and all above it: never ours to end, whatever they bear."""
    line = {0, 1}
    pid = os.getpid()
    while pid and pid not in line:
        line.add(pid)
        pid = table[pid].parent if pid in table else 0
    return line


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
