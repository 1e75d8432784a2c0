"""What one program passed on of another's output, where no line by itself tells: git, BuildKit, BitBake.

A platform that builds on `git push` sends its log back through git, which writes `remote:` before every
line. BuildKit repeats the failed step's output below its heading, each line behind the seconds since the
step began, in four figures (`0.412`, `10.42`, `304.0`). BitBake puts a bar before every line of a task's log.
What runs several programs (concurrently, overmind, torchrun) or a machine (Vagrant) sets a name before every
line; a mail or a chat quotes or indents them all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from policies.rootcause.clean import clean
from policies.rootcause.finding import Line

WORD = "remote:"
FEWEST_LINES = 10
"""Of a hook's refusal fewer come back; of a build many more."""
FEWEST_CLOCKS = 3
"""So many lines in a row with a clock that does not go back are no table of numbers."""

FEWEST_BARS = 3
"""So many lines in a row behind a bar, none of which ends with one, are no table."""

FEWEST_MARKED = 5
"""So many lines, all of them behind one mark: nobody's own form."""
MANY_MARKED, MOST_SAID = 10, 0.9
"""Of so many lines such a share is enough."""
QUOTED = 4
"""So far a quoted text is set in; a test runner sets its own report in by less."""
PROBED = 40
"""Where of so many of the first lines fewer than half are marked, no more are looked at."""

_NAMED = re.compile(
    r"^ {0,8}(?:\[(?!(?i:info|error|warn|warning|debug|trace|fatal|notice|xunit)\b)[\w@][\w@./ -]{0,60}\]:?"
    r"|(?!\d+ )[A-Za-z][\w.-]{0,40} {0,20}\||>)(?: |$)|^ {4}[A-Za-z][\w.-]{0,60}:(?: |$)"
)
_DIGITS = re.compile(r"\d+")
_BAR = re.compile(r"^\|(?: |$)(?!.*\|\s*$)")
_MARK = re.compile(r"^remote:(?: {8}| ?)")
"""Git's word, with the indent that buildpacks give whatever a tool printed."""
_REFUSES = re.compile(r"^remote: (?:error: |fatal: |(?:error: )?GH\d{3}|GitLab: )")
"""A hook's own verdict: there the word says who speaks, and git's reader needs it."""
_CLOCK = re.compile(r"^ ?(?P<at>\d\.\d{3}|\d\d\.\d\d|\d{3,6}\.\d)(?: |$)")


def as_printed(lines: list[Line]) -> list[Line]:
    """Give *lines* as the tools behind git, BuildKit or BitBake printed them; the others as they are."""
    told = [_told(line) for line in lines] if _is_build(lines) else _unnamed(lines)
    if any(line.text.startswith("| ") for line in told):
        told = [
            line for barred, run in groupby(told, _is_barred) for line in _unbarred(barred, run)
        ]
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


def _unnamed(lines: list[Line]) -> list[Line]:
    """Give *lines* without the mark that stands before nearly all of them, or the indent that all have."""
    filled = [line for line in lines if line.text.strip()]
    if len(filled) < FEWEST_MARKED:
        return lines
    mark = _shared_mark(filled)
    if mark is not None:
        return [_without(line, mark) for line in lines]
    indent = min(len(line.text) - len(line.text.lstrip(" ")) for line in filled) // QUOTED * QUOTED
    return [_cut(line, indent) for line in lines] if indent else lines


def _shared_mark(filled: list[Line]) -> str | None:
    first = filled[:PROBED]
    if sum(map(bool, map(_named, first))) * 2 < len(first):
        return None
    marks = Counter(_mark(m) for line in filled if (m := _named(line)))
    mark, count = marks.most_common(1)[0]
    share = MOST_SAID if len(filled) >= MANY_MARKED else 1
    return mark if count >= len(filled) * share else None


def _named(line: Line) -> re.Match[str] | None:
    return _NAMED.match(line.text)


def _mark(found: re.Match[str]) -> str:
    return _DIGITS.sub("0", found.group()).rstrip()


def _without(line: Line, mark: str) -> Line:
    found = _named(line)
    return _cut(line, found.end()) if found and _mark(found) == mark else line


def _cut(line: Line, begins: int) -> Line:
    """Give *line* from *begins* on, without the clock that may stand there in its turn."""
    return Line(line.number, clean(line.text[begins:]))


def _is_barred(line: Line) -> bool:
    return line.text[:1] == "|" and _BAR.match(line.text) is not None


def _unbarred(barred: bool, run: Iterator[Line]) -> list[Line]:
    lines = list(run)
    if not barred or len(lines) < FEWEST_BARS:
        return lines
    return [Line(line.number, line.text[2:]) for line in lines]


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
