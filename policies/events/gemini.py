"""Gemini CLI (`gemini -p`): init, message, tool_use, tool_result, error, result; or plain text.

The end event is `result`; its `status` speaks, since the exit code may be 0 beside an error. Text mode
has no end event: there the CLI's own error forms on stderr count, with the exit code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from policies.events import lines
from policies.events.api_error import MARK, at_end, http_status, is_causeless, is_frame, unwrap
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind, Usage
from policies.events.refused import is_refusal
from policies.events.terminal import Terminal
from policies.expressions import expression

KINDS = frozenset({"init", "message", "tool_use", "tool_result", "error", "result"})

_REFUSED_TYPES = frozenset(
    {"permission_denied", "path_not_in_workspace", "no_space_left", "policy_violation"}
)
_REPORT = expression(
    r"^(?P<what>.{1,200}?) (?:Full report available at: \S{1,1000}"
    r"|Additionally, failed to write (?:\w+ ){0,4}error report:?)\s*(?P<said>.*)$"
)
_ANSWER = "Error when talking to Gemini API"
"""Only this report is of the answer itself; a side call's failure stops nothing."""
_OBJECT_ERROR = '  "error": {'
"""With `-o json` the whole answer is one printed object; so begins its error."""
_OBJECT_MESSAGE = expression(r'^    "message": ("(?:[^"\\]|\\.)*")')


class GeminiReader:
    """Reads one gemini run, in either output mode."""

    has_end_event = False
    """Until an event tells that it speaks in events, or an API error that exit 0 is no success."""

    def __init__(self) -> None:
        self._text = Terminal()
        self._words = ""
        self._in_object = False
        self._at = self._nameless_at = 0

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*."""
        self._at += 1
        text = lines.plain(line)
        data = lines.parse(text)
        if data is not None and data.get("type") in KINDS:
            self.has_end_event = self._text.in_events = True
            yield self._event(data)
        elif text:
            yield self._plain(line[:TEXT_LIMIT_CHARS], text[:TEXT_LIMIT_CHARS])

    def finish(self) -> Iterator[Event]:
        """Yield the end that a report without a cause means, where no other error told more of it.

        An API error with nothing after it is no success, whatever the exit code.
        """
        told = self.has_end_event or self._text.api_failed
        self.has_end_event = told or self._nameless_at > 0
        if self._nameless_at and not (told or self._text.last_error):
            yield lines.failed_end(_ANSWER, lines_back=self._at - self._nameless_at)

    def _event(self, data: lines.Json) -> Event:
        match data["type"]:
            case "init":
                return _started(data)
            case "message":
                return self._message(data)
            case "tool_use":
                self._words = ""
                return Event(kind=EventKind.TOOL_STARTED, tool_id=_id(data), text=_what(data))
            case "tool_result":
                return _tool_ended(data)
            case "error" if data.get("severity", "error") == "error":
                return _trouble(lines.text_of(data.get("message")))
            case "result":
                return self._end(data)
            case _:
                return Event(kind=EventKind.OTHER, text=lines.text_of(data.get("message")))

    def _message(self, data: lines.Json) -> Event:
        if data.get("role") == "user":
            return Event(kind=EventKind.OTHER)
        said = lines.text_of(data.get("content"))
        self._words = (self._words + said if data.get("delta") else said)[-TEXT_LIMIT_CHARS:]
        return Event(kind=EventKind.PROGRESS, text=self._words)

    def _end(self, data: lines.Json) -> Event:
        usage = _usage(data.get("stats"))
        if data.get("status") == "success":
            return Event(kind=EventKind.ENDED, ok=True, text=self._words, usage=usage)
        problem = data.get("error")
        said = lines.text_of(lines.field(problem, "message") or data.get("message"))
        text, status = unwrap(at_end(said) or said)
        if is_causeless(text):
            text = self._text.last_error or lines.text_of(lines.field(problem, "type"))
        return lines.failed_end(text or "the run failed", status, usage=usage)

    def _plain(self, raw: str, text: str) -> Event:
        if (said := self._reported(raw, text)) is not None:
            self._nameless_at = self._at if not said else 0
            return self._text.api_error(said)
        return self._text.event(raw, text)

    def _reported(self, raw: str, text: str) -> str | None:
        """Give what the CLI reports of an API failure, or its printed object of a failure."""
        if self._in_object and (found := _OBJECT_MESSAGE.match(raw)):
            self._in_object = False
            return _loaded(found[1])
        self._in_object = self._in_object or raw.rstrip() == _OBJECT_ERROR
        if is_frame(raw):
            return None
        report = _REPORT.match(text) if " report" in text else None
        if report and report["what"].endswith(
            _ANSWER
        ):  # of an answer that broke off: right behind it
            return report["said"]
        return (at_end(text) or text[len(MARK) :]) if text.startswith(MARK) else None


def _loaded(quoted: str) -> str:
    try:
        said = str(json.loads(quoted))
    except ValueError:
        said = quoted.strip('"')
    return at_end(said) or said


def _trouble(said: str) -> Event:
    text, status = unwrap(at_end(said) or said)
    return lines.error(text or "an error without a message", status)


def _started(data: lines.Json) -> Event:
    session, model = lines.text_of(data.get("session_id")), lines.text_of(data.get("model"))
    return Event(kind=EventKind.STARTED, session_id=session or None, model=model or None)


def _tool_ended(data: lines.Json) -> Event:
    problem = data.get("error")
    output = lines.text_of(lines.field(problem, "message")) or lines.text_of(data.get("output"))
    failed = data.get("status") == "error"
    kind = lines.text_of(lines.field(problem, "type"))
    denied = failed and (kind in _REFUSED_TYPES or is_refusal(output))
    text = (output or kind)[-500:] if denied else ""
    return Event(
        kind=EventKind.TOOL_ENDED,
        tool_id=_id(data),
        ok=not failed,
        denied=denied,
        text=text,
        status=http_status(lines.field(problem, "code")),
    )


def _what(data: lines.Json) -> str:
    given = data.get("parameters")
    said = (lines.field(given, name) for name in ("command", "file_path", "path", "pattern"))
    detail = next((text for text in said if isinstance(text, str)), "")
    return lines.text_of(f"{data.get('tool_name') or 'tool'} {detail}".strip())


def _id(data: lines.Json) -> str:
    return str(data.get("tool_id") or "")


def _usage(stats: object) -> Usage | None:
    given = lines.whole(lines.field(stats, "input_tokens"))
    made = lines.whole(lines.field(stats, "output_tokens"))
    return Usage(input_tokens=given, output_tokens=made) if given or made else None
