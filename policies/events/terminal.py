"""The plain lines of Gemini CLI and Qwen Code: notices, retries, own error forms, else an answer.

Both print failures before and beside their events as text. In text mode every line of the answer is
progress, but nothing after a failure that ends the process: stack traces, advice, usage pages.
"""

from __future__ import annotations

import re

from policies.events import lines
from policies.events.api_error import at_end, is_causeless, is_dump, is_frame, unwrap, without_name
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind
from policies.expressions import expression

_NOTICE = expression(
    r"^(?:Warning: |WARN(?:ING)?\b|\(node:\d+\)|\(Use `node |YOLO mode is enabled|Approval mode overrid"
    r"|Ripgrep is not available|Loaded cached credentials|Data collection is |\[STARTUP\]|\[DEP\d+\]"
    r"|\[(?:DEBUG|INFO|WARN)\]|Error executing tool |Early cleanup failed|Tool output cleanup failed"
    r"|Failed to save |Using (?:the )?(?:cached|stored) |Flushing log events|MCP (?:STDERR|server)"
    r"|Server '[^']{1,80}' supports|Hook |Operation cancelled|Update your environment |Please fix the )",
    re.IGNORECASE,
)
"""Lines that successful runs print too."""
_TRIED = expression(r"max(?:imum)? (?:retry )?attempts reached", re.IGNORECASE)
_CRITICAL = expression(r"^An unexpected critical error occurred:\s*(.*)$")
CRASH = expression(
    r"^(?:FATAL ERROR: |# Fatal (?:error|JavaScript)|ASSERTION FAILED: |Segmentation fault\b"
    r"|panic(?:\([^)]{1,40}\))?: )"
)
"""How V8 and JavaScriptCore end a process; their stack follows."""
_TURNS = expression(r"^(?:Reached max|Maximum) session turns")
_STARTUP = expression(
    r"^(?:When using [\w .()-]{1,60}, you must |Missing (?:API key|required)|No auth type is selected"
    r"|Please set (?:an auth method|(?:the )?[A-Z_]{4,60}\b)"
    r"|Invalid auth method|The (?:enforced|configured) auth|Error (?:authenticating|resuming|in |loading)"
    r"|[A-Z_]{4,60} (?:environment variable )?(?:is )?(?:not found|not set|required|missing)"
    r"|Failed to (?:log ?in|authenticate|sign in|resume|load settings)"
    r"|\w[\w -]{0,40} authentication (?:timed out|failed|was cancelled)"
    r"|Manual authorization is required|Invalid session|Session not found"
    r"|No (?:previous |saved )?sessions? (?:found|matching|exists?)|Unknown arguments?: |Invalid values:"
    r"|Not enough non-option arguments|Cannot use both |No input provided via stdin"
    r"|\w[\w ]{1,40} is not (?:running in|set to) a trusted )",
    re.IGNORECASE,
)
"""What ends the process before any work; an option page may stand before it."""


class Terminal:
    """Follows one run's plain lines, in bounded memory."""

    def __init__(self) -> None:
        self.in_events = False
        """The run speaks in events: then plain lines are never its progress."""
        self.api_failed = False
        """An API error ended the text."""
        self.last_error = ""
        self._over = False
        self._began = False
        self._critical = ""
        self._dumps = False
        """What follows is the error object printed behind a line about trying again."""

    def api_error(self, said: str) -> Event:
        """Give the event of an API error that the CLI reports as *said*."""
        text, status = unwrap(said)
        if is_causeless(text):
            return Event(kind=EventKind.OTHER, text=text, structured=False)
        self.api_failed = True
        return self.error(text, status, ends=True)

    def error(self, text: str, status: int | None, *, ends: bool) -> Event:
        """Give the event of an error of the CLI's own; *ends*: the process does no more after it."""
        self._over = self._over or ends
        self.last_error = text[:TEXT_LIMIT_CHARS]
        return Event(
            kind=EventKind.ERROR,
            text=self.last_error,
            ok=False,
            structured=False,
            status=status or lines.status_in(text),
            retry_after_s=lines.retry_after_in(text),
        )

    def event(self, raw: str, text: str) -> Event:
        """Give the event of the plain line *raw*, which is *text* without blanks and colours."""
        self._dumps = self._dumps and is_dump(raw)
        if lines.is_retry(text) or _TRIED.search(text[:500]):
            self._dumps = True
            return Event(
                kind=EventKind.RETRY, text=_tried(text), structured=False, status=_status(text)
            )
        return self._failure(raw, text) or self._line(raw, text)

    def _failure(self, raw: str, text: str) -> Event | None:
        critical = _CRITICAL.match(text)
        said = critical[1] if critical else text if self._critical and not is_frame(raw) else ""
        prefix = critical[0][: critical.start(1)].strip() if critical else self._critical
        self._critical = prefix if critical and not said else ""
        if CRASH.match(text):
            return self.error(text, None, ends=True)
        if prefix and (reported := at_end(without_name(said))) is not None:
            return self.api_error(reported)
        if prefix and said and not is_causeless(said):
            return self.error(f"{prefix} {said}", None, ends=True)
        if not is_dump(raw) and (_TURNS.match(text) or _STARTUP.match(text)):
            return self.error(text, None, ends=not self._began)
        return None

    def _line(self, raw: str, text: str) -> Event:
        told = lines.from_text(text)
        if self._dumps or is_frame(raw) or _CRITICAL.match(text) or _NOTICE.match(text):
            return Event(kind=EventKind.OTHER, text=told.text, structured=False)
        if self.in_events or told.kind is not EventKind.OTHER or self._over:
            is_late = self._over and told.kind is EventKind.ERROR
            return told if not is_late else Event(kind=EventKind.OTHER, structured=False)
        self._began = True
        return Event(kind=EventKind.PROGRESS, text=told.text, structured=False)


_PREFIX = expression(r"^Attempt \d{1,3}(?:/\d{1,3})? failed(?: with status \d{3})?[:.]\s*", re.I)


def _tried(text: str) -> str:
    """Give what a retry line says of the failure, without the count of tries."""
    said, _ = unwrap(_PREFIX.sub("", text[:TEXT_LIMIT_CHARS], count=1))
    return said or text[:TEXT_LIMIT_CHARS]


def _status(text: str) -> int | None:
    return unwrap(text[:TEXT_LIMIT_CHARS])[1]
