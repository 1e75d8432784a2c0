"""Keeps the last bytes of a stream on disk, in two plain files, so that a crash leaves them readable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

COPY_BYTES = 256 * 1024


class LogTail:
    """The last bytes of a stream, in two files of at most *limit_bytes* each."""

    def __init__(self, log: Path, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._new = log.with_name(f"{log.name}.tail")
        self._old = log.with_name(f"{log.name}.tail.1")
        self._seen_bytes = self._seen_lines = self._new_bytes = 0
        self._old.unlink(missing_ok=True)
        self._fd = create(self._new)

    def write(self, data: bytes) -> None:
        """Add *data*; the oldest goes."""
        self._seen_bytes += len(data)
        self._seen_lines += data.count(b"\n")
        while data:
            if self._new_bytes >= self._limit_bytes:
                self._turn()
            part = data[: self._limit_bytes - self._new_bytes]
            write_all(self._fd, part)
            self._new_bytes += len(part)
            data = data[len(part) :]

    def cut(self) -> tuple[int, int]:
        """Give how many bytes and line ends `kept` leaves out."""
        kept_bytes = kept_lines = 0
        for piece in self.kept():
            kept_bytes += len(piece)
            kept_lines += piece.count(b"\n")
        return self._seen_bytes - kept_bytes, self._seen_lines - kept_lines

    def kept(self) -> Iterator[bytes]:
        """Yield the last *limit_bytes*, from a line's beginning if something was left out."""
        skip = max(0, self._held_bytes() - self._limit_bytes)
        seeks_line = self._seen_bytes > self._limit_bytes
        for path in (self._old, self._new):
            for piece in _pieces(path):
                data, skip = piece[skip:], max(0, skip - len(piece))
                if seeks_line and data:
                    _, newline, after = data.partition(b"\n")
                    data, seeks_line = (after, False) if newline else (data, False)
                if data:
                    yield data

    def remove(self) -> None:
        """Take both files away."""
        os.close(self._fd)
        self._new.unlink(missing_ok=True)
        self._old.unlink(missing_ok=True)

    def _held_bytes(self) -> int:
        return self._new_bytes + (self._old.stat().st_size if self._old.exists() else 0)

    def _turn(self) -> None:
        os.close(self._fd)
        self._new.replace(self._old)
        self._fd = create(self._new)
        self._new_bytes = 0


def create(path: Path) -> int:
    """Open an empty file for appending, readable by its owner alone, and give its descriptor."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
    fd = os.open(path, flags, 0o600)
    os.fchmod(fd, 0o600)
    return fd


def write_all(fd: int, data: bytes) -> None:
    """Write every byte of *data*. Raises OSError when the disk does not take it."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _pieces(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as stream:
            while piece := stream.read(COPY_BYTES):
                yield piece
