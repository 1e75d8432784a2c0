"""One page of a log, by line numbers: in bounded memory whatever the log's size and its lines' length."""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from policies.text import safe

BLOCK_BYTES = 1 << 20
LINE_LIMIT_CHARS = 4_000
_LINE_READ_BYTES = 4 * LINE_LIMIT_CHARS
"""As many as that many characters can need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, fit for a screen."""

    number: int
    """1-based, counted as a failure's line_numbers are: at newlines only."""
    text: str
    """At most LINE_LIMIT_CHARS, without control sequences."""
    cut_bytes: int = 0
    """How many bytes of the line are not in text, give or take half a character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some lines of a log, and how many it has in all."""

    lines: tuple[Line, ...]
    total_lines: int

    @property
    def has_before(self) -> bool:
        """Whether there are lines before these."""
        return bool(self.lines) and self.lines[0].number > 1

    @property
    def has_after(self) -> bool:
        """Whether there are lines after these."""
        return bool(self.lines) and self.lines[-1].number < self.total_lines


def page(path: Path, first_line: int, lines_limit: int, bytes_limit: int) -> Page:
    """Give the lines from *first_line* on: at most *lines_limit*, and *bytes_limit* of text.

    A first line behind the end gives the last *lines_limit* lines. At least one line is given where
    there is any, so that turning pages always goes on. Raises OSError when *path* is no plain file
    that can be read.
    """
    with open_log(path) as file:
        newlines = _count_by_block(file)
        total = newlines[-1] + _has_open_end(file)
        first = first_line if first_line <= total else total - lines_limit + 1
        first = max(1, first)
        file.seek(_start_of(file, newlines, first))
        last = min(total, first + lines_limit - 1)
        return Page(lines=tuple(_lines(file, first, last, bytes_limit)), total_lines=total)


def open_log(path: Path) -> BinaryIO:
    """Give the open log. Raises OSError when *path* is a link, or no plain file."""
    # Non-blocking: a pipe in the place of a log would hold the reader for ever.
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(f"{path}: not a plain file")
    return os.fdopen(fd, "rb")


def _count_by_block(file: BinaryIO) -> list[int]:
    """Give how many newlines there are before each block, and in the end the sum."""
    blocks = iter(lambda: file.read(BLOCK_BYTES), b"")
    return list(accumulate((block.count(b"\n") for block in blocks), initial=0))


def _has_open_end(file: BinaryIO) -> bool:
    """Tell whether the last line has no newline (yet)."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 1))
    return file.read(1) not in (b"", b"\n")


def _start_of(file: BinaryIO, newlines: list[int], line: int) -> int:
    """Give the offset at which *line* begins."""
    behind = line - 1
    if not behind:
        return 0
    n = bisect_left(newlines, behind) - 1
    file.seek(n * BLOCK_BYTES)
    block, left = file.read(BLOCK_BYTES), behind - newlines[n]
    ends = range(len(block) + 1)
    return n * BLOCK_BYTES + bisect_left(ends, left, key=lambda end: block.count(b"\n", 0, end))


def _lines(file: BinaryIO, first: int, last: int, bytes_limit: int) -> Iterator[Line]:
    used = 0
    for number in range(first, last + 1):
        raw = file.readline(_LINE_READ_BYTES)
        if not raw:  # shortened since its lines were counted
            return
        left = 0 if raw.endswith(b"\n") else _skip_line(file)
        line = _line(number, raw, left)
        used += len(line.text.encode())
        if used > bytes_limit and number > first:
            return
        yield line


def _skip_line(file: BinaryIO) -> int:
    """Go behind the end of the line and give how many bytes were left of it."""
    skipped = 0
    while piece := file.readline(BLOCK_BYTES):
        skipped += len(piece.removesuffix(b"\n"))
        if piece.endswith(b"\n"):
            break
    return skipped


def _line(number: int, raw: bytes, left: int) -> Line:
    text = raw.removesuffix(b"\n").decode("utf-8", "replace")
    if left:
        text = text.rstrip("\N{REPLACEMENT CHARACTER}")  # half a character at the cut
    text = safe(text)
    shown = text[:LINE_LIMIT_CHARS]
    return Line(number=number, text=shown, cut_bytes=left + len(text[len(shown) :].encode()))
