"""An agent that nobody knows and that prints JSON: read by what such streams have in common.

An object is judged by its kind and by the marks of failure in it. No end event is demanded of a stream
that is not known; but when its last word is its own error, exit 0 is no success.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policies.events import api_error, lines, loose, provider, tools
from policies.events.base import Event, EventKind
from policies.events.kinds import kind_of, words_of
from policies.events.marks import BAD, NOTES, cut, is_bad

_RETRY = frozenset({"retry", "retrying", "retries", "reconnect", "reconnecting", "backoff"})
_TOOL = frozenset({"tool", "function", "command", "exec", "observation", "action"})
_OVER = frozenset(
    {"end", "ended", "result", "output", "complete", "completed", "finished", "done", "response"}
    | {"observation"}
)
_END = frozenset({"result", "end", "ended", "done", "complete", "completed", "finished", "summary"})
_WHOLE = frozenset({"session", "run", "agent", "task", "turn", "thread", "conversation", "final"})
_MENDING = frozenset(EventKind) - {EventKind.OTHER, EventKind.RETRY, EventKind.ERROR}
"""What shows that the agent went on after an error."""
_OTHERS = frozenset({"user", "system", "tool"})


class GenericReader:
    """Reads one run of an agent that is not known."""

    has_end_event = False
    """Until its own error is its last word."""

    def __init__(self) -> None:
        self._at = 0
        self._failed: tuple[int, Event] | None = None
        self._is_answer = False
        self._speaks_json = False

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*."""
        self._at += 1
        text = lines.plain(line)
        data = lines.parse(text)
        rows = lines.objects(text) if data is None else [data]
        if not rows and text:
            yield self._noted(self._plain(text))
        self._speaks_json = self._speaks_json or bool(rows)
        for row in rows:
            for event in _events(row):
                if is_wordless := event.kind is EventKind.ERROR and not event.text:
                    event = replace(event, text=kind_of(row))
                if not (is_wordless and self._failed):  # its kind says less than what was told
                    yield self._noted(event, is_answer=loose.role(row) == "assistant")

    def finish(self) -> Iterator[Event]:
        """Yield the end that its last error means, where no end came."""
        if self._failed and not self.has_end_event:
            self.has_end_event = True
            at, told = self._failed
            yield lines.failed_end(told.text, told.status, lines_back=self._at - at)

    def _noted(self, event: Event, *, is_answer: bool = False) -> Event:
        """Note *event*; *is_answer*: it stands where an answer should: no wordless end mends it."""
        says_nothing = event.kind is EventKind.ENDED and event.ok and not event.text
        if event.kind is EventKind.ERROR and event.structured:
            self._failed, self._is_answer = (self._at, event), is_answer
        elif event.kind in _MENDING and not (self._is_answer and says_nothing):
            self._failed = None
        self.has_end_event = self.has_end_event or (event.kind is EventKind.ENDED and not event.ok)
        return event

    def _plain(self, text: str) -> Event:
        told = lines.from_text(text)
        if self._speaks_json or told.kind is not EventKind.OTHER:
            return told
        return Event(kind=EventKind.PROGRESS, text=told.text, structured=False)


def _events(data: lines.Json) -> Iterator[Event]:
    kind = kind_of(data)
    known = frozenset(words_of(kind))
    failed = is_bad(data, known)
    said = loose.said(data) if failed or known & _RETRY else ""
    if known & _RETRY or (failed and lines.is_retry(said)):
        tried = lines.error(*provider.stated(said or kind, loose.status(data)))
        yield replace(tried, kind=EventKind.RETRY)
    elif _is_end(words_of(kind.split(" ")[0])):
        yield _end(data, said, is_bad=failed)
    elif known & _TOOL:
        yield _tool(data, known, is_bad=failed)
    elif failed or cut(data):
        yield lines.error(*provider.stated(said or cut(data), loose.status(data)))
    else:
        yield from _progress(data, known)


def _is_end(words: list[str]) -> bool:
    """Say whether the kind is of the whole run's end: `result`, `session.end`, `run_failed`."""
    ends = words[-1:] and words[-1] in (_END | BAD)
    return bool(ends) and (bool(_WHOLE & set(words[:-1])) or (len(words) == 1 and words[0] in _END))


def _end(data: lines.Json, said: str, *, is_bad: bool) -> Event:
    """The end; one that calls itself good, and whose words are a failed call of the model, is none."""
    words = said or loose.words(data)
    if is_bad or loose.exit_code(data) or _is_api_error(words):
        return lines.failed_end(*provider.stated(words, loose.status(data)))
    return Event(kind=EventKind.ENDED, ok=True, text=words, session_id=loose.session(data))


def _is_api_error(words: str) -> bool:
    if api_error.at_end(words) is not None or provider.is_failed_call(words):
        return True
    told = lines.from_text(words) if "\n" not in words else None
    return told is not None and told.kind is EventKind.ERROR and told.status is not None


def _tool(data: lines.Json, kind: frozenset[str], *, is_bad: bool) -> Event:
    names = (lines.text_of(data.get(n)) for n in ("name", "tool", "tool_name", "command"))
    name = next((text for text in names if text), "tool")
    if not (kind & _OVER or kind & BAD or tools.is_over(data)):
        return Event(kind=EventKind.TOOL_STARTED, text=name)
    return _tool_end(name, tools.result_of(data), failed=is_bad)


def _tool_end(name: str, result: tools.Result, *, failed: bool = False) -> Event:
    text = result.text[-500:] if result.refused else name
    ok = not (failed or result.failed)
    return Event(kind=EventKind.TOOL_ENDED, ok=ok, denied=result.refused, text=text)


def _progress(data: lines.Json, known: frozenset[str]) -> Iterator[Event]:
    session, role = loose.session(data), loose.role(data)
    if role == "tool":
        yield _tool_end("tool", tools.result_of(data))
    else:
        yield from (_tool_end("tool", told) for told in tools.results_in(loose.blocks(data)))
    words = "" if role in _OTHERS or known & (NOTES | _OTHERS) else loose.words(data)
    if _is_api_error(words):
        yield lines.error(*provider.stated(words, loose.status(data)))
    elif words or role == "assistant" or known & {"delta", "reasoning", "thinking"}:
        yield Event(kind=EventKind.PROGRESS, text=words, session_id=session)
    else:
        start = known & {"start", "started", "init", "begin"}
        kind = EventKind.STARTED if start else EventKind.OTHER
        yield Event(kind=kind, session_id=session)
