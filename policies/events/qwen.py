"""Qwen Code (`qwen -o stream-json`): claude's events; or plain text.

An API failure is only assistant text "[API Error: ...]", with `is_error` false, subtype "success" and
exit 0; what stops the run otherwise is a plain line on stderr.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from policies.events import lines
from policies.events.api_error import MARK, at_end, unwrap
from policies.events.base import Event, EventKind
from policies.events.claude import ClaudeReader
from policies.events.terminal import Terminal

KINDS = frozenset({"system", "assistant", "user", "stream_event", "result"})


class QwenReader:
    """Reads one qwen run, in either output mode."""

    has_end_event = False
    """Until an event tells that it speaks in events, or an API error that exit 0 is no success."""

    def __init__(self) -> None:
        self._events = ClaudeReader()
        self._text = Terminal()

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*; with `-o json` all of them stand in one list."""
        text = lines.plain(line)
        rows = [row for row in _rows(text) if row.get("type") in KINDS]
        for row in rows:
            self.has_end_event = self._text.in_events = True
            for event in self._events.read(_with_message(row)):
                yield _failed(event) or event
        if text and not rows:
            yield self._plain(line, text)

    def finish(self) -> Iterator[Event]:
        """Yield nothing; an API error with nothing after it is no success, whatever the exit code."""
        self.has_end_event = self.has_end_event or self._text.api_failed
        return iter(())

    def _plain(self, raw: str, text: str) -> Event:
        said = at_end(text)
        if said is None and text.startswith(MARK):
            said = text[len(MARK) :]
        return self._text.event(raw, text) if said is None else self._text.api_error(said)


def _rows(text: str) -> list[lines.Json]:
    if not text.startswith("[{"):
        return [found] if (found := lines.parse(text)) else []
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [row for row in rows if isinstance(row, dict)]


def _with_message(row: lines.Json) -> lines.Json:
    said = lines.field(row, "error", "message")
    return {**row, "result": said} if row["type"] == "result" and said else row


def _failed(event: Event) -> Event | None:
    """Give the failure that an event of words is, when those end with an API error."""
    if event.kind not in (EventKind.PROGRESS, EventKind.ENDED) or MARK not in event.text:
        return None
    said = at_end(event.text)
    if said is None:
        return None
    text, status = unwrap(said)
    kind = EventKind.ERROR if event.kind is EventKind.PROGRESS else EventKind.ENDED
    wait = lines.retry_after_in(text)
    return replace(event, kind=kind, ok=False, text=text, status=status, retry_after_s=wait)
