"""Nx lists at its end which of its tasks failed: why stands in that task's output, below `> nx run task`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line
from policies.rootcause.generic import by_ending
from policies.rootcause.scan import holding, matching

LIST_LINES = 60
"""Lines of one list that are read."""

_HEADS = ("Failed tasks:", "targets failed, including the following:")
_LISTED = expression(r"^\s{0,8}- (?:nx run )?(?P<task>[\w@/.-]{1,200}:[\w:.-]{1,200})$")
_RUN = expression(r"^> {1,2}nx run (?P<task>[\w@/.:-]{1,400})")
_ENDS = expression(r"^> {1,2}nx run |^\W{0,4}(?:NX {1,4}|[\u2014\u2013-]{20})")


def nx_tasks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the last words of each task that is listed as failed: where nothing else says why."""
    listed = {
        match["task"]
        for at, _ in holding(lines, *_HEADS)
        for line in lines[at + 1 : at + LIST_LINES]
        if (match := _LISTED.match(line.text))
    }
    for at, line, match in matching(lines, "nx run ", _RUN) if listed else ():
        if match["task"] in listed:
            told = list(takewhile(lambda one: not _ENDS.match(one.text), lines[at + 1 :]))
            yield from by_ending(told, line.number, told[-1].number + 1 if told else None)
