"""Waiting for what other processes do, and seeing whether one of them lives."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

LIMIT_S = 60.0


def until(is_so: Callable[[], object], limit_s: float = LIMIT_S) -> None:
    """Wait until *is_so*, and fail where it never is."""
    end_s = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < end_s, "it did not come to that"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Tell whether the process runs: one that has ended and that nobody has reaped does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def until_gone(*pids: int) -> None:
    """Wait until none of them lives: a signal that was sent need not have been taken yet."""
    until(lambda: not any(map(is_alive, pids)))
