"""What people are told outside the terminal: one notice for one thing that happened.

Nothing here sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policies.severity import Severity


class NoticeKind(StrEnum):
    """What people can be told of."""

    OPENED = "opened"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    OUTAGE_BEGUN = "outage_begun"
    OUTAGE_ENDED = "outage_ended"
    BREAKER_OPENED = "breaker_opened"
    NIGHT = "night"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell."""

    kind: NoticeKind
    about: str
    """What it is about: the id of an incident, an outage or a run, a breaker's key."""
    repo: str = ""
    """Empty: the whole fleet."""
    severity: Severity | None = None
    """Of an incident; what concerns the fleet has none and is always told."""
    title: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRule:
    """What people want to be told, and how often."""

    kinds: frozenset[NoticeKind] = frozenset(NoticeKind)
    severity: Severity = Severity.SEV3
    """Incidents less severe are not told."""
    window_s: float = 3600
    """Of one kind about one thing at most one notice in so long."""

    def wants(self, notice: Notice) -> bool:
        """Say whether *notice* is told; a test always is."""
        if notice.kind is NoticeKind.TEST:
            return True
        is_grave = notice.severity is None or notice.severity <= self.severity  # SEV-1 is gravest
        return notice.kind in self.kinds and is_grave
