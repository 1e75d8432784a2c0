"""What cannot have ended a process that a signal ended: the answer of a server.

A program that fails over such an answer exits with a code; one that was killed had survived it.
"""

from __future__ import annotations

from collections.abc import Iterable

from policies.failure import FailureClass
from policies.rootcause.finding import HIGH_RANK, Finding
from policies.rootcause.hints import Hints

_KILL = -9
ANSWERS = frozenset(
    {
        FailureClass.AUTH,
        FailureClass.RATE_LIMIT,
        FailureClass.USAGE_LIMIT,
        FailureClass.NETWORK,
        FailureClass.MODEL_ERROR,
        FailureClass.CONTEXT_LENGTH,
    }
)
"""Classes of what a server answers, or that none does."""


def survived(found: Iterable[Finding], hints: Hints) -> list[Finding]:
    """Give *found* without what a process that somebody else's signal ended had survived.

    Only a negative exit code tells a signal: agents exit with codes above 128 of their own. Why we
    stopped a process ourselves says more than the signal that we sent.
    """
    if hints.exit_code is None or hints.exit_code >= 0 or hints.stopped_because or _told(hints):
        return list(found)
    given = list(found)
    gone = {each.number for each in given if each.failure_class in ANSWERS}
    left = [finding for finding in given if finding.number not in gone]
    return [finding for finding in left if _may_kill(finding)] if hints.exit_code == _KILL else left


def _may_kill(finding: Finding) -> bool:
    """A process cannot say why it is being killed: of mere words only those about memory count."""
    return finding.rank >= HIGH_RANK or finding.failure_class is FailureClass.OUT_OF_MEMORY


def _told(hints: Hints) -> bool:
    return bool(hints.why) and hints.known_class is not FailureClass.SIGNAL_CRASH
