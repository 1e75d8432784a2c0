"""Ends a whole tree in order: each process is asked when its parent has gone, so it can tidy up first.

A blow to all at once would end an agent beside the flow that watches it, which then takes the death
for the agent's own failure.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable

import psutil

from loop.descendants import LOOK_S, Descendants

REAP_S = 5.0
"""A killed leader looks dead while its other threads still end; only then can it be waited for."""


def end_in_order(
    tree: Descendants, grace_s: float, sleep: Callable[[float], None] = time.sleep
) -> list[psutil.Process]:
    """Send TERM from the top down, and after *grace_s* KILL to all that is left.

    Gives those that are alive after all that (normally none). The tree's own child may still have to
    be waited for: see `reaped`.
    """
    asked: set[psutil.Process] = set()
    until_s = time.monotonic() + grace_s
    while living := tree.alive():
        if time.monotonic() >= until_s:
            return tree.stop(0, sleep)
        for process in _tops(living):
            if process not in asked:
                asked.add(process)
                with contextlib.suppress(psutil.Error):
                    process.terminate()
        sleep(LOOK_S)
    return []


def reaped(child: subprocess.Popen[bytes]) -> int | None:
    """Give the exit code of *child*, which is dead; None when the system does not let it go."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return child.wait(REAP_S)
    return None


def _tops(living: list[psutil.Process]) -> list[psutil.Process]:
    """Give those whose parent is none of *living*."""
    pids = {process.pid for process in living}
    tops = []
    for process in living:
        with contextlib.suppress(psutil.Error):
            if process.ppid() not in pids:
                tops.append(process)
    return tops
