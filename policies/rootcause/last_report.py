"""The report of a failure with which a log ends although the exit code is 0.

Some agents, and what wraps them, print what stopped them and end with 0. The last words are such a report
where they stand as programs put them (`Error: ...`, `[error] ...`, `... failed: ...`, a box with that
title), and not as an agent's answer quotes them: in a fence, below a line that announces them, in a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from policies.events.lines import status_in
from policies.expressions import expression
from policies.rootcause.agent import by_status
from policies.rootcause.choose import class_of, entry_for
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guess import by_words
from policies.rootcause.killed import ANSWERS
from policies.rootcause.recovery import went_on
from policies.rootcause.report_forms import ADVISES, FOOT, LISTED, LOOSE, STRICT
from policies.rootcause.talk import is_announced, is_stated, tells_of_work
from policies.rootcause.unlet import not_let
from policies.signatures import Signatures

RANK = 64
"""Below the forms that are sure: exit 0 speaks against it."""
LINES, TRACE_LINES, FOOT_LINES = 6, 60, 12
"""So many lines a report's paragraph has at most, a trace or a box, and what stands below all."""

_CODE = expression(r"\b(?:code|error|http|status)\W{1,3}([45]\d\d)\b", re.IGNORECASE)
_TRACE = "Traceback (most recent call last):"
_RAISED = expression(r"^[A-Za-z_][\w.]{0,120}(?:Error|Exception|Exit|Failure)(?:: |$)")
_BOX_OPENS, _BOX_ENDS, _SIDES = ("╭", "┌", "┏"), ("╰", "└", "┗"), "│┃ "
_TITLE = expression(r"\b(?:error|failed|failure)\b", re.IGNORECASE)


def at_exit_0(
    lines: Sequence[Line], found: Sequence[Finding], signatures: Signatures
) -> list[Finding] | None:
    """Give what a process that ended with 0 tells of its own failure; None: it was a success.

    *found* is what stands near the end of *lines*, the likeliest first.
    """
    own = (one for one in found if is_stated(lines, one, signatures))
    if told := [one for one in own if not went_on(lines, one)]:
        return told
    last = not_let(lines) or last_report(lines, found, signatures)
    return [last] if last else None


def last_report(
    lines: Sequence[Line], found: Sequence[Finding], signatures: Signatures
) -> Finding | None:
    """Give the failure with whose report *lines* end, if they do; *found* is what stands in them."""
    lines = _without_foot(lines)
    filled = [line for line in lines[-TRACE_LINES:] if line.text.strip()]
    if not filled:
        return None
    found = [one for one in found if one.lines[-1].number <= filled[-1].number]
    if said := _boxed(filled) or _raised(filled):
        return _finding(said, found, signatures)
    told = _last_words(lines)
    for line in dict.fromkeys((told[0], told[-1])) if told else ():
        if not all(ADVISES.match(below.text) for below in told if below.number > line.number):
            continue
        is_strict = STRICT.match(line.text) is not None
        if not (is_strict or LOOSE.match(line.text)) or _is_talk(lines, told, line):
            continue
        made = _finding(line, found, signatures)
        if is_strict or made.failure_class in ANSWERS:
            return made
    return None


def _without_foot(lines: Sequence[Line]) -> Sequence[Line]:
    """Give *lines* without what a program says at every end: of cost, time, session, where to read more."""
    end = len(lines)
    while end and len(lines) - end < FOOT_LINES and FOOT.match(lines[end - 1].text):
        end -= 1
    return lines[:end]


def _last_words(lines: Sequence[Line]) -> list[Line]:
    """Give the lines of the last paragraph; none of a long one."""
    backwards = iter(reversed(lines))
    last = next((line for line in backwards if line.text.strip()), None)
    above = list(takewhile(lambda line: line.text.strip(), backwards)) if last else []
    told = [*reversed(above), *([last] if last else [])]
    return told if len(told) <= LINES else told[-1:]


def _is_talk(lines: Sequence[Line], told: Sequence[Line], line: Line) -> bool:
    """Say whether *line* of the last words *told* is quoted, or one of the sentences of an answer."""
    if any(one.text.lstrip().startswith(("```", "~~~")) for one in told):
        return True
    before = [one for one in told if one.number < line.number]
    if any(LISTED.match(one.text) for one in before) or is_announced(lines, line):
        return True
    return any(tells_of_work(one.text) for one in told if one.number >= line.number)


def _raised(filled: Sequence[Line]) -> Line | None:
    """Give the exception of the trace with which the log ends."""
    last = filled[-1]
    head = next((n for n, line in enumerate(filled) if line.text == _TRACE), None)
    if head is None or not _RAISED.match(last.text):
        return None
    inside = filled[head + 1 : -1]
    is_whole = all(_is_of_trace(line.text) for line in inside)
    return last if is_whole and not is_announced(filled, filled[head]) else None


def _is_of_trace(text: str) -> bool:
    chained = text.startswith((_TRACE, "The above exception was", "During handling of"))
    return text[:1].isspace() or chained or _RAISED.match(text) is not None


def _boxed(filled: Sequence[Line]) -> Line | None:
    """Give what stands in the drawn box with which the log ends, if its title tells of a failure."""
    if not filled[-1].text.lstrip().startswith(_BOX_ENDS):
        return None
    inside = list[Line]()
    for line in reversed(filled[:-1]):
        if line.text.lstrip().startswith(_BOX_OPENS):
            told = Line(inside[-1].number, " ".join(_bare(inside))) if inside else None
            return told if _TITLE.search(line.text) else None
        inside.append(line)
    return None


def _bare(inside: Sequence[Line]) -> Iterator[str]:
    return (line.text.strip().strip(_SIDES) for line in reversed(inside))


def _status(text: str) -> int | None:
    named = _CODE.search(text)
    return int(named[1]) if named else status_in(text)


def _finding(said: Line, found: Sequence[Finding], signatures: Signatures) -> Finding:
    """Give *said* as a finding, with the class that what was *found* on its line, or its words, tell."""
    own = next(
        (one for one in found if any(line.number == said.number for line in one.lines)), None
    )
    made = own or Finding(lines=(said,), rank=RANK, rule="last report")
    entry = entry_for(made, signatures)
    known = class_of(made, entry) if entry else made.failure_class
    likely = known or by_status(_status(said.text)) or by_words(said.text)
    is_guessed = made.is_guessed or known is None
    return replace(made, rank=RANK, rule="last report", failure_class=likely, is_guessed=is_guessed)
