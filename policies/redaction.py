"""Takes secrets out of text, in one piece or as it streams, whatever the seams.

The stream is looked at in windows of whole lines. A line longer than a window is looked at in pieces
that overlap: what stands in the overlap is decided with the next piece. Where a window ends depends on
the text alone, never on the chunks, so the result is the same for every way of cutting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from policies.private_keys import KeyBlocks
from policies.secret_forms import forms
from policies.secret_spans import CONTEXT_BYTES, Span, find_spans

REDACTED = b"[redacted]"
WINDOW_BYTES = 64 * 1024
"""Looked at in one go; nearly all that a redactor ever keeps."""
OVERLAP_BYTES = 8 * 1024
"""Of a long line's piece, decided with the next one. No secret but a whole key is as long."""

_REST_OF_SECRET = re.compile(rb"[^\s\"',;<>&\\]*")


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Give *text* with each secret as `[redacted]`; *known* values are hidden wherever they stand."""
    return Redactor(known).text(text)


class Redactor:
    """Redacts one stream. Keeps at most a window and a chunk."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = forms(known)
        self._restart()

    def _restart(self) -> None:
        self._pending = b""
        self._context = b""
        """What was given out of the line that `_pending` goes on with."""
        self._swallowing = False
        """A secret longer than a window goes on."""
        self._keys = KeyBlocks()

    def text(self, text: str) -> str:
        """Give *text* redacted by itself; the stream is not touched."""
        other = Redactor()
        other._known = self._known
        raw = text.encode(errors="surrogateescape")
        return (other.feed(raw) + other.flush()).decode(errors="surrogateescape")

    def feed(self, chunk: bytes) -> bytes:
        """Take *chunk* in and give what is decided by now: whole lines, and pieces of long ones."""
        data = self._pending + chunk if self._pending else chunk
        out: list[bytes] = []
        at = 0
        while at < len(data):
            newline = data.rfind(b"\n", at, at + WINDOW_BYTES)
            if newline >= 0:
                out.append(self._lines(data[at : newline + 1]))
                at = newline + 1
            elif len(data) - at >= WINDOW_BYTES:
                piece, used = self._piece(data[at : at + WINDOW_BYTES])
                out.append(piece)
                at += used
            else:
                break
        self._pending = data[at:]
        return b"".join(out)

    def flush(self) -> bytes:
        """Give the rest, at the stream's end, and begin anew."""
        rest = self._lines(self._pending)
        self._restart()
        return rest

    def _lines(self, lines: bytes) -> bytes:
        block, start = self._with_context(lines)
        spans = self._spans(block, start, whole_lines=True)
        self._context = b""
        self._swallowing = False
        return _replaced(block, start, len(block), spans)

    def _piece(self, piece: bytes) -> tuple[bytes, int]:
        """Give what can be said of a long line's *piece*, and how much of it that covers."""
        block, start = self._with_context(piece)
        spans = self._spans(block, start, whole_lines=False)
        cut = len(block) - OVERLAP_BYTES
        across = next((span for span in spans if span[0] < cut < span[1]), None)
        was_swallowing, self._swallowing = self._swallowing, False
        if across and across[0] > start:
            cut = across[0]
        elif across:
            cut = across[1]
            self._swallowing = cut == len(block)
        spans = [span for span in spans if span[1] <= cut]
        if was_swallowing and self._swallowing:
            out = b""
        else:
            out = _replaced(block, start, cut, spans)
        self._context = block[max(0, cut - CONTEXT_BYTES) : cut]
        return out, cut - start

    def _with_context(self, data: bytes) -> tuple[bytes, int]:
        return self._context + data, len(self._context)

    def _spans(self, block: bytes, start: int, *, whole_lines: bool) -> list[Span]:
        """Give all spans after *start*, in order, none touching another."""
        found = self._keys.spans(block, whole_lines=whole_lines) + find_spans(block)
        found += (span for form in self._known for span in _occurrences(block, form))
        if self._swallowing and (rest := _REST_OF_SECRET.match(block, start)):
            found.append(rest.span())
        merged: list[Span] = []
        for begin, end in sorted(found):
            begin = max(begin, start)
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            elif end > begin:
                merged.append((begin, end))
        return merged


def _occurrences(block: bytes, form: bytes) -> Iterable[Span]:
    at = block.find(form)
    while at >= 0:
        yield at, at + len(form)
        at = block.find(form, at + 1)


def _replaced(block: bytes, start: int, end: int, spans: list[Span]) -> bytes:
    if not spans:
        return block[start:end]
    out: list[bytes] = []
    for begin, stop in spans:
        out += (block[start:begin], REDACTED)
        start = stop
    out.append(block[start:end])
    return b"".join(out)
