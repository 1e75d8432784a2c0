"""The breaker: stops identical failures, over passes, cycles, runs and nights.

Everything that decides lives here as values; loop/store keeps the state and makes each change atomic
over threads and processes. A pair of phase and
event that is not in NEXT leaves it as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from policies.bounds import Bound
from policies.cooldown import PROBE_EVERY, CoolDown, next_cool_down_s, stated_end
from policies.failure import CHECK_CLASSES, Failure, FailureClass
from policies.records import stamp


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
    """A probe that died frees its place then."""

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


def probing(state: BreakerState, cycle: str, expires: datetime) -> BreakerState:
    """Give the state in which *cycle* is the one probe until *expires*."""
    return _moved(state, Happening.PROBED, probe=cycle, probe_expires=expires)


def after_failure(
    state: BreakerState, failure: Failure, bound: Bound, cool_down: CoolDown, now: datetime
) -> BreakerState:
    """Give the state after one more failed attempt; it may open.

    An open breaker keeps the cause that opened it: what fails then began before.
    """
    if state.phase is Phase.OPEN:
        return replace(state, failed=state.failed + 1)
    same = failure.fingerprint == state.fingerprint
    counted = replace(
        state,
        fingerprint=failure.fingerprint,
        identical=state.identical + 1 if same else 1,
        failed=state.failed + 1,
        failure_class=failure.failure_class,
        summary=failure.summary,
    )
    if state.phase is Phase.HALF_OPEN:
        return _opened(counted, Happening.FAILED, failure, cool_down, now)
    if _trips(counted, failure, bound, cool_down, now):
        return _opened(counted, Happening.TRIPPED, failure, cool_down, now)
    return counted


def after_success(state: BreakerState) -> BreakerState:
    """Give the state after a success. An open breaker stays open: the success began before it opened."""
    if state.phase is Phase.OPEN:
        return state
    return BreakerState(key=state.key)


def after_nothing(state: BreakerState) -> BreakerState:
    """Give the state after a cycle that ran well and changed nothing.

    The cause did not return, so the breaker closes, unless a check had failed: nothing was checked.
    """
    if state.failure_class in CHECK_CLASSES:
        return given_back(state)
    return after_success(state)


def given_back(state: BreakerState) -> BreakerState:
    """Give the state after a probe that proved nothing (cancelled, could not run): the next may probe."""
    if state.phase is not Phase.HALF_OPEN:
        return state
    return _moved(state, Happening.GAVE_BACK, probe="", probe_expires=None)


def named(state: BreakerState, incident: str) -> BreakerState:
    """Give the state that names its *incident*."""
    return replace(state, incident=incident)


def reset(state: BreakerState) -> BreakerState:
    """Give the closed state that a person asked for."""
    return BreakerState(key=state.key)


def _trips(
    state: BreakerState, failure: Failure, bound: Bound, cool_down: CoolDown, now: datetime
) -> bool:
    stated = stated_end(failure, now)
    if stated and stated - now > timedelta(seconds=cool_down.longest_wait_s):
        return True
    blind = state.key.startswith("repository:") and state.failed >= cool_down.any_cause_opens_after
    return blind or state.identical >= bound.opens_after


def _opened(
    state: BreakerState, event: Happening, failure: Failure, cool_down: CoolDown, now: datetime
) -> BreakerState:
    stated = stated_end(failure, now)
    wait_s = next_cool_down_s(state.cool_down_s, failure, cool_down)
    due = min(stated, now + PROBE_EVERY) if stated else now + timedelta(seconds=wait_s)
    return _moved(
        state,
        event,
        opened_at=state.opened_at or now,
        until=due,
        stated_end=stated,
        cool_down_s=wait_s,
        probe="",
        probe_expires=None,
    )


def _moved(state: BreakerState, event: Happening, **changes: Any) -> BreakerState:
    phase = NEXT.get((state.phase, event))
    return replace(state, phase=phase, **changes) if phase else state
