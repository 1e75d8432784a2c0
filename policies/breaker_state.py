"""One breaker as it is remembered, and every move from one phase to another.

A pair of phase and event that is not in NEXT leaves it as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from policies.failure import FailureClass
from policies.moments import stamp
from policies.ramp import Owner, Place, Ramp


class Phase(StrEnum):
    """Closed lets all through, open nobody, half-open one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Happening(StrEnum):
    """What moves a breaker from one phase to another."""

    TRIPPED = "tripped"
    PROBED = "probed"
    PASSED = "passed"
    FAILED = "failed"
    GAVE_BACK = "gave_back"
    RESET = "reset"


NEXT: dict[tuple[Phase, Happening], Phase] = {
    (Phase.CLOSED, Happening.TRIPPED): Phase.OPEN,
    (Phase.OPEN, Happening.PROBED): Phase.HALF_OPEN,
    (Phase.HALF_OPEN, Happening.PROBED): Phase.HALF_OPEN,
    (Phase.HALF_OPEN, Happening.PASSED): Phase.CLOSED,
    (Phase.HALF_OPEN, Happening.FAILED): Phase.OPEN,
    (Phase.HALF_OPEN, Happening.GAVE_BACK): Phase.OPEN,
    (Phase.OPEN, Happening.RESET): Phase.CLOSED,
    (Phase.HALF_OPEN, Happening.RESET): Phase.CLOSED,
}


NO_PROBE: dict[str, Any] = {"probe": "", "probe_expires": None, "probe_owner": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerState:
    """One breaker, as it is remembered."""

    key: str
    """`repository:<name>/<agent>`, `agent:<name>` or `machine`."""
    phase: Phase = Phase.CLOSED
    fingerprint: str = ""
    """Cause of the latest failures in a row."""
    identical: int = 0
    """Failed attempts in a row with that fingerprint."""
    failed: int = 0
    """Failed attempts in a row, whatever the cause."""
    failure_class: FailureClass | None = None
    summary: str = ""
    opened_at: datetime | None = None
    until: datetime | None = None
    """When the next probe is due."""
    stated_end: datetime | None = None
    """When a limit says that it ends; None where nothing was stated."""
    cool_down_s: float = 0
    """The cool-down that runs now; doubles with each failed probe."""
    incident: str | None = None
    probe: str = ""
    """The cycle that probes."""
    probe_expires: datetime | None = None
    """A probe that died where nobody sees it frees its place then."""
    probe_owner: Owner | None = None
    """The process of the probe; where it is dead its place is free at once."""
    ramp: Ramp | None = None
    """How the fleet comes back after an outage; None: without limit."""

    def to_json(self) -> dict[str, Any]:
        """Give the object that `breaker list --json` and `status --json` print."""
        return {
            "key": self.key,
            "state": self.phase.value,
            "class": self.failure_class.value if self.failure_class else None,
            "fingerprint": self.fingerprint or None,
            "summary": self.summary or None,
            "identical": self.identical,
            "failed": self.failed,
            "opened_at": stamp(self.opened_at),
            "until": stamp(self.until),
            "stated_end": stamp(self.stated_end),
            "incident": self.incident,
            "probe": self.probe or None,
        }


def moved(state: BreakerState, event: Happening, **changes: Any) -> BreakerState:
    """Give the state after *event*, with *changes*; as it was where nothing moves."""
    phase = NEXT.get((state.phase, event))
    return replace(state, phase=phase, **changes) if phase else state


def probes_place(state: BreakerState) -> Place | None:
    """Give the place that the probe holds, if there is one."""
    if not state.probe or state.probe_expires is None:
        return None
    return Place(cycle=state.probe, owner=state.probe_owner, expires=state.probe_expires)
