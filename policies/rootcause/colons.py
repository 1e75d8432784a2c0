"""A cause whose line ends with a colon: why stands on the next line.

`Error loading config.toml:` and below it the parser's message; `failed to reload config: x.toml:3:7:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_wrapper
from policies.rootcause.scan import stripped

_OPEN = re.compile(r"[\w)\]'\"`]:$")
_NO_REASON = re.compile(
    r"^\s*(?:at |File \"|Traceback|Stack|\d{1,6} ?[|│]|\W*$|(?:[\w.-]{1,80}: ?)+$|Caused by)"
    r"|^\s*(?:[-=*#~_]{2,}|[\w./-]{1,60}=|\$ |>+ |\+ )|^\W?(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE)\b",
    re.IGNORECASE,
)
"""Frames, code, headings, rules, commands and records of a log: none goes on with the sentence above."""
_NEAR = 2
"""One blank line may stand between."""


def announced(below: Iterable[Line]) -> list[Line]:
    """Give the first line of *below* that is not empty, and the next where that one ends with a colon."""
    filled = [stripped(line) for line in below if line.text.strip()]
    return filled[: 2 if filled and filled[0].text.endswith(":") else 1]


def with_reason(lead: Finding, lines: Sequence[Line]) -> Finding:
    """Give *lead*, if it is one line that ends with a colon, with the line below that says why."""
    text = lead.lines[0].text.strip()
    if len(lead.lines) > 1 or lead.summary not in ("", text) or not _OPEN.search(text):
        return lead
    below = (line for line in lines if lead.number < line.number <= lead.number + _NEAR)
    reason = next((line for line in below if line.text.strip()), None)
    if reason is None or _NO_REASON.search(reason.text) or is_wrapper(reason.text.lower()):
        return lead
    said = f"{text} {reason.text.strip()}"
    return replace(lead, lines=(*lead.lines, reason), summary=said, identity=lead.identity or said)
