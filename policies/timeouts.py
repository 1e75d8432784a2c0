"""Every clock of an attempt, and the verdict when one of them has run out.

Silence and lack of progress are a verdict only when the process tree used no CPU and the workspace
did not change meanwhile; a tool call that began and has not ended counts as progress until its own
limit (design rule 7: agents that hung for six hours, and agents that were mute for minutes in retry).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Limits in seconds; 0 means no limit."""

    total_s: float = 3600
    """One attempt in all, absolute."""
    silence_s: float = 600
    """Since the last byte of output."""
    progress_s: float = 1200
    """Since the last progress event."""
    tool_s: float = 1800
    """One tool call."""
    after_end_s: float = 10
    """From the agent's end event to its exit."""
    grace_s: float = 10
    """Between TERM and KILL."""
    setup_s: float = 1800
    check_s: float = 1800
    """Each check."""
    git_s: float = 600
    """Each git call."""
    cycle_s: float = 10800
    """A whole cycle."""
