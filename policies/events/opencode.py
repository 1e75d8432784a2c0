"""opencode (`opencode run --format json`): step_start, text, tool_use, step_finish, error; or text.

There is no end event: the last `step_finish` gives a reason, and `stop` is the one good one. It is
silent while it retries. A refused permission ends the run with exit 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.events import lines
from policies.events.api_error import http_status
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind, Usage
from policies.events.opencode_text import REFUSED, OpencodeText
from policies.events.refused import is_refusal
from policies.expressions import expression

KINDS = frozenset({"step_start", "text", "reasoning", "tool_use", "step_finish", "error"})

_PAYLOAD = expression(r"^(JSON parsing failed|Type validation failed): (?:Text|Value): ")
_OWN_NAME = frozenset({"APIError", "UnknownError", "Error", ""})
"""Names that add nothing to the message."""
_GOOD = frozenset({"stop", "end_turn", "end-turn", ""})
"""Reasons of a finished answer; older versions give none."""
_REASONS = {
    "length": 'the answer stopped at the output-token limit ("reason":"length")',
    "content-filter": "the answer was stopped by the provider's content filter",
    "error": "the answer ended with an error",
}


class OpencodeReader:
    """Reads one opencode run, in either output mode."""

    has_end_event = False
    """Until an event tells that it speaks in events."""

    def __init__(self) -> None:
        self._reason: str | None = None
        self._words = ""
        self._refused = ""
        self._text = OpencodeText()
        self._since = 0
        """Lines since its last error in plain text."""

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*."""
        text = lines.plain(line)
        data = lines.parse(text)
        self._since += 1
        if data is not None and data.get("type") in KINDS:
            self.has_end_event = self._text.in_events = True
            yield self._event(data)
        elif text:
            event = self._text.event(line, text[:TEXT_LIMIT_CHARS])
            self._since = 0 if event.kind is EventKind.ERROR else self._since
            yield event

    def finish(self) -> Iterator[Event]:
        """Yield the end that the last step's reason tells, or the error that a run in text ended with."""
        if (last := self._text.ended_by) and not self._text.in_events:
            self.has_end_event = True  # some of its kin exit 0 all the same
            yield lines.failed_end(last.text, last.status, lines_back=self._since)
        if self._reason is None:
            return
        if self._refused and self._reason == "tool-calls":
            yield lines.failed_end(self._refused)
        elif self._reason in _GOOD:
            yield Event(kind=EventKind.ENDED, ok=True, text=self._words)
        elif said := _REASONS.get(self._reason):
            yield lines.failed_end(said)

    def _event(self, data: lines.Json) -> Event:
        session = lines.text_of(data.get("sessionID")) or None
        part = data.get("part")
        kind = data["type"]
        self._reason = None
        if kind == "text" or kind == "reasoning":
            self._words = lines.text_of(lines.field(part, "text") or data.get("text"))
            return Event(kind=EventKind.PROGRESS, text=self._words, session_id=session)
        if kind == "tool_use":
            return self._tool(part)
        if kind == "step_finish":
            return self._finished(data, part)
        if kind == "error":
            return _failure(data)
        # A step that starts is no progress: each silent retry begins one.
        return Event(kind=EventKind.STARTED, session_id=session)

    def _tool(self, part: object) -> Event:
        state = lines.field(part, "state")
        failed = lines.field(state, "status") == "error"
        output = lines.text_of(lines.field(state, "error" if failed else "output"))
        failed = failed or lines.field(state, "metadata", "exit") not in (0, None)
        denied = failed and (REFUSED.search(output[-2_000:]) is not None or is_refusal(output))
        self._refused = output[-500:].strip() if denied else ""
        text = self._refused if denied else _what(part, state)
        tool = str(lines.field(part, "callID") or "")
        return Event(
            kind=EventKind.TOOL_ENDED, tool_id=tool, ok=not failed, denied=denied, text=text
        )

    def _finished(self, data: lines.Json, part: object) -> Event:
        self._reason = lines.text_of(lines.field(part, "reason") or data.get("reason"))
        usage = _usage(part)
        made = usage is not None and bool(usage.output_tokens)
        return Event(kind=EventKind.PROGRESS if made else EventKind.OTHER, usage=usage)


def _failure(data: lines.Json) -> Event:
    problem = data.get("error")
    name = lines.text_of(lines.field(problem, "name"))
    said = lines.text_of(lines.field(problem, "data", "message") or data.get("message"))
    said = _without_payload(said)
    text = ": ".join(part for part in (name if name not in _OWN_NAME else "", said) if part)
    status = http_status(lines.field(problem, "data", "statusCode"))
    return lines.error(text or name or "an error without a message", status)


def _without_payload(said: str) -> str:
    """The AI SDK quotes the whole answer that it could not read, then says why: `Error message: ...`."""
    found = _PAYLOAD.match(said)
    why = said.rpartition("\nError message: ")[2] if found else ""
    return f"{found[1]}: {why}" if found and why else said


def _what(part: object, state: object) -> str:
    given = lines.field(state, "input")
    said = (lines.field(given, name) for name in ("command", "filePath", "path", "pattern"))
    detail = next((text for text in said if isinstance(text, str)), "")
    return lines.text_of(f"{lines.field(part, 'tool') or 'tool'} {detail}".strip())


def _usage(part: object) -> Usage | None:
    given = lines.whole(lines.field(part, "tokens", "input"))
    made = lines.whole(lines.field(part, "tokens", "output"))
    if not given and not made:
        return None
    # A model without a known price costs 0: that is no known cost.
    cost = lines.money(lines.field(part, "cost")) or None
    return Usage(input_tokens=given, output_tokens=made, cost_usd=cost)
