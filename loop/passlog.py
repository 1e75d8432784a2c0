"""Writes a pass log while its child prints: redacted, bounded, readable at every moment.

The first three quarters of the limit go to the log itself, unbuffered, so that `tail -f` works. What
comes then goes to `<log>.tail`, which becomes `<log>.tail.1` when it holds a quarter of the limit and
begins anew: after a crash both are plain text. `close` puts the last quarter behind a line that says
what was cut, writes the foot and removes them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from loop.lines import Lines
from loop.logtail import LogTail, create, write_all
from policies.logmarks import ours
from policies.redaction import Redactor

HEAD_SHARE = 0.75


class PassLog:
    """One attempt's log: a head line, what the child printed within limits, a foot line."""

    def __init__(
        self,
        path: Path,
        *,
        head: str,
        limit_bytes: int,
        redactor: Redactor,
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """Begin the log at *path* (mode 0600, folders made) with the line *head*.

        *limit_bytes* bounds what is kept of the output; 0 means no limit. *on_line* gets every
        redacted line, also those that the file does not keep. Never raises OSError: see `write_error`.
        """
        self.write_error = ""
        """Why the file could not be written from some moment on; empty: all is there."""
        self._path = path
        self._redactor = redactor
        self._lines = Lines(on_line) if on_line else None
        self._head_left = int(limit_bytes * HEAD_SHARE) if limit_bytes else None
        self._tail: LogTail | None = None
        self._tail_bytes = limit_bytes - int(limit_bytes * HEAD_SHARE)
        self._fd: int | None = None
        self._ends_line = True
        self._is_closed = False
        with self._remembering():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = create(path)
            write_all(self._fd, _line(redactor.text(head)))

    def write(self, chunk: bytes) -> None:
        """Take in what the child printed; bytes stay as they are but for secrets."""
        self._keep(self._redactor.feed(chunk))

    def close(self, foot: str) -> None:
        """Write what is left and the line *foot*; later calls do nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._keep(self._redactor.flush())
        if self._lines:
            self._lines.finish()
        if self._fd is None:
            return
        with self._remembering():
            self._join_tail()
        with self._remembering():
            lead = b"" if self._ends_line else b"\n"
            lost = ours(f"not written from here: {self.write_error}") + "\n"
            write_all(self._fd, lead + (lost.encode() if self.write_error else b""))
            write_all(self._fd, _line(self._redactor.text(foot)))
        os.close(self._fd)
        self._fd = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(ours(f"ended by {kind.__name__}" if kind else "ended"))

    def _keep(self, data: bytes) -> None:
        if not data:
            return
        if self._lines:
            self._lines.feed(data)
        if self._fd is None or self.write_error:
            return
        with self._remembering():
            head = data if self._head_left is None else data[: self._head_left]
            if head:
                write_all(self._fd, head)
                self._ends_line = head.endswith(b"\n")
                if self._head_left is not None:
                    self._head_left -= len(head)
            if rest := data[len(head) :]:
                self._to_tail(rest)

    def _to_tail(self, data: bytes) -> None:
        if self._tail is None:
            self._tail = LogTail(self._path, self._tail_bytes)
        self._tail.write(data)

    def _join_tail(self) -> None:
        """Put the kept tail behind the head; where all of it is there, nothing shows the seam."""
        if self._tail is None or self._fd is None:
            return
        cut_bytes, cut_lines = self._tail.cut()
        if cut_bytes:
            lead = b"" if self._ends_line else b"\n"
            note = ours(f"{cut_bytes} bytes, {cut_lines} lines cut here: log limit") + "\n"
            write_all(self._fd, lead + note.encode())
        for piece in self._tail.kept():
            write_all(self._fd, piece)
            self._ends_line = piece.endswith(b"\n")
        self._tail.remove()

    @contextlib.contextmanager
    def _remembering(self) -> Iterator[None]:
        """Let a full disk stop the writing, not the reading."""
        try:
            yield
        except OSError as error:
            self.write_error = self.write_error or f"{error.strerror or error}: {self._path}"


def _line(text: str) -> bytes:
    return text.rstrip("\n").encode(errors="surrogateescape") + b"\n"
