"""What the caller knows beside the log."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from policies.events.base import Story
from policies.failure import FailureClass, StopReason
from policies.logmarks import Foot
from policies.outcome import Evidence, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known about the process whose log is read; None and "" where it is not."""

    agent: str | None = None
    """Whose log it is; None: a check's or an unknown command's, never an agent's own failure."""
    reader: str | None = None
    """Who reads its events, where the agent bears a name of the person's own."""
    named: str | None = None
    """The agent after which the log is named: it tells two silent logs apart, and decides nothing else."""
    exit_code: int | None = None
    """As Popen gives it: negative means ended by that signal."""
    stopped_because: StopReason | None = None
    """Why Nightcrew stopped it."""
    known_class: FailureClass | None = None
    """Decided by the evidence already (a denied tool and no change, a time-out)."""
    last_progress: str = ""
    """Part of a failure's identity where the log does not say why."""
    now: datetime
    """Aware; limits that end are read against it."""
    local_zone: tzinfo = field(default=UTC)
    """The zone in which the log's clock times without a zone are meant."""
    why: str = ""
    """The caller's own reason why this is a failure; with one, the log is never called a success."""


def with_foot(hints: Hints, foot: Foot | None) -> Hints:
    """Give *hints* with what the log's own *foot* says, where the caller knows nothing of the end."""
    known = hints.exit_code is not None or hints.stopped_because is not None or hints.why
    if foot is None or known:
        return hints
    if foot.exit_code is None and foot.error:
        told = judge(
            Evidence(story=Story(), has_end_event=False, exit_code=None, start_error=foot.error)
        )
        return replace(hints, why=told.why, known_class=told.failure_class)
    return replace(hints, exit_code=foot.exit_code, stopped_because=foot.stopped_because)
