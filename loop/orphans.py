"""Ends agents that outlived us: after a kill -9 of Nightcrew its agent works on, in no one's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from loop.launching import MARKER_NAME
from loop.places import path_hash

GRACE_S = 5.0
"""Between TERM and KILL."""


def marker_of(cycle: str, state: Path) -> str:
    """Give what the markers of *cycle*'s processes begin with.

    Cycles of another state folder may bear the same id: theirs are not ours to end.
    """
    return f"{cycle}-{path_hash(state.resolve())}-"


def end_orphans(cycle: str, state: Path) -> int:
    """End every process that bears *cycle*'s marker; give how many there were."""
    found = list(_marked(marker_of(cycle, state)))
    for process in found:
        with suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(found, timeout=GRACE_S)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=GRACE_S)
    return len(found)


def _marked(prefix: str) -> Iterator[psutil.Process]:
    own = psutil.Process()
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process != own and process.environ().get(MARKER_NAME, "").startswith(prefix):
                yield process
