"""Which lines are shown as the cause: those that state it, and of an unsure one what else may be it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.failure import LINES_LIMIT, Confidence
from policies.rootcause.finding import HIGH_RANK, Finding, Line

EQUALS_SHOWN = 3
RIVALS_SHOWN, FIRST_LINES, RIVAL_POINTS = 2, 3, 20
"""So many rivals, at most so much lower in rank, are among so many first lines where the answer is not sure.

Chosen on 1,000 logs of strangers: of those whose cause was another they then show a third more, and the
share of lines that state the cause falls from 0.90 to 0.88. Lower ones show as much again that is none.
"""


def shown_lines(ordered: Sequence[Finding], confidence: Confidence) -> tuple[Line, ...]:
    """Give the lines of the first of *ordered* and its equals, best first; of an unsure one its rivals' too.

    None twice, none empty, at most LINES_LIMIT.
    """
    lines = cause_lines(ordered)
    rivals = [] if confidence is Confidence.HIGH else _rivals(ordered, lines)
    kept = FIRST_LINES - len(rivals)
    return (*lines[:kept], *rivals, *lines[kept:])[:LINES_LIMIT]


def cause_lines(ordered: Sequence[Finding]) -> tuple[Line, ...]:
    """Give the first finding's lines, then those of its equals, none twice, at most LINES_LIMIT."""
    lead = ordered[0]
    equals = [other for other in ordered[1:] if other.rule == lead.rule and lead.rank >= HIGH_RANK]
    seen: dict[int, Line] = {}
    for finding in (lead, *equals[:EQUALS_SHOWN]):
        for line in finding.lines:
            seen.setdefault(line.number, line)
    return tuple(line for line in list(seen.values())[:LINES_LIMIT] if line.text)


def _rivals(ordered: Sequence[Finding], lines: Sequence[Line]) -> list[Line]:
    """Give the first lines of the next findings, none beside a line that is shown."""
    found: list[Line] = []
    for line in _near(ordered):
        if all(abs(line.number - other.number) > 1 for other in (*lines, *found)):
            found.append(line)
        if len(found) == RIVALS_SHOWN:
            break
    return found


def _near(ordered: Sequence[Finding]) -> Iterator[Line]:
    least = ordered[0].rank - RIVAL_POINTS
    near = (finding for finding in ordered[1:] if finding.rank >= least)
    return (line for finding in near for line in finding.lines[:1] if line.text)
