"""What the agent itself said about its failure: end event, errors and retries after the last progress."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace

from policies.events import READERS, reader_for
from policies.events.base import Event, EventKind, Reader, Story
from policies.events.refused import is_disk_full
from policies.expressions import expression
from policies.failure import FailureClass
from policies.fingerprint import normalise
from policies.outcome import Evidence, Verdict, judge
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guess import guessed
from policies.rootcause.hints import Hints
from policies.rootcause.killed import ANSWERS
from policies.rootcause.vague import only_ends
from policies.signatures import Signatures

KEPT = 40
"""Errors, retries and refusals remembered since the last progress."""
OWN_RANK, SAID_RANK, RETRY_RANK = 95, 80, 60

_PROGRESS = (EventKind.PROGRESS, EventKind.TOOL_STARTED, EventKind.TOOL_ENDED)
_BY_STATUS = {
    400: FailureClass.MODEL_ERROR,
    401: FailureClass.AUTH,
    402: FailureClass.USAGE_LIMIT,
    403: FailureClass.AUTH,
    404: FailureClass.MODEL_ERROR,
    408: FailureClass.TIMEOUT,
    413: FailureClass.CONTEXT_LENGTH,
    422: FailureClass.MODEL_ERROR,
    429: FailureClass.RATE_LIMIT,
}
_OF_TRY = expression(
    r"^(?:\w{1,20} )?error: |[;,.…(]{1,3} ?(?:retrying|will retry|waiting|attempt) ?\d?.*$", re.I
)


class Trail:
    """Follows one agent's events through its log, in bounded memory."""

    def __init__(self, agent: str) -> None:
        self.speaks_events = agent in READERS and agent != "text"
        """A known agent: what it says of itself is its own failure."""
        self.story = Story()
        self.progress_at = 0
        """Number of the last line that was progress, or began the session: before it nothing is a cause."""
        self._reader: Reader = reader_for(agent if agent in READERS else "text")
        self._told: deque[tuple[int, Event]] = deque(maxlen=KEPT)
        self._refused: tuple[int, Event] | None = None
        self._is_refused_last = False
        self.told_its_end = False
        """An event told how the run ended; not only the end of the log."""

    def feed(self, number: int, line: str) -> None:
        """Take the next line of the log."""
        for event in self._reader.feed(line):
            if not _says_nothing(event):
                self._take(number, event)

    def end(self, number: int) -> None:
        """Take the end of the log, *number* lines long."""
        self.told_its_end = self.story.ended is not None
        for event in self._reader.finish():
            self._take(number, event)

    def verdict(self, hints: Hints) -> Verdict:
        """Say how the attempt ended; the work tree is not known here."""
        return judge(
            Evidence(
                story=self.story,
                has_end_event=self._reader.has_end_event,
                exit_code=hints.exit_code,
                stopped_because=hints.stopped_because,
            )
        )

    def findings(self, signatures: Signatures) -> list[Finding]:
        """Give what the agent said of its failure, the likeliest first."""
        own = [self._finding(told, signatures) for told in reversed(self._told) if told[1].text]
        own.sort(key=lambda finding: -finding.rank)
        return _telling(own)

    def last_progress(self) -> Line | None:
        """Give the last line that was progress, in the agent's words."""
        words = " ".join(self.story.last_progress.split())
        return Line(self.progress_at, words) if words else None

    def refusal(self, *, ever: bool) -> Finding | None:
        """Give the last refused tool call: after which no other succeeded, or (*ever*) any."""
        if self._refused is None or not (ever or self._is_refused_last):
            return None
        number, event = self._refused
        words = [line for line in event.text.splitlines() if line.strip()]
        return Finding(
            lines=(Line(number, words[-1].strip() if words else event.text),),
            rank=SAID_RANK,
            rule="refused tool",
            failure_class=FailureClass.DISK_FULL
            if is_disk_full(event.text)
            else FailureClass.SANDBOX_PERMISSION,
        )

    def _take(self, number: int, event: Event) -> None:
        self.story.take(event)
        number = max(1, number - event.lines_back)
        if event.kind in _PROGRESS:
            self._told.clear()
            self.progress_at = number
        elif event.kind is EventKind.STARTED:
            self.progress_at = number
        elif event.kind in (EventKind.ERROR, EventKind.RETRY) or (
            event.kind is EventKind.ENDED and not event.ok
        ):
            self._told.append((number, event))
        if event.denied:
            self._refused, self._is_refused_last = (number, event), True
        elif event.kind is EventKind.TOOL_ENDED and event.ok:
            self._is_refused_last = False

    def _finding(self, told: tuple[int, Event], signatures: Signatures) -> Finding:
        number, event = told
        same = normalise(event.text)
        others = [n for n, other in self._told if n != number and normalise(other.text) == same]
        text = next((line.strip() for line in event.text.splitlines() if line.strip()), "")
        entry = signatures.of(event.text)
        known = entry.failure_class if entry else by_status(event.status)
        found = Finding(
            lines=(Line(number, text), *(Line(n, text) for n in others[:2])),
            rank=_rank(event, known is not None),
            rule="agent's event" if event.structured else "agent's error form",
            failure_class=known,
            identity=without_try(event.text) if event.kind is EventKind.RETRY else event.text,
        )
        likely = None if known else guessed(found, ())
        return replace(found, failure_class=likely) if likely in ANSWERS else found


def _telling(own: list[Finding]) -> list[Finding]:
    """Give *own* without what only says that the run failed, where something else tells of what."""
    telling = [finding for finding in own if not only_ends(finding.words().lower())]
    return telling if telling and telling[0].rank >= RETRY_RANK else own


def _says_nothing(event: Event) -> bool:
    """Say whether *event* changes neither the story nor what is told of it."""
    if event.kind is not EventKind.OTHER or event.denied:
        return False
    return event.session_id is None and event.model is None and event.usage is None


def without_try(text: str) -> str:
    """Give *text* without what it says of trying again: the last try, which fails, says the rest alone."""
    return _OF_TRY.sub("", text.strip()) or text.strip()


def _rank(event: Event, known: bool) -> int:
    if event.kind is EventKind.RETRY:
        return RETRY_RANK if known else 5
    rank = OWN_RANK if event.structured else SAID_RANK
    return rank + (2 if known else 0) + (1 if event.kind is EventKind.ENDED else 0)


def by_status(status: int | None) -> FailureClass | None:
    """Give the class that an HTTP status of a model's provider stands for; None of none."""
    if status is None:
        return None
    return _BY_STATUS.get(status) or (FailureClass.MODEL_ERROR if status >= 500 else None)
