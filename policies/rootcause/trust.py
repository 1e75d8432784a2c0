"""How far the cause that was chosen can be trusted, and which lines state it."""

from __future__ import annotations

from collections.abc import Sequence

from policies.failure import LINES_LIMIT, Confidence, FailureClass
from policies.rootcause.choose import HIGH_RANK
from policies.rootcause.finding import Finding, Line

MEDIUM_RANK = 55
RIVAL_POINTS, RIVAL_LINES, RIVALS_SEEN = 4, 20, 40
"""How near in rank, how far in the log another candidate casts doubt, and how many are looked at."""
LATER_RANK = 47
"""From here on a line names itself an error (generic's levels)."""


def confidence_of(ordered: Sequence[Finding], failure_class: FailureClass) -> Confidence:
    """Say how far the first of *ordered* can be trusted; a rival of another kind takes the surety."""
    lead = ordered[0]
    if lead.rank < MEDIUM_RANK:
        return Confidence.LOW
    is_sure = lead.rank >= HIGH_RANK and failure_class is not FailureClass.UNKNOWN
    doubted = _has_rival(ordered) or _speaks_later(ordered)
    return Confidence.HIGH if is_sure and not doubted else Confidence.MEDIUM


def _speaks_later(ordered: Sequence[Finding]) -> bool:
    """Say whether, after a single line that the catalogue knows, something else calls itself an error.

    One known line has no form around it that confirms it: the program may have gone on after it.
    """
    lead = ordered[0]
    if not lead.one_line or lead.first_wins or lead.agent_form:
        return False
    return any(
        other.number > lead.number and other.rank >= LATER_RANK and other.rule != lead.rule
        for other in ordered[1:RIVALS_SEEN]
    )


def _has_rival(ordered: Sequence[Finding]) -> bool:
    """Say whether another format, just as sure, states another kind of failure elsewhere."""
    lead = ordered[0]
    own = {line.number for line in lead.lines}
    return any(
        lead.rank - other.rank < RIVAL_POINTS
        and other.rank >= HIGH_RANK
        and other.rule != lead.rule
        and other.failure_class not in (None, lead.failure_class)
        and not own & {line.number for line in other.lines}
        and abs(other.number - lead.number) > RIVAL_LINES
        for other in ordered[1:RIVALS_SEEN]
    )


def cause_lines(ordered: Sequence[Finding]) -> tuple[Line, ...]:
    """Give the first finding's lines, then those of its equals, none twice, at most LINES_LIMIT."""
    lead = ordered[0]
    equals = [other for other in ordered[1:] if other.rule == lead.rule and lead.rank >= HIGH_RANK]
    seen: dict[int, Line] = {}
    for finding in (lead, *equals[:3]):
        for line in finding.lines:
            seen.setdefault(line.number, line)
    return tuple(list(seen.values())[:LINES_LIMIT])
