"""An agent that nobody knows and that prints JSON lines: read by what such streams have in common.

An object is judged by its kind (`type` or `event`) and by the marks of failure in it. No end event is
demanded of a stream that is not known; but when its last word is its own error, exit 0 is no success.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.events import lines, loose
from policies.events.base import Event, EventKind
from policies.events.refused import is_refusal

_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
_BAD = frozenset({"error", "errored", "failed", "failure", "fatal", "exception", "aborted"})
_RETRY = frozenset({"retry", "retrying", "retries", "reconnect", "reconnecting", "backoff"})
_TOOL = frozenset({"tool", "function", "command", "exec"})
_OVER = frozenset(
    {"end", "ended", "result", "output", "complete", "completed", "finished", "done", "response"}
)
_END = frozenset({"result", "end", "ended", "done", "complete", "completed", "finished", "summary"})
_WHOLE = frozenset({"session", "run", "agent", "task", "turn", "thread", "conversation", "final"})
_NOTES = frozenset({"warn", "warning", "info", "debug", "log", "notice"})
_STATES = ("subtype", "status", "level", "outcome", "state")


class GenericReader:
    """Reads one run of an agent that is not known."""

    has_end_event = False
    """Until its own error is its last word."""

    def __init__(self) -> None:
        self._at = 0
        self._failed: tuple[int, Event] | None = None
        self._speaks_json = False

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the event of one *line*."""
        self._at += 1
        text = lines.plain(line)
        data = lines.parse(text)
        if data is None and not text:
            return
        event = self._plain(text) if data is None else _event(data)
        self._speaks_json = self._speaks_json or data is not None
        if event.kind is EventKind.ERROR and event.structured:
            self._failed = (self._at, event)
        elif event.kind not in (EventKind.OTHER, EventKind.RETRY, EventKind.ERROR):
            self._failed = None
        self.has_end_event = self.has_end_event or (event.kind is EventKind.ENDED and not event.ok)
        yield event

    def finish(self) -> Iterator[Event]:
        """Yield the end that its last error means, where no end came."""
        if self._failed and not self.has_end_event:
            self.has_end_event = True
            at, told = self._failed
            yield lines.failed_end(told.text, told.status, lines_back=self._at - at)

    def _plain(self, text: str) -> Event:
        told = lines.from_text(text)
        if self._speaks_json or told.kind is not EventKind.OTHER:
            return told
        return Event(kind=EventKind.PROGRESS, text=told.text, structured=False)


def _event(data: lines.Json) -> Event:
    kind = lines.text_of(data.get("type")) or lines.text_of(data.get("event"))
    words = [word.lower() for word in _WORD.findall(kind[:200])]
    said, known = loose.said(data), frozenset(words)
    is_bad = _is_bad(data, known)
    if known & _RETRY or (is_bad and lines.is_retry(said)):
        return Event(kind=EventKind.RETRY, text=said or kind, status=loose.status(data))
    if known & _TOOL:
        return _tool(data, known, said, is_bad)
    if _is_end(words):
        return lines.failed_end(said or kind, loose.status(data)) if is_bad else _good_end(data)
    if is_bad:
        return lines.error(said or kind, loose.status(data))
    return _progress(data, known)


def _is_bad(data: lines.Json, kind: frozenset[str]) -> bool:
    if kind & _NOTES or str(data.get("level")).lower() in _NOTES:
        return False
    marks = any(data.get(name) is True for name in ("is_error", "isError"))
    refused = any(data.get(name) is False for name in ("success", "ok"))
    states = any(str(data.get(name)).lower() in _BAD for name in _STATES)
    own = lines.field(data, "error")
    said = bool(own) and isinstance(own, str | dict)
    told = str(data.get("subtype")).lower().startswith("error")
    return bool(kind & _BAD) or marks or refused or states or said or told


def _is_end(words: list[str]) -> bool:
    """Say whether the kind is of the whole run's end: `result`, `session.end`, `run_failed`."""
    ends = words[-1:] and words[-1] in (_END | _BAD)
    return bool(ends) and (bool(_WHOLE & set(words[:-1])) or (len(words) == 1 and words[0] in _END))


def _good_end(data: lines.Json) -> Event:
    return Event(
        kind=EventKind.ENDED, ok=True, text=loose.words(data), session_id=loose.session(data)
    )


def _tool(data: lines.Json, kind: frozenset[str], said: str, is_bad: bool) -> Event:
    names = (lines.text_of(data.get(n)) for n in ("name", "tool", "tool_name", "command"))
    name = next((text for text in names if text), "tool")
    if not (kind & _OVER or kind & _BAD):
        return Event(kind=EventKind.TOOL_STARTED, text=name)
    code = next((lines.whole(data.get(n)) for n in ("exit_code", "exitCode") if n in data), None)
    failed = is_bad or code not in (None, 0)
    output = said or lines.text_of(data.get("output"))
    denied = failed and is_refusal(output)
    text = output[-500:] if denied else name
    return Event(kind=EventKind.TOOL_ENDED, ok=not failed, denied=denied, text=text)


def _progress(data: lines.Json, kind: frozenset[str]) -> Event:
    session, role = loose.session(data), data.get("role") or lines.field(data, "message", "role")
    words = "" if role in ("user", "system", "tool") or kind & _NOTES else loose.words(data)
    if words or kind & {"delta", "assistant", "reasoning"}:
        return Event(kind=EventKind.PROGRESS, text=words, session_id=session)
    start = kind & {"start", "started", "init", "begin"}
    return Event(kind=EventKind.STARTED if start else EventKind.OTHER, session_id=session)
