"""What a prompt is made of: plain, bounded values gathered from a repository and its history.

The limits leave a whole prompt under PROMPT_LIMIT_BYTES: an agent reads the code itself; this only
has to point it to where work is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.prevention import most_severe_first
from policies.records import IncidentRecord, stamp
from policies.text import clip, one_line, safe

PROMPT_LIMIT_BYTES = 40_000
"""No prompt that the shipped templates make is longer."""

README_LIMIT_BYTES = 6_000
DOCS_LIMIT_BYTES = 2_000
"""Each further document."""
DOCS_LIMIT = 3
CHECK_LIMIT_BYTES = 2_000
"""What one failing check printed."""
CHECKS_LIMIT = 3
LIST_LIMIT_BYTES = 4_000
"""Each list: candidates, markers, prevention rules."""
INCIDENTS_LIMIT_BYTES = 2_000
LINE_LIMIT_CHARS = 240
SUMMARY_CHARS = 120
"""Of an incident's cause, so that its line stays whole."""

_CANDIDATE = re.compile(r"^\s*[-*+] \[ \]\s+(\S.*)$")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")


@dataclass(frozen=True, slots=True)
class Document:
    """The head of one file."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class BaseCheck:
    """How one check did on the unchanged base."""

    name: str
    command: str
    """As a person types it; empty when it is not known."""
    result: str
    """`passed`, `failed`, `could not run`, or empty when it was not run."""
    text: str = ""
    """What it said when it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that a prompt may show. Everything in it came from outside and is untrusted."""

    documents: tuple[Document, ...] = ()
    candidates: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    """`path:line: text`."""
    checks: tuple[BaseCheck, ...] = ()
    rules: tuple[str, ...] = ()
    """Prevention rules: of resolved incidents, then of the ledger."""
    incidents: tuple[str, ...] = ()

    @property
    def failing(self) -> tuple[BaseCheck, ...]:
        """The checks that fail on the unchanged base, at most CHECKS_LIMIT."""
        return tuple(check for check in self.checks if check.result == "failed")[:CHECKS_LIMIT]


def open_candidates(tracker: str) -> tuple[str, ...]:
    """Give the unticked boxes below a heading that names candidates, in the tracker's order."""
    found: list[str] = []
    inside, fenced = False, False
    for line in tracker.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif heading := _HEADING.match(line) if not fenced else None:
            inside = "candidate" in heading[2].lower()
        elif inside and not fenced and (box := _CANDIDATE.match(line)):
            found.append(box[1])
    return bounded_lines(found)


def base_check(row: Mapping[str, Any], command: str) -> BaseCheck:
    """Give what a cycle's check *row* says: name, result, and the lines or reason of a failure."""
    result = str(row.get("result") or row.get("state") or "").replace("_", " ")
    said = "\n".join(str(line) for line in row.get("lines") or ()) or str(row.get("reason") or "")
    return BaseCheck(
        name=one_line(str(row["name"]), 80),
        command=one_line(command, LINE_LIMIT_CHARS),
        result=result,
        text=clip(safe(said), CHECK_LIMIT_BYTES) if result == "failed" else "",
    )


def incident_lines(incidents: Sequence[IncidentRecord]) -> tuple[str, ...]:
    """Give one line an incident, the most severe and newest first: id, class, summary, how often."""
    return bounded_lines(
        (
            f"{i.id} {i.severity} {i.failure.failure_class.value}: "
            f"{one_line(i.failure.summary, SUMMARY_CHARS)}"
            f" ({i.count} failed cycles since {stamp(i.first_seen)})"
            for i in most_severe_first(incidents)
        ),
        INCIDENTS_LIMIT_BYTES,
    )


def bounded_lines(lines: Iterable[str], limit_bytes: int = LIST_LIMIT_BYTES) -> tuple[str, ...]:
    """Give the first of *lines*, each safe and on one line, repeats left out, within the limit."""
    kept: dict[str, None] = {}
    left = limit_bytes
    for line in lines:
        text = one_line(line, LINE_LIMIT_CHARS)
        left -= 0 if text in kept else len(text.encode()) + 1
        if left < 0:
            break
        if text:
            kept[text] = None
    return tuple(kept)
