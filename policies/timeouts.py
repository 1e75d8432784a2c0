"""Every clock of an attempt, and the verdict when one of them has run out.

Silence and lack of progress are a verdict only when the process tree used no CPU and the workspace
did not change meanwhile; a tool call that began and has not ended counts as progress until its own
limit (design rule 7: agents that hung for six hours, and agents that were mute for minutes in retry).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from policies.events.base import Event, EventKind
from policies.failure import StopReason


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


OPEN_TOOLS_LIMIT = 1000
"""More tool calls that never end are not kept; the oldest is let go."""


@dataclass(slots=True, kw_only=True)
class Activity:
    """What the clocks need to know of one attempt. Every moment is in seconds of one monotonic clock.

    One instance an attempt: `run` calls `begin`, `saw_output` and `saw_work`; whoever reads the
    agent's events calls `take`.
    """

    began_s: float = 0
    last_output_s: float = 0
    last_progress_s: float = 0
    last_work_s: float = 0
    """When the process tree last used CPU, or the workspace last changed, as far as was looked."""
    open_tools: dict[str, float] = field(default_factory=dict)
    """Tool calls that began and have not ended: id to the moment they began, oldest first."""
    ended_s: float | None = None
    """When the agent's end event came; None: it is still at work."""

    def begin(self, now_s: float) -> None:
        """Set every clock to *now_s*."""
        self.began_s = self.last_output_s = self.last_progress_s = self.last_work_s = now_s

    def saw_output(self, now_s: float) -> None:
        """Note that bytes came."""
        self.last_output_s = now_s

    def saw_work(self, at_s: float) -> None:
        """Note that the tree worked, or the workspace changed, at *at_s* (never moves back)."""
        self.last_work_s = max(self.last_work_s, at_s)

    def take(self, event: Event, now_s: float) -> None:
        """Fold one *event* in. Retries and errors are not progress."""
        match event.kind:
            case EventKind.PROGRESS:
                self._progress(now_s)
            case EventKind.TOOL_STARTED:
                self._progress(now_s)
                self._open(event.tool_id, now_s)
            case EventKind.TOOL_ENDED:
                self._progress(now_s)
                self.open_tools.pop(event.tool_id, None)
            case EventKind.STARTED | EventKind.RETRY:
                self.ended_s = None
            case EventKind.ENDED:
                self.ended_s = now_s
                self.open_tools.clear()
            case _:
                pass

    def _progress(self, now_s: float) -> None:
        self.last_progress_s = now_s
        self.ended_s = None  # an agent that goes on after an end event has not ended

    def _open(self, tool_id: str, now_s: float) -> None:
        if len(self.open_tools) >= OPEN_TOOLS_LIMIT:
            del self.open_tools[next(iter(self.open_tools))]
        self.open_tools[tool_id] = now_s


def verdict(timeouts: Timeouts, activity: Activity, *, now_s: float) -> StopReason | None:
    """Say which clock has run out at *now_s*, or None.

    After the agent's end event any clock only tidies it away: its outcome is the end event's, so the
    reason is then always `after_end`.
    """
    reason = _run_out(timeouts, activity, now_s)
    return StopReason.AFTER_END if reason and activity.ended_s is not None else reason


def _run_out(timeouts: Timeouts, activity: Activity, now_s: float) -> StopReason | None:
    def is_over(since_s: float | None, limit_s: float) -> bool:
        return limit_s > 0 and since_s is not None and now_s - since_s >= limit_s

    if is_over(activity.began_s, timeouts.total_s):
        return StopReason.TOTAL
    if is_over(activity.ended_s, timeouts.after_end_s):
        return StopReason.AFTER_END
    if activity.open_tools:
        oldest_s = min(activity.open_tools.values())
        return StopReason.TOOL if is_over(oldest_s, timeouts.tool_s) else None
    if is_over(max(activity.last_output_s, activity.last_work_s), timeouts.silence_s):
        return StopReason.SILENCE
    if is_over(max(activity.last_progress_s, activity.last_work_s), timeouts.progress_s):
        return StopReason.PROGRESS
    return None
