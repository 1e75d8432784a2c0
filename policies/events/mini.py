"""mini-swe-agent (`mini -t TASK -y`): sections in rich text, boxed tracebacks, all broken at 80 columns.

A section is headed `System:`, `User:`, `mini-swe-agent (step n, $cost):` or `Exit:`; the last one gives the
status, `Submitted` being the good one. A failure is a chain of boxed tracebacks: its last statement is what
mini saw, its first one the cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind, Usage
from policies.events.wrapped import Joined

GOOD_ENDS = frozenset({"Submitted", "Success", "Finished"})
SECTION = re.compile(r"^(?:(System|User|Exit)|mini-swe-agent \(step (\d+), \$([\d.]+)\)):$")

_RETRY = re.compile(r"^Retrying \S{1,200} in [\d.]+ seconds as it raised (.+?)\.?$")
_NOISE = re.compile(
    r"^(?:\d\d:\d\d:\d\d - LiteLLM|LiteLLM\.Info|Give Feedback|Provider List|Building agent config"
    r"|Saved trajectory|Warning: |The above exception |During handling of )"
)
_RAISED = re.compile(r"^[A-Za-z_][\w.]{0,120}(?:: |$)")
_NAMES = re.compile(r"^(?:(?:litellm\.)?[A-Z]\w{0,60}: )+(?=(?:litellm\.)?[A-Z]\w{0,60}: )")
_NOT_THEIRS = re.compile(r"^InternalServerError: (?=\w{1,40}Exception - Connection error\b)")
"""litellm calls a lost connection so."""
_BOX, _BOX_END, _BOX_SIDE = "╭", "╰", "│"
_RULE = re.compile(r"^─{10,}$")


class MiniReader:
    """Reads one mini-swe-agent run."""

    has_end_event = False
    """Until the text itself says how the run ended."""

    def __init__(self) -> None:
        self._section = ""
        self._box = ""
        self._said: Joined | None = None
        self._raised: list[str] = []
        self._asked = ""
        self._exit: Joined | None = None

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the event of one *line*."""
        text = lines.plain(line)[:TEXT_LIMIT_CHARS]
        if text and not self._goes_on(text) and (event := self._event(text)):
            yield event

    def finish(self) -> Iterator[Event]:
        """Yield the end that the text itself says, if it does."""
        self._close()
        said = _chain(self._raised) if self._raised else self._exit.text if self._exit else ""
        if not said:
            return
        self.has_end_event = True
        if said in GOOD_ENDS:
            yield Event(kind=EventKind.ENDED, ok=True)
            return
        asked = f": {self._asked}" if self._asked and " " not in said else ""
        yield lines.failed_end(_short(said) + asked)

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
                kind=EventKind.RETRY, text=said, structured=False, status=lines.status_in(said)
            )
        if section := SECTION.match(text):
            return self._begun(section)
        if self._box == "closed" and _RAISED.match(text) and not _NOISE.match(text):
            self._close()
            self._said, self._box = Joined(text), ""
            return None
        return self._in_section(text)

    def _boxed(self, text: str) -> Event | None:
        self._close()
        if text.startswith(_BOX):
            self._box = "error" if " Error " in text else "traceback"
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
            return Event(kind=EventKind.OTHER, structured=False)
        usage = Usage(cost_usd=float(section[3])) if section[3].count(".") < 2 else None
        return Event(kind=EventKind.PROGRESS, text=f"step {section[2]}", usage=usage)

    def _in_section(self, text: str) -> Event:
        if _NOISE.match(text) or _RULE.match(text):
            return Event(kind=EventKind.OTHER, text=text, structured=False)
        if self._section == "agent":
            return Event(kind=EventKind.PROGRESS, text=text, structured=False)
        if self._section == "Exit" and self._exit is None:
            self._exit = Joined(text)
        elif self._section == "User":
            self._asked = self._asked or text
        elif not self._section:
            return lines.from_text(text)
        return Event(kind=EventKind.OTHER, structured=False)

    def _close(self) -> None:
        if self._said:
            self._raised = [*self._raised[:1], self._said.text]
            self._said = None


def _starts_anew(text: str) -> bool:
    return text[0] in (_BOX, _BOX_END, _BOX_SIDE) or bool(_NOISE.match(text) or SECTION.match(text))


def _chain(raised: list[str]) -> str:
    """Give the last statement, and the first where it says more."""
    first, last = _short(raised[0]), _short(raised[-1])
    told = last.rsplit(" - ", 1)[-1][:60]
    is_same = told in first or first.partition(": ")[2][:60] in last
    return last if len(raised) == 1 or is_same else f"{last} ({first})"


def _short(said: str) -> str:
    """Give *said* with the one name nearest to its message: each layer puts its own before it."""
    short = _NAMES.sub("", said, count=1).removeprefix("litellm.")
    return _NOT_THEIRS.sub("", short, count=1)
