"""Which process runs a cycle: told in the store, so that `stop` and `show` find the right one.

A process id is reused; with its start time and its machine it is not.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import psutil

from loop.store import Store

KIND = "running"
"""The store remembers a mark under this kind and the cycle's id."""

SAME_START_S = 1.0
"""Start times of one process differ by rounding alone."""


def own_mark() -> dict[str, Any]:
    """Give the mark of this process: pid, start time, machine."""
    process = psutil.Process()
    return {
        "pid": process.pid,
        "started": process.create_time(),
        "host": os.uname().nodename,
    }


def mark_of(store: Store, cycle: str) -> dict[str, Any] | None:
    """Give the mark that *cycle*'s process left, or None."""
    mark = store.recall(KIND, cycle)
    return mark if isinstance(mark, dict) else None


def is_elsewhere(mark: Mapping[str, Any]) -> bool:
    """Tell whether the mark is of another machine, whose processes cannot be seen from here."""
    return mark.get("host") != os.uname().nodename


def process_of(mark: Mapping[str, Any]) -> psutil.Process | None:
    """Give the living process of this machine that left *mark*, or None."""
    if is_elsewhere(mark):
        return None
    with suppress(psutil.Error, KeyError, TypeError, ValueError):
        process = psutil.Process(int(mark["pid"]))
        same = abs(process.create_time() - float(mark["started"])) < SAME_START_S
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def is_gone(mark: Mapping[str, Any] | None) -> bool:
    """Tell whether nobody runs what left *mark*, as far as can be seen from this machine."""
    return mark is None or (not is_elsewhere(mark) and process_of(mark) is None)


def ask_to_end(process: psutil.Process) -> bool:
    """Send TERM, which ends a run in order; False when the process is gone or is not ours to end."""
    if process.pid == os.getpid():
        return False
    try:
        process.send_signal(signal.SIGTERM)
    except psutil.Error:
        return False
    return True
