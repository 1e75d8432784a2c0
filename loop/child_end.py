"""Waits for a child's end: told by the system where it can, since `wait` with a limit naps."""

from __future__ import annotations

import os
import select
import subprocess


def has_ended(child: subprocess.Popen[bytes], wait_s: float | None) -> bool:
    """Say whether *child* has ended, waiting at most *wait_s* for it; None: as long as it takes."""
    if child.poll() is not None:
        return True
    handle = _handle(child.pid)
    try:
        if handle is not None and not _is_ready(handle, wait_s):
            return False
        child.wait(None if handle is not None else wait_s)
    except subprocess.TimeoutExpired:
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True


def _handle(pid: int) -> int | None:
    """Give a descriptor that becomes readable with the process's end; only Linux has it."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _is_ready(handle: int, wait_s: float | None) -> bool:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(None if wait_s is None else max(0, wait_s * 1000)))
