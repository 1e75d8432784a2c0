"""mini-swe-agent (`mini -t TASK -y`): sections in rich text, boxed tracebacks, all broken at 80 columns.

A section is headed `System:`, `User:`, `mini-swe-agent (step n, $cost):` or `Exit:`; the last one holds
what the agent submitted, or else the name of a limit or an exception. A failure is a chain of boxed
tracebacks: its last statement is what mini saw, its first one the cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.events import lines, litellm_errors
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind, Usage
from policies.events.wrapped import WIDTH, Joined
from policies.expressions import expression

_BAD_END = expression(
    r"^(?:[\w.]{1,60}\.)?[A-Z]\w{0,60}(?:Error|Exception|Exceeded|Interruption|Interrupt|Timeout)(?::|$)"
)
"""All else is what the agent submitted: a failure with other words has a traceback or an exit code."""
_OUT_OF_TIME = "TimeExceeded"
SECTION = expression(r"^(?:(System|User|Exit)|mini-swe-agent \(step (\d+), \$([\d.]+)\)):$")

_RETRY = expression(r"^Retrying \S{1,200} in [\d.]+ seconds as it raised (.+?)\.?$")
_NOISE = expression(
    r"^(?:\d\d:\d\d:\d\d - LiteLLM|LiteLLM\.Info|Give Feedback|Provider List|Building agent config"
    r"|Saved trajectory|Warning: |The above exception |During handling of )"
)
_RAISED = expression(r"^[A-Za-z_][\w.]{0,120}(?:: |$)")
_NAMES = expression(
    r"^(?:(?:litellm\.(?:exceptions\.)?)?[A-Z]\w{0,60}: )+(?=(?:litellm\.)?[A-Z]\w{0,60}: )"
)
_NOT_THEIRS = expression(r"^InternalServerError: (?=\w{1,40}Exception - Connection error\b)")
"""litellm calls a lost connection so."""
_BOX, _BOX_END, _BOX_SIDE = "╭", "╰", "│"
_TRACEBACK = "Traceback (most recent call last):"
"""Before boxes (1.x) tracebacks stood as Python prints them, and the exit code was 0."""
_PACKAGE = "minisweagent"
_STATED = expression(r"^[A-Za-z_][\w.]{0,120}(?:Error|Exception|Exceeded|Interrupt)(?:: |:?$)")
_RULE = expression(r"^─{10,}$")


class MiniReader:
    """Reads one mini-swe-agent run."""

    has_end_event = False
    """Until the text itself says how the run ended."""

    def __init__(self) -> None:
        self._at = 0
        self._width = WIDTH
        self._section = ""
        self._box = ""
        self._is_own = False
        self._said: Joined | None = None
        self._raised: list[Joined] = []
        self._asked = ""
        self._answered = False
        self._exit: Joined | None = None

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the event of one *line*."""
        self._at += 1
        text = lines.plain(line)[:TEXT_LIMIT_CHARS]
        if not text or self._goes_on(text) or self._traced(line, text):
            return
        if event := self._event(text):
            yield event

    def finish(self) -> Iterator[Event]:
        """Yield the end that the text itself says, if it does."""
        self._close()
        told = self._raised[-1] if self._raised else self._exit
        if not told:
            return
        if not self._raised and not _BAD_END.match(told.text):
            yield Event(kind=EventKind.ENDED, ok=True)
            return
        self.has_end_event = True
        said = _chain([_short(each.text) for each in self._raised]) or _short(told.text)
        asked = f": {self._asked}" if self._asked and " " not in said else ""
        status = 408 if said == _OUT_OF_TIME else litellm_errors.status_of(said)
        yield lines.failed_end(said + asked, status, lines_back=self._at - told.at)

    def _goes_on(self, text: str) -> bool:
        joined = self._said or (self._exit if self._section == "Exit" else None)
        if joined is None:
            return False
        if not _starts_anew(text):
            return joined.take(text)
        self._section = "" if self._section == "Exit" else self._section
        return False

    def _event(self, text: str) -> Event | None:
        if text[0] in (_BOX, _BOX_END, _BOX_SIDE):
            return self._boxed(text)
        if tried := _RETRY.match(text):
            said = _short(tried[1])
            return Event(
                kind=EventKind.RETRY,
                text=said,
                structured=False,
                status=litellm_errors.status_of(said),
            )
        if section := SECTION.match(text):
            return self._begun(section)
        if self._box == "closed" and _RAISED.match(text) and not _NOISE.match(text):
            self._close()
            self._said, self._box = Joined(text, self._at, self._width), ""
            return None
        return self._in_section(text)

    def _traced(self, line: str, text: str) -> bool:
        """Say whether *text* is of a traceback without a box; the statement at the end of mini's own is kept.

        One that a command printed goes through none of mini's frames.
        """
        if text == _TRACEBACK:
            self._close()
            self._box, self._is_own = "open", False
        elif self._box == "open":
            self._is_own = self._is_own or _PACKAGE in text
            if not line[:1].isspace() and _STATED.match(text):
                self._said = Joined(text, self._at) if self._is_own else None
                self._box = ""
                return self._is_own
        return self._box == "open"

    def _boxed(self, text: str) -> Event | None:
        self._close()
        self._width = len(text) if text[0] != _BOX_SIDE else self._width
        if text.startswith(_BOX):
            told = "traceback" if "Traceback" in text else ""  # else a notice
            self._box = "error" if " Error " in text else told
        elif text.startswith(_BOX_END):
            self._box = "closed" if self._box == "traceback" else ""
        elif self._box == "error" and (said := text.strip(_BOX_SIDE).strip()):
            return lines.error(said)
        return None

    def _begun(self, section: re.Match[str]) -> Event:
        self._section = section[1] or "agent"
        if self._section == "User":
            self._asked = ""
        if self._section != "agent":
            return self._given()
        self._answered = True
        usage = Usage(cost_usd=float(section[3])) if section[3].count(".") < 2 else None
        return Event(kind=EventKind.PROGRESS, text=f"step {section[2]}", usage=usage)

    def _in_section(self, text: str) -> Event:
        if _RULE.match(text):  # the next step begins: what comes now is its own output
            self._width = len(text)
            self._section = self._section if self._section in ("agent", "Exit") else ""
        if _NOISE.match(text) or _RULE.match(text):
            return Event(kind=EventKind.OTHER, text=text, structured=False)
        if self._section == "agent":
            return Event(kind=EventKind.PROGRESS, text=text, structured=False)
        if not self._section:
            return lines.from_text(text)
        if self._section == "Exit":
            self._exit = self._exit or Joined(text, self._at, self._width)
        elif self._section == "User":
            self._asked = self._asked or text
        return self._given()

    def _given(self) -> Event:
        """Give the event of what the agent was told: the task, and then what its commands printed."""
        if self._section == "Exit":
            return Event(kind=EventKind.OTHER, structured=False)
        kind = EventKind.PROGRESS if self._answered else EventKind.STARTED
        return Event(kind=kind, structured=False)

    def _close(self) -> None:
        if self._said:
            self._raised = [*self._raised[:1], self._said]
            self._said = None


def _starts_anew(text: str) -> bool:
    is_box = text[0] in (_BOX, _BOX_END, _BOX_SIDE)
    return is_box or bool(_NOISE.match(text) or _RULE.match(text) or SECTION.match(text))


def _chain(raised: list[str]) -> str:
    """Give the last statement, and the first where it says more; "" of none."""
    if not raised:
        return ""
    first, last = raised[0], raised[-1]
    told = last.rsplit(" - ", 1)[-1][:60]
    is_same = told in first or first.partition(": ")[2][:60] in last
    return last if len(raised) == 1 or is_same else f"{last} ({first})"


def _short(said: str) -> str:
    """Give *said* with the one name nearest to its message: each layer puts its own before it."""
    short = _NAMES.sub("", said, count=1).removeprefix("litellm.")
    return _NOT_THEIRS.sub("", short, count=1)
