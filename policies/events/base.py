"""The events that every reader speaks, and what is kept of them in bounded memory.

A reader turns one output line into events. Retry chatter is never progress (an agent that waits
"for network" prints for ever), and an end event says by itself whether the agent thinks it succeeded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class EventKind(StrEnum):
    """What an output line means for the attempt."""

    STARTED = "started"
    PROGRESS = "progress"
    TOOL_STARTED = "tool_started"
    TOOL_ENDED = "tool_ended"
    RETRY = "retry"
    ERROR = "error"
    ENDED = "ended"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens and money that the agent reported; None where it reported nothing."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that an agent said."""

    kind: EventKind
    text: str = ""
    """Message of an error, retry, end, or the agent's words; at most TEXT_LIMIT_CHARS."""
    tool_id: str = ""
    """Pairs a tool_started with its tool_ended."""
    ok: bool = True
    """For ended: the agent says that it succeeded. For tool_ended: the tool did."""
    denied: bool = False
    """For tool_ended or other: a sandbox, a permission rule or a full disk refused the action."""
    structured: bool = True
    """The agent's own event, not a line of text that merely looks like an error."""
    status: int | None = None
    """HTTP status, if one was given."""
    retry_after_s: float | None = None
    session_id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    lines_back: int = 0
    """So many lines before the one that was fed last it began: a reader that joins lines tells late."""


TEXT_LIMIT_CHARS = 20_000
"""More of one event's text is not kept."""


class Reader(Protocol):
    """Reads one agent's output, line by line. One instance an attempt; it may keep bounded state."""

    has_end_event: bool
    """The agent's stream always ends with an event: without one, exit 0 is no success."""

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line* (no newline; ANSI codes may be in it). Never raises."""
        ...

    def finish(self) -> Iterator[Event]:
        """Yield what the end of the stream itself says (text-only agents)."""
        ...


@dataclass(slots=True)
class Story:
    """What an attempt's events said so far, in bounded memory. Changed by `take` only."""

    session_id: str | None = None
    model: str | None = None
    ended: Event | None = None
    errors_after_progress: list[Event] = field(default_factory=list)
    """Errors since the last progress, newest last, at most ERRORS_KEPT."""
    last_progress: str = ""
    """First words of the last progress event, for low-confidence identity."""
    last_words: str = ""
    """The agent's last message to a person: its final message when it ends well."""
    denied: list[str] = field(default_factory=list)
    usage: Usage | None = None
    retries: int = 0
    tools: int = 0

    def take(self, event: Event) -> None:
        """Fold one *event* in."""
        self.session_id = event.session_id or self.session_id
        self.model = event.model or self.model
        self.usage = _add(self.usage, event.usage)
        if event.denied and len(self.denied) < ERRORS_KEPT:
            self.denied.append(event.text)
        match event.kind:
            case EventKind.PROGRESS | EventKind.TOOL_STARTED | EventKind.TOOL_ENDED:
                self._progress(event)
            case EventKind.RETRY:
                self.retries += 1
            case EventKind.ERROR:
                self.errors_after_progress = [*self.errors_after_progress, event][-ERRORS_KEPT:]
            case EventKind.ENDED:
                self.ended = event
                if event.ok and event.text:
                    self.last_words = event.text
            case _:
                pass

    def _progress(self, event: Event) -> None:
        self.errors_after_progress = []
        self.last_progress = event.text[:200] or self.last_progress
        self.tools += event.kind is EventKind.TOOL_STARTED
        if event.kind is EventKind.PROGRESS and event.text:
            self.last_words = event.text


ERRORS_KEPT = 20


def _add(known: Usage | None, more: Usage | None) -> Usage | None:
    if known is None or more is None:
        return more or known
    return Usage(
        input_tokens=_sum(known.input_tokens, more.input_tokens),
        output_tokens=_sum(known.output_tokens, more.output_tokens),
        cost_usd=_sum(known.cost_usd, more.cost_usd),
    )


def _sum(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a + b
