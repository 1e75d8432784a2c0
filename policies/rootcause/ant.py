"""How Ant states why a build failed: below its banner, the calls of targets from the outside in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.guess import by_words
from policies.rootcause.scan import matching, stripped

BELOW = 12
"""Lines below the banner that may hold the reason."""

_BANNER = expression(r"^BUILD FAILED$")
_PLACE = expression(r"^(?:[A-Za-z]:)?[^\s:][^:]{0,300}\.(?:xml|ant):\d+: (?P<said>\S.{0,1500})$")
_TARGET = expression(r"^Target \"[^\"]{1,200}\" does not exist in the project\b")
_OUTER = expression(r"^The following error occurred while executing this line")
_SUBANT = expression(r"^\s*\[subant\] The following error occurred while executing this line:$")
_TASK = expression(r"^\s*\[subant\] ")
_POINTS = expression(
    r"^(?:Compile failed; see|exec returned: |exit status \d|Java returned: "
    r"|.{0,120}\btests? (?:\S+ )?failed\b"
    r"|impossible to resolve dependencies:|.{0,200}\b[Ss]ee (?:output|\S{1,100}) for)"
    r"|\bfailed - see output|^Process fork returned|^There (?:was|were) (?:test|errors)",
    re.I,
)


def ant_builds(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the innermost reason below "BUILD FAILED"."""
    for at, _, _ in matching(lines, "BUILD FAILED", _BANNER):
        told: list[Line] = []
        for line in lines[at + 1 : at + 1 + BELOW]:
            match = _PLACE.match(line.text)
            if match and not _OUTER.match(match["said"]):
                told.append(Line(line.number, match["said"].strip()))
            elif _TARGET.match(line.text):
                told.append(stripped(line))
        if told:
            yield _finding(told[-1])
    yield from _subprojects(lines)


def _subprojects(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield why a subproject failed that the build went on from: its task says so as it happens."""
    for at, _, _ in matching(lines, "[subant] The following error", _SUBANT):
        below = [Line(line.number, _TASK.sub("", line.text)) for line in lines[at + 1 : at + 2]]
        for line in below:
            match = _PLACE.match(line.text)
            if match and not _OUTER.match(match["said"]):
                yield replace(_finding(Line(line.number, match["said"].strip())), rank=56)


def _finding(line: Line) -> Finding:
    points = _POINTS.search(line.text) is not None
    return Finding(
        lines=(line,),
        rank=47 if points else 74,
        rule="ant",
        failure_class=None if points else by_words(line.text) or C.CONFIG_ERROR,
    )
