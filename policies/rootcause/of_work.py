"""What the tools of an agent's session printed: the agent's work, and not why its process ended.

An agent in plain text shows what its tests, compilers and linters said. It went on after each of them; had
it been killed a moment later, the last of them would stand where a check's failure stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from policies.failure import CHECK_CLASSES, TIME_REASONS, FailureClass
from policies.rootcause.agent import RETRY_RANK
from policies.rootcause.choose import class_of, entry_for
from policies.rootcause.finding import Finding
from policies.rootcause.hints import Hints
from policies.rootcause.killed import ANSWERS, survived
from policies.rootcause.provider import ANSWER
from policies.signatures import Signatures

_FROM_OUTSIDE = frozenset({-1, -2, -9, -15, 129, 130, 137, 143})
"""Exit codes of a process that was hung up on, interrupted, killed or asked to end."""
_OF_PROCESS = ANSWERS | {
    FailureClass.AGENT_INTERNAL,
    FailureClass.DISK_FULL,
    FailureClass.OUT_OF_MEMORY,
    FailureClass.SIGNAL_CRASH,
}
"""What may befall an agent from outside while it works."""
_OWN_TRACE = frozenset({FailureClass.COMPILE_ERROR, FailureClass.MISSING_DEPENDENCY})
"""What an agent that cannot start says, too."""
_ENDS_LINES = 40
"""A trace so near to the end may be that of the agent's own process."""


def ending(
    found: Sequence[Finding], hints: Hints, last: int, signatures: Signatures
) -> list[Finding]:
    """Give what of *found* may have ended the process; *last* is the log's last line.

    Without an agent it is a check's log: then what its tools told is just what is looked for.
    """
    is_ended = _is_ended(hints)
    if hints.agent is None or (hints.exit_code == 0 and not is_ended):
        return survived(found, hints)
    may_end = _may_stop if is_ended else partial(_may_fail, last)
    classed = ((one, class_of(one, entry_for(one, signatures))) for one in found)
    left = (one for one, known in classed if one.agent_form or may_end(one, known))
    return survived(left, hints)


def _is_ended(hints: Hints) -> bool:
    """Say whether somebody else ended the process, in the middle of whatever it did."""
    return hints.exit_code in _FROM_OUTSIDE or hints.stopped_because in TIME_REASONS


def _may_stop(finding: Finding, known: FailureClass) -> bool:
    """Say whether it may be why the process did not go on; a network that a tool lost is not.

    What an agent tries over and over may, whatever it is; a trace that it shows once is of its work.
    """
    if finding.rule.startswith("agent's"):
        return finding.rank <= RETRY_RANK or known not in CHECK_CLASSES | _OWN_TRACE
    is_tools = known is FailureClass.NETWORK and finding.rule != ANSWER
    return known in _OF_PROCESS and not is_tools


def _may_fail(last: int, finding: Finding, known: FailureClass) -> bool:
    """Say whether the process may have ended with it."""
    if known in _OWN_TRACE:
        return last - finding.lines[-1].number < _ENDS_LINES
    return known not in CHECK_CLASSES
