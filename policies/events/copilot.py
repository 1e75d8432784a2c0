"""GitHub Copilot CLI (`copilot -p --output-format json`): session.*, assistant.*, model.*, tool.*, result.

A failed try is `model.call_failure`, what ended the run `session.error`; the end event is `result` with
an exit code. Text mode has neither: there its own sentences count, with the exit code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind
from policies.events.refused import is_refusal
from policies.expressions import expression

FAMILIES = ("session.", "assistant.", "model.", "tool.", "user.", "permission.")

_NESTED = 3
_TYPES = {
    "authentication": 401,
    "authorization": 403,
    "quota": 402,
    "rate_limit": 429,
    "context_limit": 413,
}
"""Kinds of session.error in the Copilot SDK's documentation; the others (`query`) tell nothing."""
_DENIED = frozenset({"denied", "rejected", "permission_denied"})
_ANSWERED = frozenset({"assistant.message", "assistant.message_delta", "assistant.reasoning"})
_RETRIES = frozenset({"assistant.turn_retry", "model.call_failure"})
_RETRYING = expression(r"\bRetrying\.\.\.$")
_SAID = expression(
    r"^(?:Authentication failed\b|No authentication information|Could not connect to |Failed to "
    r"|Access denied\b|(?:\d{3}|CAPIError|Error|API error|Request failed)\b.{0,80}: |Error: |error: "
    r"|Model .{1,80} (?:not found|is not available)|You (?:have|'ve) (?:exceeded|reached|no quota)"
    r"|Rate limit|Quota exceeded|Permission denied\b)",
    re.IGNORECASE,
)
"""What its text mode says of a failure that ended the run."""
_DETAIL = expression(r"^(?:Changes|Duration|Tokens|Resume|Total |Breakdown|Usage)\b")


class CopilotReader:
    """Reads one copilot run, in either output mode."""

    has_end_event = False
    """Until an event tells that it speaks in events."""

    def __init__(self) -> None:
        self._words = ""
        self._error = ""
        self._try = ""

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the event of one *line*."""
        text = lines.plain(line)
        data = lines.parse(text)
        kind = lines.text_of(data.get("type")) if data else ""
        if data is not None and (kind.startswith(FAMILIES) or kind == "result"):
            self.has_end_event = True
            yield self._event(kind, data)
        elif text:
            yield self._plain(text[:TEXT_LIMIT_CHARS])

    def finish(self) -> Iterator[Event]:
        """Yield nothing."""
        return iter(())

    def _event(self, kind: str, data: lines.Json) -> Event:
        told = data.get("data")
        if kind == "result":
            return self._end(data)
        if kind == "session.error":
            self._error = self._with_last_try(lines.text_of(lines.field(told, "message")))
            return lines.error(self._error or "an error without a message", _status(told))
        if kind in _RETRIES or lines.field(told, "infoType") == "model_retry":
            tried = _tried(told)
            self._try = tried.text if kind == "model.call_failure" else self._try
            return tried
        if kind in _ANSWERED:
            return self._answered(told)
        return _tool(kind, told) or Event(kind=EventKind.OTHER)

    def _with_last_try(self, said: str) -> str:
        """Give *said* with the provider's own words, which stand in the last try alone."""
        first, _, rest = said.partition("\n")
        if not self._try or self._try in said:
            return said
        return "\n".join([f"{first} ({self._try})", rest]).strip()

    def _answered(self, told: object) -> Event:
        said = lines.text_of(lines.field(told, "content"))
        self._words = said or self._words
        return Event(kind=EventKind.PROGRESS, text=said)

    def _end(self, data: lines.Json) -> Event:
        session = lines.text_of(data.get("sessionId")) or None
        code = lines.whole(data.get("exitCode"))
        if not code:
            return Event(kind=EventKind.ENDED, ok=True, text=self._words, session_id=session)
        return lines.failed_end(self._error or f"exit code {code}", session_id=session)

    def _plain(self, text: str) -> Event:
        said = text.lstrip("●✗✖ ")
        if _RETRYING.search(said) or lines.is_retry(said):
            self._try = _RETRYING.sub("", said).strip()
            return Event(kind=EventKind.RETRY, text=said, structured=False)
        if _SAID.match(said) and text[0] not in "●":
            self._error = self._with_last_try(said)
            return Event(
                kind=EventKind.ERROR,
                text=self._error,
                ok=False,
                structured=False,
                status=lines.status_in(said),
            )
        told = lines.from_text(text)
        if self.has_end_event or self._error or _DETAIL.match(text):
            return Event(kind=EventKind.OTHER, text=told.text, structured=False)
        if told.kind is not EventKind.OTHER:
            return told
        return Event(kind=EventKind.PROGRESS, text=text, structured=False)


def _status(told: object) -> int | None:
    """Give the HTTP status of a failure, else the one that its kind stands for."""
    given = lines.whole(lines.field(told, "statusCode"))
    return given or _TYPES.get(lines.text_of(lines.field(told, "errorType")))


def _tried(told: object) -> Event:
    said = next(
        (
            text
            for name in ("errorMessage", "message", "reason")
            if (text := lines.text_of(lines.field(told, name)))
        ),
        "",
    )
    kind = lines.text_of(lines.field(told, "failureKind"))
    text = (_message(said) or kind)[:TEXT_LIMIT_CHARS]
    return Event(kind=EventKind.RETRY, text=text, status=_status(told), ok=False)


def _message(said: str) -> str:
    """Give what *said* tells: it may be JSON in a string, whose innermost message counts."""
    for _ in range(_NESTED):
        start = said.find("{")
        try:
            body = json.loads(said if said.startswith('"') else said[start:] if start >= 0 else "")
        except ValueError:
            break
        inner = lines.field(body, "error", "message") or lines.field(body, "message") or body
        if not isinstance(inner, str):
            break
        said = inner
    return said


def _tool(kind: str, told: object) -> Event | None:
    tool = lines.text_of(lines.field(told, "toolCallId"))
    if kind == "tool.execution_start":
        name = lines.text_of(lines.field(told, "toolName")) or "tool"
        given = lines.field(told, "arguments")
        detail = lines.text_of(lines.field(given, "command") or lines.field(given, "path"))
        return Event(kind=EventKind.TOOL_STARTED, tool_id=tool, text=f"{name} {detail}".strip())
    if kind != "tool.execution_complete":
        return None
    ok = lines.field(told, "success") is not False
    said = lines.text_of(lines.field(told, "error", "message"))
    code = lines.text_of(lines.field(told, "error", "code"))
    output = said or lines.text_of(lines.field(told, "result", "content"))
    exit_code = lines.field(told, "shellExecution", "exitCode")
    failed = not ok or exit_code not in (0, None)
    denied = failed and (code in _DENIED or is_refusal(output))
    return Event(
        kind=EventKind.TOOL_ENDED, tool_id=tool, ok=not failed, denied=denied,
        text=output[-500:] if denied else "",
    )  # fmt: skip
