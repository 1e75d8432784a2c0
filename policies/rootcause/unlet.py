"""What refused an agent its work that talks in plain text: a sandbox, a file's mode, a full disk."""

from __future__ import annotations

from collections.abc import Sequence

from policies.events.refused import is_disk_full
from policies.events.unwritten import NEAR_LINES, refused_report
from policies.failure import FailureClass
from policies.rootcause.finding import Finding, Line

RANK = 66
"""Words, not a form: never of high confidence."""


def not_let(lines: Sequence[Line]) -> Finding | None:
    """Give what refused the agent its work, by its last words in *lines*; None where they do not say so."""
    last = lines[-NEAR_LINES:]
    at = refused_report([line.text for line in last])
    if at is None:
        return None
    full = is_disk_full(last[at].text)
    return Finding(
        lines=(last[at],),
        rank=RANK,
        rule="refused tool",
        failure_class=FailureClass.DISK_FULL if full else FailureClass.SANDBOX_PERMISSION,
    )
