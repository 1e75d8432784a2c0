"""aider (`aider --message`): plain text, broken at 80 columns, exit 0 also after an API failure.

An API failure is `litellm.XError: ...` and a sentence about it; `Retrying in` after it says that it goes on.
Before its banner it only tells of its own housekeeping, which may fail without harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind, Usage
from policies.events.wrapped import Joined

_API = re.compile(r"^(?:litellm|openai|anthropic)\.[A-Z]\w{0,60}: ")
_AFTER_API = re.compile(r"^(?:The API provider\b|https?://|Retrying in )")
_USAGE_ERROR = re.compile(r"^aider(?:\.exe)?: error: ")
_LIMIT = re.compile(r"^Model \S{1,200} has hit a token limit!")
_EXCEEDED = re.compile(r"possibly (?:exhausted|exceeded) ")
_NOT_WRITTEN = re.compile(
    r"^Unable to (?:write file |create (?!git repo)|read |open )|^(?:Unable to|Error) .{0,200}skipping edits"
)
_ERRNO = re.compile(r"\[Errno \d{1,3}\] .{1,300}")
_DONE = re.compile(r"^(?:Applied edit to |Commit [0-9a-f]{7,40} )")
_TOKENS = re.compile(r"^Tokens: ([\d.,]+)(k?) sent.{0,60}?, ([\d.,]+)(k?) received")
_BANNER = re.compile(r"^Aider v\d")
_NOTICE = re.compile(
    r"^(?:Warning\b|Unable to (?:use tags cache|write to (?:chat|input) history|create git repo)"
    r"|(?:Main |Weak |Editor )?[Mm]odel: |Git repo: |Repo-map: |Added \S+ to the chat|https?://"
    r"|HTTPSConnectionPool\()"
)


class AiderReader:
    """Reads one aider run."""

    has_end_event = False
    """Until the text ends with a failure of the API: then exit 0 is no success."""

    def __init__(self) -> None:
        self._open: Joined | None = None
        """A failure that may go on over further lines."""
        self._is_api = False
        self._over = False
        self._errno = ""
        self._began = False

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*."""
        text = lines.plain(line)[:TEXT_LIMIT_CHARS]
        if not text or self._goes_on(text):
            return
        if self._open and not self._is_api:
            yield self._refused()
        if self._open and lines.is_retry(text):
            yield self._tried()
        elif not (self._open and _AFTER_API.match(text)):
            self._over = self._open is not None
            yield self._event(text)

    def finish(self) -> Iterator[Event]:
        """Yield the end that the text itself says: a failure of the API, or nothing."""
        if self._open and self._is_api:
            self.has_end_event = True
            yield lines.failed_end(self._open.text)
        elif self._open:
            yield self._refused()

    def _goes_on(self, text: str) -> bool:
        if self._open is None:
            return False
        if self._is_api and _EXCEEDED.search(text):
            self._open.add(text)
            return True
        return not (self._over or _AFTER_API.match(text)) and self._open.take(text)

    def _tried(self) -> Event:
        said, self._open, self._over = self._open.text if self._open else "", None, False
        status, wait_s = lines.status_in(said), lines.retry_after_in(said)
        return Event(
            kind=EventKind.RETRY,
            text=said,
            ok=False,
            structured=False,
            status=status,
            retry_after_s=wait_s,
        )

    def _refused(self) -> Event:
        said, self._open = self._open.text if self._open else "", None
        said = said if _ERRNO.search(said) else f"{said} {self._errno}".strip()
        return Event(kind=EventKind.TOOL_ENDED, ok=False, denied=True, text=said)

    def _event(self, text: str) -> Event:
        if errno := _ERRNO.search(text):
            self._errno = errno[0]
        is_api = _API.match(text) is not None or _LIMIT.match(text) is not None
        if is_api or _NOT_WRITTEN.match(text):
            self._open, self._is_api, self._over = (
                Joined(text),
                is_api,
                False,
            )
            return Event(kind=EventKind.OTHER, structured=False)
        if _USAGE_ERROR.match(text):
            return lines.error(text)
        self._began = self._began or _BANNER.match(text) is not None
        return self._plain(text)

    def _plain(self, text: str) -> Event:
        if lines.is_retry(text) or not self._began or _NOTICE.match(text) or _BANNER.match(text):
            return Event(kind=EventKind.OTHER, text=text, structured=False)
        is_done, usage = _DONE.match(text) is not None, _usage(text)
        if self._over and not (is_done or usage):
            return Event(
                kind=EventKind.OTHER, text=text, structured=False
            )  # advice about the failure
        self._open, self._over = None, False
        kind = EventKind.TOOL_ENDED if is_done else EventKind.PROGRESS
        return Event(kind=kind, text=text, structured=False, usage=usage)


def _usage(text: str) -> Usage | None:
    told = _TOKENS.match(text)
    if not told:
        return None
    return Usage(input_tokens=_count(told[1], told[2]), output_tokens=_count(told[3], told[4]))


def _count(digits: str, thousands: str) -> int:
    try:
        return round(float(digits.replace(",", "")) * (1000 if thousands else 1))
    except ValueError:
        return 0
