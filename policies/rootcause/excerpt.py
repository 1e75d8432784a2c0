"""What is kept of a log in one pass: its start, its end, and the surroundings of lines that may matter.

Memory is bounded whatever the log's size: the numbers below times the longest line kept.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from policies.logmarks import OURS
from policies.rootcause.clean import LINE_LIMIT_CHARS, clean, last_write
from policies.rootcause.finding import Line

HEAD_LINES, TAIL_LINES = 200, 1_500
FIRST_KEPT, LAST_KEPT = 1_500, 2_500
"""Lines kept around alarms in between: of the first ones, and of the last ones."""
BEFORE, AFTER = 3, 25
"""Lines kept around one alarm."""
SAME_SHAPE = 3
"""An alarm that repeats is kept this many times (and at the log's end anyway)."""
SHAPES_LIMIT = 5_000

_ALARMS = (
    "error", "fail", "fatal", "exception", "traceback", "panic", "denied", "killed", "segment", "timed out",
    "timeout", "cannot", "could", "n't", "unable", "not found", "no such", "refused", "rejected", "conflict",
    "abort", "invalid", "missing", "unexpected", "limit", "unauthor", "forbidden", "expired", "assert",
    "err!", "undefined", "no space", "\u2715", "\u2716", "\u2717", "\u25cf",
)  # fmt: skip
"""Of the ways tried, plain substring tests on the lowered line were four times as fast as one expression."""
_VARYING = re.compile(r"[0-9a-fA-F]*\d[0-9a-fA-F]*")


def shape(text: str) -> str:
    """Give *text* (a cleaned line) without what varies from run to run: cheap, for counting and comparing."""
    return _VARYING.sub("0", text[:400]).strip()


class Excerpt:
    """The kept lines of one log. Feed every line, in order, then read `lines`."""

    def __init__(self) -> None:
        self.count = 0
        """Lines of the log so far."""
        self._head: list[tuple[int, str]] = []
        self._first: list[tuple[int, str]] = []
        self._last: deque[tuple[int, str]] = deque(maxlen=LAST_KEPT)
        self._tail: deque[tuple[int, str]] = deque(maxlen=TAIL_LINES)
        self._shapes: dict[str, int] = {}
        self._wanted = 0

    def feed(self, raw: str) -> None:
        """Take the next line of the log (its newline may be on it)."""
        self.count += 1
        text = raw if len(raw) <= LINE_LIMIT_CHARS else _shorten(raw)
        entry = (self.count, text)
        if len(self._head) < HEAD_LINES:
            self._head.append(entry)
        if _is_alarm(text) and self._is_new(text):
            self._wanted = AFTER + 1
            for before in list(self._tail)[-BEFORE:] if self._tail else []:
                self._keep(before)
        if self._wanted:
            self._wanted -= 1
            self._keep(entry)
        self._tail.append(entry)

    def lines(self) -> Iterator[Line]:
        """Yield the kept lines, cleaned, in the log's order; our own head and foot lines are left out."""
        kept = dict(self._head) | dict(self._first) | dict(self._last) | dict(self._tail)
        for number in sorted(kept):
            if not kept[number].startswith(OURS):
                yield Line(number, clean(kept[number]))

    def _keep(self, entry: tuple[int, str]) -> None:
        if len(self._first) < FIRST_KEPT:
            self._first.append(entry)
        else:
            self._last.append(entry)

    def _is_new(self, text: str) -> bool:
        key = shape(text)[:120]
        seen = self._shapes.get(key, 0)
        if seen or len(self._shapes) < SHAPES_LIMIT:
            self._shapes[key] = seen + 1
        return seen < SAME_SHAPE


def _is_alarm(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in _ALARMS) or text.startswith("E ")


def _shorten(raw: str) -> str:
    shown = last_write(raw.rstrip("\r\n"))
    return shown[:LINE_LIMIT_CHARS]
