"""What is remembered of an incident, and the contract's JSON of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from policies.failure import Failure
from policies.moments import stamp
from policies.severity import Severity


class IncidentState(StrEnum):
    """Where an incident is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """A person takes care of it; it is not cured."""
    RESOLVED = "resolved"


class IncidentChange(StrEnum):
    """What happened to an incident; told once each, to whoever sends notifications."""

    OPENED = "opened"
    JOINED = "joined"
    REOPENED = "reopened"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    RECOVERED = "recovered"
    """It works again, and the incident waits for its root cause or prevention rule."""
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One time that it was open: from a failure to a success, or until today."""

    opened: datetime
    closed: datetime | None = None
    how: str = ""
    """What closed it, in one line."""
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecord:
    """One cause in one repository. Fields that older stores lack have a default that says so."""

    id: str
    repo: str
    agent: str
    pass_name: str
    check: str | None = None
    """The check that failed; None when the agent itself did."""
    failure: Failure
    count: int = 1
    """Failed cycles, of all its episodes."""
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
    severity: Severity = Severity.SEV3
    owner: str = ""
    """Who acknowledged it last; empty: nobody did."""
    acknowledged_at: datetime | None = None
    respond_by: datetime | None = None
    """It is escalated when nobody acknowledged it until then; None: never."""
    escalated_at: datetime | None = None
    recovered_at: datetime | None = None
    """When it worked again. A SEV-1 that is not resolved then waits for what `lacks` names."""
    recovered_by: str = ""
    """The cycle that proved it."""
    root_cause: str = ""
    """A person's words, in place of the failure's summary."""
    prevention_rule: str = ""
    """What the agent or the person that fixed it said; one line, redacted."""
    resolved_because: str = ""
    """A person's reason to resolve it by hand."""
    episodes: tuple[Episode, ...] = ()
    """Newest last, at most EPISODES_KEPT; empty in records of older stores."""
    days: tuple[tuple[date, int], ...] = ()
    """Failed cycles of each day (UTC) that had one, newest last, at most DAYS_KEPT."""

    @property
    def is_active(self) -> bool:
        """Tell whether it is not resolved: open, or acknowledged."""
        return self.state is not IncidentState.RESOLVED

    @property
    def is_recovered(self) -> bool:
        """Tell whether it works again and only waits for what `lacks` names."""
        return self.is_active and self.recovered_at is not None

    @property
    def lacks(self) -> tuple[str, ...]:
        """Name the ledger's fields that must be filled before it closes: of a SEV-1, two."""
        if self.severity is not Severity.SEV1:
            return ()
        known = self.root_cause or (
            self.failure.summary and self.failure.failure_class.value != "unknown"
        )
        filled = {"Root Cause": known, "Prevention Rule": self.prevention_rule}
        return tuple(name for name, value in filled.items() if not value)

    def evolve(self, **changes: Any) -> IncidentRecord:
        """Give a copy with *changes*."""
        return replace(self, **changes)

    def per_day(self) -> dict[date, int]:
        """Give the failed cycles of each day; of an older store's record, those that it still names."""
        if self.days:
            return dict(self.days)
        named = Counter(name[:8] for name in self.cycles if name[:8].isdecimal())
        moments = {self.last_seen.astimezone(UTC).date(): 1}
        return {_day(text): n for text, n in named.items()} or moments

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


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()


CYCLES_KEPT = 50
EPISODES_KEPT = 20
DAYS_KEPT = 56
