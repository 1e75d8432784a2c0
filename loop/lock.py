"""One cycle a repository: a lock file that the system frees when its process dies."""

from __future__ import annotations

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
    holder = place.with_suffix(".holder")
    lock = FileLock(place, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        who = holder.read_text("utf-8").strip() if holder.exists() else "another cycle"
        raise RepositoryBusy(f"{plan.name} is being worked on by {who}") from None
    try:
        holder.write_text(cycle, "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
