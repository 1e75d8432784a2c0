"""Where a Prefect server of ours runs now: a small file in PREFECT_HOME, written whole or not at all.

A process id is reused; with its start time it is not, so a file that a dead server left misleads nobody.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

SERVED = "nightcrew-server.json"
"""Written by `nightcrew serve`."""
LOCAL = "local-server.json"
"""Written by the first run that found no server, for the server that it started."""

SAME_START_S = 1.0
"""Start times of one process differ by rounding alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One server of ours."""

    api: str
    """`http://127.0.0.1:PORT/api`."""
    pid: int
    started: float
    """The process's start, seconds since the epoch."""
    version: str
    """Of Prefect: another one must not be spoken to after an upgrade."""

    def is_alive(self) -> bool:
        """Say whether that very process still runs."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < SAME_START_S
            return bool(same and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False


def announce(place: Path, api: str, pid: int, version: str) -> None:
    """Write to *place* that process *pid* serves at *api*. Raises OSError or psutil.Error."""
    started = psutil.Process(pid).create_time()
    told = Announced(api=api, pid=pid, started=started, version=version)
    new = place.with_name(f".{place.name}.{os.getpid()}")
    new.write_text(json.dumps(asdict(told)))
    new.replace(place)


def announced(place: Path) -> Announced | None:
    """Give the living server that *place* names, or None."""
    try:
        told = Announced(**json.loads(place.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return told if told.is_alive() else None


def withdraw(place: Path, pid: int) -> None:
    """Remove *place* if it names process *pid*, dead or alive: another's announcement stays."""
    try:
        if json.loads(place.read_text())["pid"] == pid:
            place.unlink()
    except (OSError, ValueError, KeyError, TypeError):
        return
