"""Pi (`pi -p --mode json`): sessions, turns, messages and tool executions.

It exits 0 on every API failure, and `agent_end` comes after each try: a failed one is the end only
when no retry follows, so it is held back until the next event, or the end of the stream, tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.events import lines
from policies.events.base import Event, EventKind, Usage
from policies.events.refused import is_refusal

_UPDATE = '{"type":"message_update"'
_AGENT_END = '{"type":"agent_end"'
_NO_ANSWER = "the agent ended without an answer"


class PiReader:
    """Reads one pi run."""

    has_end_event = True

    def __init__(self) -> None:
        self._words = ""
        self._wrong = _NO_ANSWER
        self._held = False

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*; the longest kinds are known by their first bytes."""
        text = lines.plain(line)
        if text.startswith(_UPDATE):
            yield Event(kind=EventKind.PROGRESS)
        elif text.startswith(_AGENT_END):
            yield from self._tried()
        elif (data := lines.parse(text)) is not None:
            yield from self._event(data)
        elif text:
            yield lines.from_text(text)

    def finish(self) -> Iterator[Event]:
        """Yield the failed end that no retry took back."""
        if self._held:
            self._held = False
            yield lines.failed_end(self._wrong)

    def _event(self, data: lines.Json) -> Iterator[Event]:
        match data.get("type"):
            case "session":
                yield Event(
                    kind=EventKind.STARTED, session_id=lines.text_of(data.get("id")) or None
                )
            case "message_end":
                message = data.get("message")  # a line that was cut has its fields at the top
                yield from self._message(message if isinstance(message, dict) else data)
            case "tool_execution_start":
                yield Event(kind=EventKind.TOOL_STARTED, tool_id=_id(data), text=_what(data))
            case "tool_execution_update":
                yield Event(kind=EventKind.PROGRESS)
            case "tool_execution_end":
                yield _tool_ended(data)
            case "agent_end":
                yield from self._tried()
            case "auto_retry_start":
                self._held = False
                yield _retry(data)
            case "auto_retry_end" if data.get("success") is False:
                self._wrong = lines.text_of(data.get("finalError")) or self._wrong
                yield from self.finish()
            case _:
                yield Event(kind=EventKind.OTHER)

    def _message(self, message: Any) -> Iterator[Event]:
        if lines.field(message, "role") != "assistant":
            yield Event(kind=EventKind.OTHER)
            return
        reason = lines.field(message, "stopReason")
        words = lines.text_of(lines.field(message, "content"))
        model = lines.text_of(lines.field(message, "model")) or None
        self._words, self._wrong = words, _problem(message, reason, words)
        if reason in ("error", "aborted"):
            yield lines.error(self._wrong)
        else:
            usage = _usage(lines.field(message, "usage"))
            yield Event(kind=EventKind.PROGRESS, text=words, model=model, usage=usage)

    def _tried(self) -> Iterator[Event]:
        if self._wrong:
            self._held = True
            yield Event(kind=EventKind.OTHER)
        else:
            yield Event(kind=EventKind.ENDED, ok=True, text=self._words)


def _problem(message: Any, reason: Any, words: str) -> str:
    said = lines.text_of(lines.field(message, "errorMessage"))
    if reason in ("error", "aborted"):
        return said or f"the answer ended with {reason}"
    if reason == "length":
        return said or 'the answer stopped at the output-token limit ("stopReason":"length")'
    return "" if words.strip() or lines.field(message, "content") else _NO_ANSWER


def _retry(data: lines.Json) -> Event:
    text = lines.text_of(data.get("errorMessage"))
    return Event(kind=EventKind.RETRY, text=text, status=lines.status_in(text))


def _tool_ended(data: lines.Json) -> Event:
    output = lines.text_of(lines.field(data, "result", "content"))
    failed = data.get("isError") is True
    denied = failed and is_refusal(output)
    text = f"{_what(data)}: {output[-500:]}" if denied else _what(data)
    return Event(
        kind=EventKind.TOOL_ENDED, tool_id=_id(data), ok=not failed, denied=denied, text=text
    )


def _what(data: lines.Json) -> str:
    said = (lines.field(data, "args", name) for name in ("command", "path"))
    detail = next((text for text in said if isinstance(text, str)), "")
    return lines.text_of(f"{data.get('toolName') or 'tool'} {detail}".strip())


def _id(data: lines.Json) -> str:
    return str(data.get("toolCallId") or "")


def _usage(usage: Any) -> Usage | None:
    given, made = (
        lines.whole(lines.field(usage, "input")),
        lines.whole(lines.field(usage, "output")),
    )
    if not given and not made:
        return None
    # Pi prices models that it does not know at 0: that is no known cost.
    cost = lines.money(lines.field(usage, "cost", "total")) or None
    return Usage(input_tokens=given, output_tokens=made, cost_usd=cost)
