"""Finds the file that a repository's ledger really is, and replaces it whole or not at all."""

from __future__ import annotations

import contextlib
import glob
import os
import stat
import tempfile
from pathlib import Path

from loop.errors import LedgerRefused

LIMIT_BYTES = 20 * 1024 * 1024
"""A larger ledger is not edited."""
_TEMPORARY = ".nightcrew-"


def real_path(repo: Path, file: str) -> Path:
    """Give the file that *file* of the checkout *repo* is, links inside the repository followed.

    Raises LedgerRefused when it lies outside, in git's own folder, or is no plain writable file.
    """
    try:
        root = repo.resolve(strict=True)
        path = (repo / file).resolve()
    except (OSError, RuntimeError) as error:
        raise LedgerRefused(f"{repo / file}: cannot be found: {error}") from error
    if not path.is_relative_to(root) or ".git" in path.relative_to(root).parts or path == root:
        raise LedgerRefused(
            f"{repo / file} leads to {path}, which is not the repository's own: "
            "set ledger_file to a file in it"
        )
    if not path.parent.is_dir():
        raise LedgerRefused(f"{path}: its folder does not exist: create {path.parent}")
    _refuse_unfit(path)
    return path


def read(path: Path) -> bytes | None:
    """Give the bytes of *path*, None when it does not exist. Raises LedgerRefused."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LedgerRefused(f"{path} cannot be read: {error.strerror}") from error


def identity(path: Path) -> tuple[int, ...] | None:
    """Give what changes when anybody writes *path*; None when it does not exist."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def replace_file(path: Path, data: bytes, seen: tuple[int, ...] | None) -> bool:
    """Put *data* in place of *path*, durably; mode and owner stay. False: nothing was done, because
    the file is no longer the one of *seen* (`identity`). Raises OSError, and then it is as it was.
    """
    _sweep(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}{_TEMPORARY}", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            _take_over(path, file.fileno())
            os.fsync(file.fileno())
        if identity(path) != seen:
            return False
        temporary.replace(path)
        _sync_folder(path.parent)
        return True
    finally:
        temporary.unlink(missing_ok=True)


def _refuse_unfit(path: Path) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise LedgerRefused(f"{path} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        raise LedgerRefused(f"{path} is not a plain file: set ledger_file to one that is")
    if not found.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise LedgerRefused(f"{path} is not writable: chmod u+w it")
    if found.st_size > LIMIT_BYTES:
        raise LedgerRefused(
            f"{path} is larger than {LIMIT_BYTES >> 20} MB: move old entries to another file"
        )


def _take_over(path: Path, descriptor: int) -> None:
    try:
        found = path.stat()
    except FileNotFoundError:
        os.fchmod(descriptor, 0o666 & ~_umask())
        return
    os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
    with contextlib.suppress(PermissionError):
        os.fchown(descriptor, found.st_uid, found.st_gid)


def _umask() -> int:
    # The process' umask can only be read by setting it, which other threads would see.
    with contextlib.suppress(OSError, IndexError, ValueError):
        status = Path("/proc/self/status").read_text()
        return int(status.split("Umask:")[1].split()[0], 8)
    return 0o022


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems cannot do this to a folder; the file itself is safe already.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(path: Path) -> None:
    """Remove what a killed writer left; the lock is ours, so nobody is at work on it."""
    for left in path.parent.glob(f".{glob.escape(path.name)}{_TEMPORARY}*"):
        with contextlib.suppress(OSError):
            left.unlink()
