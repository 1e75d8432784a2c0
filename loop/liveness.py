"""Says when a process tree last worked: by the CPU it used, and by the files of its workspace."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

BUSY_SHARE = 0.03
"""Of one core. An agent that waits for a server wakes up now and then; a build uses far more."""
WALK_LIMIT = 50_000
"""Folder entries looked at; a change beyond them is not seen."""


class CpuMeter:
    """Compares the CPU time of a tree with the last time it was asked."""

    def __init__(self, now_s: float) -> None:
        self._read_s = now_s
        self._used: dict[psutil.Process, float] = {}

    def was_busy(self, processes: list[psutil.Process], now_s: float) -> bool:
        """Say whether *processes* used more than BUSY_SHARE since the last call.

        A process counts with what it waited for, so a build's short-lived compilers are seen.
        """
        used = {process: _cpu_s(process) for process in processes}
        spent_s = sum(max(0, value - self._used.get(process, 0)) for process, value in used.items())
        passed_s = now_s - self._read_s
        self._used, self._read_s = used, now_s
        return spent_s > BUSY_SHARE * passed_s


def changed_age_s(folder: Path, within_s: float) -> float | None:
    """Give the age of a change in *folder* younger than *within_s*, or None when there is none.

    Looks at times of change only, at most WALK_LIMIT entries, and ends at the first that is young
    enough. A time in the future says nothing.
    """
    now = time.time()
    for seen, changed in enumerate(_changes(folder)):
        if seen >= WALK_LIMIT:
            return None
        if 0 <= now - changed < within_s:
            return now - changed
    return None


def _changes(folder: Path) -> Iterator[float]:
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            try:
                yield entry.stat(follow_symlinks=False).st_mtime
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
            except OSError:
                continue


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0
    return float(times.user + times.system + times.children_user + times.children_system)
