"""Turns a stream of bytes into lines of text, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable

LINE_LIMIT_BYTES = 1024 * 1024
"""Of a longer line, this much is told; the rest is dropped."""


class Lines:
    """Tells *on_line* of each line: UTF-8 with replacement, without its end."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._begun = bytearray()

    def feed(self, data: bytes) -> None:
        """Take *data* in and tell of the lines that it ends."""
        first, newline, rest = data.partition(b"\n")
        self._add(first)
        if not newline:
            return
        self.finish(always=True)
        *whole, last = rest.split(b"\n")
        for line in whole:
            self._tell(line)
        self._add(last)

    def finish(self, *, always: bool = False) -> None:
        """Tell of the line that has begun; *always*: also when it is empty."""
        if self._begun or always:
            line = bytes(self._begun)
            self._begun.clear()
            self._tell(line)

    def _add(self, part: bytes) -> None:
        self._begun += part[: LINE_LIMIT_BYTES - len(self._begun)]

    def _tell(self, line: bytes) -> None:
        if line.endswith(b"\r"):
            line = line[:-1]
        self._on_line(line[:LINE_LIMIT_BYTES].decode(errors="replace"))
