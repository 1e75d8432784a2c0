"""Codex (`codex exec --json`): threads, turns and items.

Retries come as `error` events ("Reconnecting... 2/5"), warnings as items of type error: both are
also in runs that succeed. The end event is turn.completed or turn.failed.

Before turns and items (2025) it printed its inner protocol, `{"id": "0", "msg": {"type": ...}}`, without
an end event, and exited 0 whatever became of the task: that is read as any stream that is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind, Usage
from policies.events.generic import GenericReader
from policies.events.refused import is_refusal

_WORDS = frozenset({"agent_message", "reasoning", "todo_list", "plan"})
_NOTES = frozenset({"error", "warning"})
_VIOLATION = "recorded sandbox violation"
"""In codex's own log (the adapter turns it on): a denied command that ends at once has no item."""
_GOOD = frozenset({"completed", "success", "in_progress", ""})


class CodexReader:
    """Reads one codex run."""

    def __init__(self) -> None:
        self.has_end_event = True
        self._older: GenericReader | None = None

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*."""
        text = lines.plain(line)
        data = lines.parse(text)
        if data is not None and is_older(data):
            self._older = self._older or GenericReader()
        if self._older:
            yield from self._older.feed(line)
            self.has_end_event = self._older.has_end_event
        elif data is not None:
            yield from self._event(data)
        elif _VIOLATION in text:
            yield Event(
                kind=EventKind.OTHER, denied=True, text=text[text.index(_VIOLATION) :][:500]
            )
        elif text:
            yield lines.from_text(text)

    def finish(self) -> Iterator[Event]:
        """Yield the end that the last error of the older protocol means; else the end is an event."""
        if self._older:
            yield from self._older.finish()
            self.has_end_event = self._older.has_end_event

    def _event(self, data: lines.Json) -> Iterator[Event]:
        match data.get("type"):
            case "thread.started":
                yield Event(
                    kind=EventKind.STARTED, session_id=lines.text_of(data.get("thread_id")) or None
                )
            case "item.started":
                yield from _began(lines.field(data, "item"))
            case "item.completed" | "item.updated" as kind:
                yield from _item(lines.field(data, "item"), kind == "item.completed")
            case "error":
                yield _trouble(lines.text_of(data.get("message")))
            case "turn.failed":
                message = lines.field(data, "error", "message") or data.get("message")
                yield lines.failed_end(lines.text_of(message) or "the turn failed")
            case "turn.completed":
                yield Event(kind=EventKind.ENDED, ok=True, usage=_usage(data.get("usage")))
            case _:
                yield Event(kind=EventKind.OTHER)


def is_older(data: lines.Json) -> bool:
    """Say whether *data* is an event of the protocol that codex printed before turns and items."""
    kind = lines.field(data, "msg", "type")
    return "id" in data and "type" not in data and isinstance(kind, str)


def _began(item: object) -> Iterator[Event]:
    kind = lines.text_of(lines.field(item, "type"))
    if kind in _WORDS or kind in _NOTES or not kind:
        yield Event(kind=EventKind.OTHER)
        return
    yield Event(kind=EventKind.TOOL_STARTED, tool_id=_id(item), text=_what(item))


def _item(item: object, completed: bool) -> Iterator[Event]:
    kind = lines.text_of(lines.field(item, "type"))
    if kind in _WORDS:
        words = lines.text_of(lines.field(item, "text")) if kind == "agent_message" else ""
        yield Event(kind=EventKind.PROGRESS, text=words)
    elif kind in _NOTES or not kind or not completed:
        yield Event(kind=EventKind.OTHER, text=lines.text_of(lines.field(item, "message")))
    else:
        yield _tool_ended(item)


def _tool_ended(item: object) -> Event:
    status, code = lines.text_of(lines.field(item, "status")), lines.field(item, "exit_code")
    ok = status in _GOOD and code in (0, None)
    said = lines.field(item, "aggregated_output") or lines.field(item, "error", "message") or ""
    output = said if isinstance(said, str) else ""
    denied = status == "declined" or (not ok and is_refusal(output, network_too=True))
    text = f"{_what(item)}: {output.strip()[-500:]}" if denied else _what(item)
    return Event(kind=EventKind.TOOL_ENDED, tool_id=_id(item), ok=ok, denied=denied, text=text)


def _what(item: object) -> str:
    said = (lines.field(item, name) for name in ("command", "query", "tool", "type"))
    return next((text[:TEXT_LIMIT_CHARS] for text in said if isinstance(text, str) and text), "")


def _id(item: object) -> str:
    return str(lines.field(item, "id") or "")


def _trouble(message: str) -> Event:
    if lines.is_retry(message):
        return Event(kind=EventKind.RETRY, text=message, status=lines.status_in(message))
    return lines.error(message)


def _usage(usage: object) -> Usage | None:
    given = lines.whole(lines.field(usage, "input_tokens"))
    made = lines.whole(lines.field(usage, "output_tokens"))
    return None if given is None and made is None else Usage(input_tokens=given, output_tokens=made)
