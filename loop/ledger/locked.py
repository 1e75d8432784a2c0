"""One writer of a ledger at a time: of this machine, and of all that share the folder.

The shared lock stands in git's own folder (beside the file where there is none), so that nothing new
shows in the work tree, and is gone when nobody writes. Where it cannot be made, this machine's holds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from loop.errors import LedgerRefused

LOCK_WAIT_S = 60.0
"""Other writers of one ledger are waited for this long."""


@contextlib.contextmanager
def locked(path: Path, lock_dir: Path) -> Iterator[None]:
    """Hold the ledger at *path* (links followed already). Raises LedgerRefused, in one line."""
    try:
        lock_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(lock_dir / _name(path), timeout=LOCK_WAIT_S), _shared(shared_place(path)):
            yield
    except Timeout as error:
        raise LedgerRefused(f"{path} is being written by another process") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise LedgerRefused(f"{path} could not be written ({reason}); it is as it was") from error


def shared_place(path: Path) -> Path:
    """Give where the lock of *path* stands for every machine that sees the folder."""
    for folder in path.parents:
        inside = folder / ".git"
        if inside.is_file():  # a linked work tree or a submodule
            named = inside.read_text("utf-8", "replace").removeprefix("gitdir:").strip()
            inside = folder / named
        if inside.is_dir():
            return inside / _name(path.relative_to(folder))
    return path.parent / f".{path.name}.lock"


@contextlib.contextmanager
def _shared(place: Path) -> Iterator[None]:
    lock = FileLock(place, timeout=LOCK_WAIT_S)
    try:
        lock.acquire()
    except Timeout:
        raise
    except OSError:  # a folder that we may not write: this machine's own lock has to do
        yield
        return
    try:
        yield
    finally:
        # While it is held: who waits for it sees that its file is gone, and makes a new one.
        with contextlib.suppress(OSError):
            place.unlink()
        lock.release()


def _name(path: Path) -> str:
    return f"ledger-{sha256(str(path).encode()).hexdigest()[:16]}.lock"
