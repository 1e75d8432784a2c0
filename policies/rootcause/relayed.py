"""Output behind another program's marks, where a line by itself does not tell: git's, BuildKit's, npm's.

What stands before every line whoever put it there is of policies.rootcause.marked.

A platform that builds on `git push` sends its log back through git, which writes `remote:` before every
line. BuildKit repeats the failed step's output below its heading, each line behind the seconds since the
step began, in four figures (`0.412`, `10.42`, `304.0`). npm's debug log (npm-debug.log, _logs/*-debug-0.log)
numbers its entries and spells their level out: `12 silly ...`, `33 error ...`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.marked import unbarred, unmarked_lines, unnamed

WORD = "remote:"
FEWEST_LINES = 10
"""Of a hook's refusal fewer come back; of a build many more."""
FEWEST_CLOCKS = 3
"""So many lines in a row with a clock that does not go back are no table of numbers."""

_MARK = expression(r"^remote:(?: {8}| ?)")
"""Git's word, with the indent that buildpacks give whatever a tool printed."""
_REFUSES = expression(r"^remote: (?:error: |fatal: |(?:error: )?GH\d{3}|GitLab: )")
"""A hook's own verdict: there the word says who speaks, and git's reader needs it."""
_CLOCK = expression(r"^ ?(?P<at>\d\.\d{3}|\d\d\.\d\d|\d{3,6}\.\d)(?: |$)")
FEWEST_ENTRIES = 3
"""So many numbered lines of npm's levels are its debug log."""
_ENTRY = expression(
    r"^\d{1,7} (?P<level>silly|verbose|info|timing|http|notice|warn|error)(?: (?P<said>.*))?$"
)
_THROWN = expression(r"^stack (?:Uncaught )?(?:[A-Z]\w{0,60})?Error: (?=\S+ \S)")
"""The head of a stack says what npm prints as its error further down, if that was not cut off."""
_ONLY_LOGGED = (" silly ", " verbose ")
"""Levels that npm never prints unasked."""


def as_printed(lines: list[Line]) -> list[Line]:
    """Give *lines* as the tools behind git or BuildKit, or npm itself, printed them; others as they are."""
    told = [_told(line) for line in lines] if _is_build(lines) else unmarked_lines(_of_npm(lines))
    told = unbarred(unnamed(told))
    if not any(map(_clock, told)):
        return told
    return [line for has_clock, run in groupby(told, _clock_of) for line in _run(has_clock, run)]


def _is_build(lines: Sequence[Line]) -> bool:
    passed_on = [line.text for line in lines if line.text.startswith(WORD)]
    return len(passed_on) >= FEWEST_LINES and not any(map(_REFUSES.match, passed_on))


def _told(line: Line) -> Line:
    if not line.text.startswith(WORD):
        return line
    return Line(line.number, _MARK.sub("", line.text, count=1))


def _of_npm(lines: list[Line]) -> list[Line]:
    """Give the entries of npm's debug log with the marks that a terminal shows."""
    if not any(line.text[:1].isdigit() and _is_only_logged(line.text) for line in lines):
        return lines
    entries = {line.number: match for line in lines if (match := _ENTRY.match(line.text))}
    if len(entries) < FEWEST_ENTRIES:
        return lines
    return [_entry(line, entries.get(line.number)) for line in lines]


def _is_only_logged(text: str) -> bool:
    return any(level in text[:16] for level in _ONLY_LOGGED)


def _entry(line: Line, match: re.Match[str] | None) -> Line:
    if match is None:
        return line
    said = match["said"] or ""
    if thrown := _THROWN.match(said):
        return Line(line.number, f"npm error {said[thrown.end() :]}")
    level = "error" if match["level"] == "error" else "verbose"
    return Line(line.number, f"npm {level} {said}".rstrip())


def _clock(line: Line) -> re.Match[str] | None:
    text = line.text
    return _CLOCK.match(text) if text[:1].isdigit() or text[:1] == " " else None


def _clock_of(line: Line) -> bool:
    return _clock(line) is not None


def _run(has_clock: bool, run: Iterator[Line]) -> list[Line]:
    """Give the lines of one run, without their clocks where it is one."""
    lines = list(run)
    marks = [mark for line in lines if has_clock and (mark := _clock(line))]
    goes_on = all(float(a["at"]) <= float(b["at"]) for a, b in pairwise(marks))
    if len(marks) < FEWEST_CLOCKS or not goes_on:
        return lines
    return [Line(x.number, x.text[m.end() :]) for x, m in zip(lines, marks, strict=True)]
