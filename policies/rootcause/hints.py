"""What the caller knows beside the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from policies.failure import FailureClass, StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known about the process whose log is read; None and "" where it is not."""

    agent: str | None = None
    """Whose log it is; None: a check's or an unknown command's, never an agent's own failure."""
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
