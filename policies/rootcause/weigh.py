"""What a candidate loses by where it stands, and by saying little."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.finding import HIGH_RANK, Finding
from policies.rootcause.noise import is_bare
from policies.rootcause.regions import Regions
from policies.rootcause.tallies import is_tally
from policies.rootcause.vague import only_ends

EMPTY_EXCEPTION = 25
"""What an exception without a reason loses."""
SURVIVABLE = frozenset(
    {
        FailureClass.NETWORK,
        FailureClass.AUTH,
        FailureClass.SANDBOX_PERMISSION,
        FailureClass.CONFIG_ERROR,
        FailureClass.MISSING_DEPENDENCY,
        FailureClass.GIT_ERROR,
        FailureClass.TIMEOUT,
    }
)
"""Of what a command may complain and go on."""
BEHIND_RANK, CERTAIN_RANK = HIGH_RANK - 1, 90
"""The rank behind a tool's own form, and from where a line keeps its own."""
NEAR_LINES, ABOVE_LINES = 8, 2
"""So far below or above a line may stand the form that it belongs to."""
CUT_OFF, TIME_LIMIT = "ci-agent-cut-off", "ci-time-limit"
"""The catalogue's entries of an agent that its controller lost, and of a job that took too long."""
WAITED_FOR = 48
"""What an unreachable service loses that soon after answered."""
ONLY_NAMED = 17
"""What a failing test loses of which only the name is known: another line may say why."""
_UNREACHED = expression(
    r"\brefused\b|\bconnect\b|\bunreachable\b|\btimed out\b|\bno response\b", re.I
)
_RAISED = expression(r"^(?:[A-Za-z_][\w.]{0,120}(?:Error|Exception|Failure|Exit)): ")


def in_place(found: Iterable[Finding], regions: Regions) -> Iterator[Finding]:
    """Yield *found*, each less sure where it stands outside the failed step, or says nothing."""
    for finding in found:
        doubt = regions.doubt(finding.number) + _emptiness(finding) + _waiting(finding, regions)
        yield replace(finding, rank=max(1, finding.rank - doubt)) if doubt else finding


def behind_forms(known: Sequence[Finding], formal: Sequence[Finding]) -> Iterator[Finding]:
    """Yield *known*, a line that may be survived behind what a tool's own form states elsewhere.

    No form confirms one line about a network or a missing file, and most commands that print one go on.
    """
    told = sorted(line.number for one in formal if one.rank >= HIGH_RANK for line in one.lines)
    for finding in known:
        is_survivable = (
            finding.is_unconfirmed
            and finding.failure_class in SURVIVABLE
            and finding.rank < CERTAIN_RANK
        )
        if is_survivable and told and not _is_near(finding.number, told):
            yield replace(finding, rank=min(finding.rank, BEHIND_RANK))
        else:
            yield finding


def after_cut(known: Sequence[Finding]) -> Iterator[Finding]:
    """Yield *known*; a time limit that ran out right below a lost connection is what came of that."""
    cut = [finding for finding in known if finding.rule == CUT_OFF]
    for finding in known:
        above = [one for one in cut if 0 < finding.number - one.number <= NEAR_LINES]
        is_consequence = finding.rule == TIME_LIMIT and bool(above)
        yield replace(finding, rank=above[-1].rank - 1) if is_consequence else finding


def _is_near(number: int, told: Sequence[int]) -> bool:
    """Say whether a form's line stands close below line *number*, or very close above it."""
    at = bisect_left(told, number - ABOVE_LINES)
    return at < len(told) and told[at] <= number + NEAR_LINES


def _waiting(finding: Finding, regions: Regions) -> int:
    """A service that could not be reached, and then was there, is what a script waited for."""
    is_network = finding.failure_class is FailureClass.NETWORK or (
        finding.rule == "words" and _UNREACHED.search(finding.lines[0].text) is not None
    )
    return WAITED_FOR if is_network and regions.is_answered(finding.number) else 0


def _emptiness(finding: Finding) -> int:
    """An exception that only repeats that something failed is a wrapper in other clothes."""
    words = finding.words()
    if is_tally(words.lower()):
        return EMPTY_EXCEPTION
    if finding.failure_class is FailureClass.TEST_FAILURE and " " not in words:
        return ONLY_NAMED
    said = _RAISED.sub("", text := finding.lines[0].text)
    is_raised = said != text and not said.rstrip().endswith(":")
    is_thrown = finding.rule.endswith(" exception") and len(finding.lines) == 1
    is_empty = (is_raised and is_bare(said.lower())) or (is_thrown and only_ends(words.lower()))
    return EMPTY_EXCEPTION if is_empty else 0
