"""A cause whose line ends with a colon: why stands on the next line.

`Error loading config.toml:` and below it the parser's message; `failed to reload config: x.toml:3:7:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import stripped
from policies.rootcause.wrapping import is_wrapper

_OPEN = expression(r"[\w)\]'\"`]:$")
_NO_REASON = expression(
    r"^\s*(?:at |File \"|Traceback|Stack|\d{1,6} ?[|│]|\W*$|(?:[\w.-]{1,80}: ?)+$|Caused by)"
    r"|^\s*(?:[-=*#~_]{2,}|[\w./-]{1,60}=|\$ |>+ |\+ )|^\W?(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE)\b",
    re.IGNORECASE,
)
"""Frames, code, headings, rules, commands and records of a log: none goes on with the sentence above."""
_MARK = expression(r"^(?:ERROR|error|Error|FATAL|fatal|E): ")
"""Whoever sets it before each line of a message does not begin another one with it."""
_NEAR = 2
"""One blank line may stand between."""


def announced(below: Iterable[Line]) -> list[Line]:
    """Give the first line of *below* that is not empty, and the next where that one ends with a colon."""
    filled = [stripped(line) for line in below if line.text.strip()]
    return filled[: 2 if filled and filled[0].text.endswith(":") else 1]


def with_reason(lead: Finding, lines: Sequence[Line]) -> Finding:
    """Give *lead*, if its words end with a line's colon, with the line below that says why."""
    head = _open_line(lead)
    if head is None:
        return lead
    mark = _MARK.match(head.text)
    below = (line for line in lines if head.number < line.number <= head.number + _NEAR)
    reason = next((line for line in below if line.text.strip()), None)
    if reason and mark:
        reason = Line(reason.number, reason.text.removeprefix(mark.group()))
    if reason is None or _NO_REASON.search(reason.text) or is_wrapper(reason.text.lower()):
        return lead
    why = reason.text.strip()
    said = f"{lead.words()} {why}"
    shown = {line.number: line for line in (*lead.lines, reason)}
    is_open = lead.identity.endswith(":")
    known = f"{lead.identity} {why}" if is_open else lead.identity or said
    return replace(lead, lines=tuple(shown.values()), summary=said, identity=known)


def _open_line(lead: Finding) -> Line | None:
    """Give the line with whose colon the words of *lead* end."""
    said = lead.words()
    if not _OPEN.search(said):
        return None
    return next((line for line in lead.lines if said.endswith(line.text.strip())), None)
