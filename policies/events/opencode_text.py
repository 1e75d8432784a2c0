"""The plain lines of opencode: its header, coloured errors, its printed log, else an answer."""

from __future__ import annotations

import re

from policies.events import lines
from policies.events.api_error import unwrap
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind
from policies.events.terminal import CRASH
from policies.expressions import expression

_HEADER = expression(r"^> (?P<agent>\w[\w -]{0,40}) · (?P<model>\S{1,120})$")
_ERROR = expression(
    r"^(?:Error|E(?:ACCES|DQUOT|EXIST|IO|ISDIR|MFILE|NOENT|NOSPC|NOTDIR|PERM|ROFS)): (?P<said>.+)$"
)
_NAMELESS = expression(
    r"^unexpected (?:server )?error\b(?!: )(?:, check log file\b.*)?$", re.IGNORECASE
)
_NOTICE = expression(
    r"^(?:\w+-migration:|Performing one time database migration|Database migration|Bun v\d)"
)
REFUSED = expression(
    r"rejected permission|permission requested: .{0,500}auto-reject|rule which prevents you"
    r"|permission denied",
    re.IGNORECASE,
)
_LOGGED = expression(
    r"^(?P<level>DEBUG|INFO|WARN|ERROR)\s+\d{4}-\d\d-\d\dT\S+ \+\d+ms (?P<said>.*)$"
)


class OpencodeText:
    """Follows one run's plain lines, in bounded memory."""

    def __init__(self) -> None:
        self.in_events = False
        """The run speaks in events: then plain lines are never its progress."""
        self._began = False
        self._over = False
        self._wants_cause = False
        self.ended_by: Event | None = None
        """Its own error, while nothing but more of the same follows it."""

    def event(self, raw: str, text: str) -> Event:
        """Give the event of the plain line *raw*, which is *text* without blanks and colours."""
        if logged := _LOGGED.match(text):
            return _of_own_log(logged)
        if header := _HEADER.match(text):
            return Event(kind=EventKind.STARTED, model=header["model"], structured=False)
        if "auto-reject" in text and REFUSED.search(text[:1_000]):
            return Event(kind=EventKind.OTHER, text=text, denied=True, structured=False)
        return self._failed(raw, text) or self._line(text)

    def _failed(self, raw: str, text: str) -> Event | None:
        if CRASH.match(text):
            self._over = True
            return self._ended(text)
        found = _ERROR.match(text)
        if not found and not self._wants_cause:
            return None
        said = found["said"] if found and text.startswith("Error") else text
        # In colour it is opencode's own; an answer may begin so too, but then not before any work.
        self._over = self._over or not self._began or "\x1b[" in raw[:20]
        self._wants_cause = _NAMELESS.match(said) is not None
        return self._ended(said)

    def _ended(self, said: str) -> Event:
        event = _printed(said)
        self.ended_by = event if self._over else None
        return event

    def _line(self, text: str) -> Event:
        told = lines.from_text(text)
        if not text.startswith("Error"):
            self.ended_by = None
        if told.kind is not EventKind.OTHER or self.in_events or self._over:
            return told
        if _NOTICE.match(text):
            return told
        self._began = True
        return Event(kind=EventKind.PROGRESS, text=told.text, structured=False)


def _printed(said: str) -> Event:
    """Give the event of an error that opencode prints as text."""
    return Event(
        kind=EventKind.ERROR,
        text=said[:TEXT_LIMIT_CHARS],
        ok=False,
        structured=False,
        status=lines.status_in(said),
        retry_after_s=lines.retry_after_in(said),
    )


def _of_own_log(logged: re.Match[str]) -> Event:
    """An ERROR of the printed log is a try that failed: what ended the run comes as an event."""
    said = logged["said"]
    if logged["level"] != "ERROR":
        return Event(kind=EventKind.OTHER, structured=False)
    text, status = unwrap(said)
    return Event(kind=EventKind.RETRY, text=text, structured=False, status=status)
