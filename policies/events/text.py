"""Any command's plain output: each line is progress, but for chatter about trying again.

Without an end event its exit code decides; a line that looks like an error proves nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind
from policies.events.unwritten import NEAR_LINES, refused_report


class TextReader:
    """Reads one run of any command."""

    has_end_event = False

    def __init__(self) -> None:
        self._last: deque[str] = deque(maxlen=NEAR_LINES)

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the event of one *line*; an empty one says nothing."""
        text = lines.plain(line)[:TEXT_LIMIT_CHARS]
        self._last.append(text)
        if text:
            kind = EventKind.RETRY if lines.is_retry(text) else EventKind.PROGRESS
            yield Event(kind=kind, text=text, structured=False)

    def finish(self) -> Iterator[Event]:
        """Yield what refused the agent its work, where its last words say so."""
        texts = [*self._last]
        at = refused_report(texts)
        if at is not None:
            back = len(texts) - 1 - at
            yield Event(
                kind=EventKind.OTHER,
                text=texts[at],
                denied=True,
                structured=False,
                lines_back=back,
            )
