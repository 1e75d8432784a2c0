"""One cycle a repository: a lock file that the system frees when its process dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from loop.errors import RepositoryBusy
from loop.places import path_hash
from policies.plan import RepoPlan


@contextmanager
def repository_lock(plan: RepoPlan, locks: Path, cycle: str) -> Iterator[None]:
    """Hold the repository for *cycle*, whatever name it goes by and whichever link leads to it.

    Raises RepositoryBusy, naming who holds it.
    """
    locks.mkdir(parents=True, exist_ok=True)
    place = locks / f"{path_hash(Path(plan.path).resolve())}.lock"
    # Beside the lock, not in it: an older filelock empties the file when it merely tries.
    holder = place.with_suffix(".holder")
    lock = FileLock(place, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise RepositoryBusy(f"{plan.name} is being worked on by {_who(holder)}") from None
    try:
        holder.write_text(f"{cycle} (process {os.getpid()})", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: Path) -> str:
    try:
        return holder.read_text("utf-8").strip() or "another cycle"
    except OSError:  # it ended between the two looks
        return "another cycle"
