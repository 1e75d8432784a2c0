"""aider (`aider --message`): plain text, broken at 80 columns, exit 0 also after an API failure.

An API failure is `litellm.XError: ...` and a sentence about it; `Retrying in` after it says that it goes on.
Before its banner it only tells of its own housekeeping, which may fail without harm. What Python prints when
aider itself crashes is its own failure too.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.events import lines, litellm_errors
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind, Usage
from policies.events.wrapped import Joined
from policies.expressions import expression

_API = expression(r"^(?:[A-Z]\w{0,60}Error: )?(?:litellm|openai|anthropic)\.[A-Z]\w{0,60}: ")
_GLUED = expression(
    r"[^\s\"'`(\[]((?:litellm|openai|anthropic)\.[A-Z]\w{0,60}(?:Error|Exception): )"
)
"""An answer that broke off has no line end: what broke it stands behind its last word."""
_AFTER_API = expression(r"^(?:The API provider\b|https?://|Retrying in )")
_USAGE_ERROR = expression(r"^aider(?:\.exe)?: error: |^Unable to complete \w{2,20}: ")
_LIMIT = expression(r"^Model \S{1,200} has hit a token limit!")
_EXCEEDED = expression(r"possibly (?:exhausted|exceeded) ")
_NOT_WRITTEN = expression(
    r"^Unable to (?:write file |create (?!git repo)|read |open )|^(?:Unable to|Error) .{0,200}skipping edits"
)
_ERRNO = expression(r"\[Errno \d{1,3}\] .{1,300}")
_DONE = expression(r"^(?:Applied edit to |Commit [0-9a-f]{7,40} )")
_TOKENS = expression(r"^Tokens: ([\d.,]+)(k?) sent.{0,60}?, ([\d.,]+)(k?) received")
_TRACEBACK = "Traceback (most recent call last):"
_LINK = expression(r"^(?:During handling of |The above exception )")
_RAISED = expression(r"^[A-Za-z_][\w.]{0,120}(?:: |$)")
_BANNER = expression(r"^Aider v\d")
_NOTICE = expression(
    r"^(?:Warning\b|Unable to (?:use tags cache|write to (?:chat|input) history|create git repo)"
    r"|(?:Main |Weak |Editor )?[Mm]odel: |Git repo: |Repo-map: |Added \S+ to the chat|https?://"
    r"|HTTPSConnectionPool\()"
)


class AiderReader:
    """Reads one aider run."""

    has_end_event = False
    """Until the text ends with a failure of the API: then exit 0 is no success."""

    def __init__(self) -> None:
        self._at = 0
        self._in_traceback = False
        self._open: Joined | None = None
        """A failure that may go on over further lines."""
        self._is_api = False
        self._over = False
        self._errno = ""
        self._began = False

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*."""
        self._at += 1
        text = _without_answer(lines.plain(line)[:TEXT_LIMIT_CHARS])
        self._in_traceback = self._in_traceback or text == _TRACEBACK
        if not text or self._goes_on(text):
            return
        if self._in_traceback:
            yield self._crashed(line, text)
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
            said, back = self._open.text, self._at - self._open.at
            yield lines.failed_end(said, litellm_errors.status_of(said), lines_back=back)
        elif self._open:
            yield self._refused()

    def _goes_on(self, text: str) -> bool:
        if self._open is None:
            return False
        if self._is_api and _EXCEEDED.search(text):
            self._open.add(text)
            return True
        return not (self._over or _AFTER_API.match(text)) and self._open.take(text)

    def _crashed(self, line: str, text: str) -> Event:
        """Of Python's traceback only the statement at its end counts; frames are indented."""
        is_frame = line[:1].isspace() or text == _TRACEBACK or _LINK.match(text)
        self._in_traceback = bool(is_frame)
        kind = EventKind.ERROR if not is_frame and _RAISED.match(text) else EventKind.OTHER
        return Event(kind=kind, text=text, ok=False, structured=False)

    def _tried(self) -> Event:
        said, back = self._closed()
        status, wait_s = litellm_errors.status_of(said), lines.retry_after_in(said)
        return Event(
            kind=EventKind.RETRY,
            text=said,
            ok=False,
            structured=False,
            status=status,
            retry_after_s=wait_s,
            lines_back=back,
        )

    def _refused(self) -> Event:
        said, back = self._closed()
        said = said if _ERRNO.search(said) else f"{said} {self._errno}".strip()
        return Event(kind=EventKind.TOOL_ENDED, ok=False, denied=True, text=said, lines_back=back)

    def _closed(self) -> tuple[str, int]:
        """Close the failure that is open; give its words, and how many lines ago it began."""
        told, self._open, self._over = self._open, None, False
        return (told.text, self._at - told.at) if told else ("", 0)

    def _event(self, text: str) -> Event:
        if errno := _ERRNO.search(text):
            self._errno = errno[0]
        is_api = _API.match(text) is not None or _LIMIT.match(text) is not None
        if is_api or _NOT_WRITTEN.match(text):
            self._open, self._is_api, self._over = Joined(text, self._at), is_api, False
            return Event(kind=EventKind.OTHER, structured=False)
        if _USAGE_ERROR.match(text):
            return lines.error(text)
        if _BANNER.match(text):
            self._began = True
            return Event(kind=EventKind.STARTED, text=text, structured=False)
        return self._plain(text)

    def _plain(self, text: str) -> Event:
        if lines.is_retry(text) or not self._began or _NOTICE.match(text):
            return Event(kind=EventKind.OTHER, text=text, structured=False)
        is_done, usage = _DONE.match(text) is not None, _usage(text)
        answered = is_done or (usage and usage.output_tokens)
        if self._open and not answered and (usage or self._over):  # advice about the failure
            return Event(kind=EventKind.OTHER, text=text, structured=False, usage=usage)
        self._open, self._over = None, False
        kind = EventKind.TOOL_ENDED if is_done else EventKind.PROGRESS
        return Event(kind=kind, text=text, structured=False, usage=usage)


def _without_answer(text: str) -> str:
    """Give *text* from the failure that stands behind the broken end of an answer, if one does."""
    glued = _GLUED.search(text)
    return text[glued.start(1) :] if glued else text


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
