"""What is remembered of an incident, and the contract's JSON of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from policies.failure import Failure
from policies.moments import stamp


class IncidentState(StrEnum):
    """Where an incident is in its life."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """One episode of one fingerprint in one repository."""

    id: str
    repo: str
    agent: str
    pass_name: str
    check: str | None = None
    """The check that failed; None when the agent itself did."""
    failure: Failure
    count: int = 1
    """Failed cycles in this episode."""
    first_seen: datetime
    last_seen: datetime
    state: IncidentState = IncidentState.OPEN
    cycles: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    """Names of pass logs; like cycles newest last, at most CYCLES_KEPT."""
    resolved_at: datetime | None = None
    fix: str = "pending"
    commit: str = "pending"
    reopens: str | None = None
    """Id of the older incident that this one repeats after the reopen window."""
    in_ledger: str = ""
    """Hash of the entry as last written; empty: it waits to be written."""
    trigger: str = "manual"
    """What started the run of its first cycle: `manual`, `schedule`, ..."""
    waits_because: str = ""
    """Why the entry is not in the ledger yet, for `status` and `doctor`."""
    outage: str | None = None
    """Id of the outage that it is a part of."""

    def evolve(self, **changes: Any) -> IncidentRecord:
        """Give a copy with *changes*."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Give the contract's object."""
        return {
            "id": self.id,
            "repo": self.repo,
            "fingerprint": self.failure.fingerprint,
            "class": self.failure.failure_class.value,
            "summary": self.failure.summary,
            "count": self.count,
            "first_seen": stamp(self.first_seen),
            "last_seen": stamp(self.last_seen),
            "state": self.state.value,
        }


CYCLES_KEPT = 50
