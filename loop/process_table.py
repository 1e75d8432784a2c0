"""Who is whose parent, as the system sees it now: one short read a process where there is /proc."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

import psutil

PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "stat").exists()


class Row(NamedTuple):
    """One process."""

    parent: int
    session: int
    began: int
    """When it was started, in a unit that only grows; 0 everywhere where the system has none."""


def process_table() -> dict[int, Row]:
    """Give every process that can be seen, by its id."""
    rows = {pid: row_of(pid) for pid in psutil.pids()}
    return {pid: row for pid, row in rows.items() if row is not None}


def row_of(pid: int) -> Row | None:
    """Give one process's row; None: it is gone, or not ours to see."""
    return _from_proc(pid) if HAS_PROC else _asked(pid)


def environment_of(pid: int) -> list[bytes]:
    """Give a process's `NAME=value` entries, none where it is not ours to read."""
    if HAS_PROC:
        try:
            return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            return []
    try:
        pairs = psutil.Process(pid).environ().items()
    except (psutil.Error, OSError):
        return []
    return [f"{name}={value}".encode(errors="surrogateescape") for name, value in pairs]


def _from_proc(pid: int) -> Row | None:
    try:
        stat = (PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The name, in brackets, may hold anything; behind it: state, parent, group, session, …
    fields = stat.rpartition(b")")[2].split()
    return Row(parent=int(fields[1]), session=int(fields[3]), began=int(fields[19]))


def _asked(pid: int) -> Row | None:
    # No start time: it is of a clock that may be set back.
    with contextlib.suppress(psutil.Error, OSError):
        return Row(parent=psutil.Process(pid).ppid(), session=os.getsid(pid), began=0)
    return None
