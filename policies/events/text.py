"""Any command's plain output: each line is progress, but for chatter about trying again.

Without an end event its exit code decides; a line that looks like an error proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind


class TextReader:
    """Reads one run of any command."""

    has_end_event = False

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the event of one *line*; an empty one says nothing."""
        text = lines.plain(line)[:TEXT_LIMIT_CHARS]
        if text:
            kind = EventKind.RETRY if lines.is_retry(text) else EventKind.PROGRESS
            yield Event(kind=kind, text=text, structured=False)

    def finish(self) -> Iterator[Event]:
        """Yield nothing."""
        return iter(())
