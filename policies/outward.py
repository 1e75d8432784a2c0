"""What leaves the machine is counted: how many of each kind may go, for one repository, in one hour.

A bot that posts twenty reviews in forty minutes has no such count. What is over the limit waits, and
is shown as waiting; nothing is thrown away for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)


class Action(StrEnum):
    """What the program does to others than its own user's files."""

    PUSH = "push"
    PULL_REQUEST = "pull_request"
    COMMENT = "comment"
    NOTIFICATION = "notification"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutwardLimits:
    """How many actions of a kind may leave per repository and hour."""

    per_hour: Mapping[Action, int] = field(default_factory=dict)
    """One that is not named has no limit."""

    def free_at(self, action: Action, left: Iterable[datetime], now: datetime) -> datetime | None:
        """Give when one more *action* may leave; None: now. *left*: when earlier ones did."""
        limit = self.per_hour.get(action)
        if limit is None:
            return None
        recent = sorted(moment for moment in left if moment > now - HOUR)
        return recent[-limit] + HOUR if len(recent) >= limit else None
