"""Finds private keys in PEM form: within one line (escaped), or over many lines."""

from __future__ import annotations

import re

Span = tuple[int, int]

LINES_LIMIT = 200
"""A key that never ends hides at most this many lines; the longest real one has about 200."""

_BEGIN = re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_END = b"-----END "
_RUN = re.compile(rb"(?:\\+[nrt]|[A-Za-z0-9+/=:., \r-])*")
_BODY = re.compile(rb"[A-Za-z0-9+/=]*$")
_MATERIAL = re.compile(rb"[A-Za-z0-9+/=]{16}")
_HEADER = re.compile(rb"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): ")
_DECORATION = b" \t\r|>+-\"',\\"
_ONE_LINE_LIMIT = 32 * 1024


class KeyBlocks:
    """Remembers from line to line whether a key has begun."""

    def __init__(self) -> None:
        self._lines_left = 0
        self._column = 0

    def spans(self, block: bytes, *, whole_lines: bool) -> list[Span]:
        """Give the spans of key material in *block*; not *whole_lines*: a piece of one long line."""
        if not self._lines_left and b"PRIVATE KEY" not in block:
            return []
        if not whole_lines:
            self._lines_left = 0
            return self._in_line(block, 0, len(block), remember=False)
        found: list[Span] = []
        start = 0
        while start < len(block):
            end = block.find(b"\n", start)
            end = len(block) if end < 0 else end
            found += self._line(block, start, end)
            start = end + 1
        return found

    def _line(self, block: bytes, start: int, end: int) -> list[Span]:
        if self._lines_left:
            closing = block.find(_END, start, end)
            if closing >= 0:
                self._lines_left = 0
                return [(start, closing)] if _MATERIAL.search(block, start, closing) else []
            if self._is_body(block[start:end]):
                self._lines_left -= 1
                carriage = block.endswith(b"\r", start, end)
                return [(start, end - carriage)] if block[start:end].strip() else []
            self._lines_left = 0
        return self._in_line(block, start, end, remember=True)

    def _in_line(self, block: bytes, start: int, end: int, *, remember: bool) -> list[Span]:
        found: list[Span] = []
        last_end = block.rfind(_END, start, end)
        for match in _BEGIN.finditer(block, start, end):
            if found and match.start() < found[-1][1]:
                continue
            limit = min(end, match.end() + _ONE_LINE_LIMIT)
            closing = block.find(_END, match.end(), limit) if match.end() <= last_end else -1
            if closing >= 0:
                found.append((match.end(), closing))
                continue
            run = _RUN.match(block, match.end(), limit)
            if run and run.group().strip():
                found.append(run.span())
            if remember:
                self._lines_left, self._column = LINES_LIMIT, match.start() - start
        return found

    def _is_body(self, line: bytes) -> bool:
        return any(
            _HEADER.match(text) or _BODY.match(text)
            for text in (line.strip(_DECORATION), line[self._column :].strip(_DECORATION))
        )
