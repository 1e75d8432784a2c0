"""A mark that stands before every line, and that no line by itself tells from its text.

What runs several programs (concurrently, overmind, torchrun) or a machine (Vagrant) sets a name before every
line; a mail or a chat quotes or indents them all. BitBake puts a bar before every line of a task's log.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from policies.expressions import expression
from policies.rootcause.clean import clean
from policies.rootcause.finding import Line
from policies.rootcause.numbered import without_numbers

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

_NAMED = expression(
    r"^ {0,8}(?:\[(?!(?i:info|error|warn|warning|debug|trace|fatal|notice|xunit)\b)[\w@][\w@./: -]{0,60}\]:?"
    # act sets a bar before what a step prints, none before its own lines
    r"(?: {2,4}\|)?|Line \d{1,6}:"
    r"|(?!\d+ )[A-Za-z][\w.-]{0,40} {0,20}\||>)(?: |$)|^ {4}[A-Za-z][\w.-]{0,60}:(?: |$)"
)
_ENDED = expression(
    r"^(?P<mark>\[[\w@][\w@./: -]{0,60}\]) \S.{0,400} exited with code (?:\d{1,5}|SIG[A-Z]{2,7})$"
)
"""How concurrently ends each program, behind the mark that it sets before all that the program prints."""
_DIGITS = expression(r"\d+")
_BAR = expression(r"^\|(?: |$)(?!.*\|\s*$)")


def unmarked_lines(lines: list[Line]) -> list[Line]:
    """Give *lines* without the mark that stands before nearly all of them, or the indent that all have."""
    filled = [line for line in lines if line.text.strip()]
    if len(filled) < FEWEST_MARKED:
        return lines
    mark = _shared_mark(filled)
    if mark is not None:
        return [_without(line, mark) for line in lines]
    if begins := without_numbers(lines):
        return [_cut(line, begins.get(line.number, 0)) for line in lines]
    indent = min(len(line.text) - len(line.text.lstrip(" ")) for line in filled) // QUOTED * QUOTED
    return [_cut(line, indent) for line in lines] if indent else lines


def unnamed(lines: list[Line]) -> list[Line]:
    """Give *lines* without the marks of the programs that concurrently ran, which may be few of all."""
    ends = (line.text for line in lines if " exited with code " in line.text)
    marks = tuple({match["mark"] for text in ends if (match := _ENDED.match(text))})
    return [_cut(x, _ends(x.text)) if x.text.startswith(marks) else x for x in lines]


def _ends(text: str) -> int:
    """Give where the bracket of a mark ends, and the one space behind it."""
    end = text.index("]") + 1
    return end + (text[end : end + 1] == " ")


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
    return _DIGITS.sub("0", found.group()).rstrip(" |")


def _without(line: Line, mark: str) -> Line:
    found = _named(line)
    return _cut(line, found.end()) if found and _mark(found) == mark else line


def _cut(line: Line, begins: int) -> Line:
    """Give *line* from *begins* on, without the clock that may stand there in its turn."""
    return Line(line.number, clean(line.text[begins:]))


def unbarred(lines: list[Line]) -> list[Line]:
    """Give *lines* without the bars that stand before several in a row."""
    if not any(line.text.startswith("| ") for line in lines):
        return lines
    return [line for barred, run in groupby(lines, _is_barred) for line in _unbarred(barred, run)]


def _is_barred(line: Line) -> bool:
    return line.text[:1] == "|" and _BAR.match(line.text) is not None


def _unbarred(barred: bool, run: Iterator[Line]) -> list[Line]:
    lines = list(run)
    if not barred or len(lines) < FEWEST_BARS:
        return lines
    return [Line(line.number, line.text[2:]) for line in lines]
