"""The breaker: stops identical failures, over passes, cycles, runs and nights.

Everything that decides lives here as values; loop/store keeps the state and makes each change atomic
over threads and processes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from policies.bounds import Bound
from policies.breaker_state import (
    NEXT,
    NO_PROBE,
    BreakerState,
    Happening,
    Phase,
    moved,
    probes_place,
)
from policies.cooldown import PROBE_EVERY, CoolDown, next_cool_down_s, stated_end
from policies.failure import CHECK_CLASSES, Failure
from policies.probe import freed, given_back, probing, released
from policies.ramp import started, widened

__all__ = [
    "NEXT",
    "BreakerState",
    "Happening",
    "Phase",
    "after_failure",
    "after_nothing",
    "after_success",
    "freed",
    "given_back",
    "named",
    "probe_failed",
    "probing",
    "released",
    "reset",
    "tripped",
]


def after_failure(
    state: BreakerState,
    failure: Failure,
    bound: Bound,
    cool_down: CoolDown,
    now: datetime,
    cycle: str = "",
) -> BreakerState:
    """Give the state after one more failed attempt of *cycle*; it may open.

    An open breaker keeps the cause that opened it: what fails then began before, and so did what fails
    beside a probe.
    """
    if state.phase is Phase.OPEN or _is_beside(state, cycle):
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


def tripped(
    state: BreakerState, failure: Failure, cool_down: CoolDown, now: datetime, hit: int = 1
) -> BreakerState:
    """Give the state after *failure* was found to be an outage of *hit* repositories: open.

    An end that others' words state is not believed: it would stop the whole fleet until then.
    """
    if state.phase is not Phase.CLOSED:
        return state
    told = replace(
        state,
        fingerprint=failure.fingerprint,
        identical=hit,
        failed=state.failed + hit,
        failure_class=failure.failure_class,
        summary=failure.summary,
    )
    return _opened(told, Happening.TRIPPED, _believed(failure), cool_down, now)


def probe_failed(
    state: BreakerState, failure: Failure, cool_down: CoolDown, now: datetime
) -> BreakerState:
    """Give the wide breaker's state after its probe failed in a way that counts for the repository.

    The cause of the outage came back: open, and the cool-down doubles. Any other cause proves nothing.
    """
    if failure.fingerprint != state.fingerprint:
        return state
    return _opened(state, Happening.FAILED, _believed(failure), cool_down, now)


def after_success(
    state: BreakerState, cycle: str = "", jobs: int = 1, now: datetime | None = None
) -> BreakerState:
    """Give the state after a success of *cycle*: closed, and where a probe passed, ramping up to *jobs*.

    An open breaker stays open, since the success began before it opened. Without *now* none ramps.
    """
    if state.phase is Phase.OPEN or _is_beside(state, cycle):
        return state
    if state.phase is Phase.HALF_OPEN:
        ramp = started(probes_place(state), jobs, now) if now else None
    else:
        ramp = widened(state.ramp, cycle, jobs)
    return BreakerState(key=state.key, ramp=ramp)


def after_nothing(state: BreakerState) -> BreakerState:
    """Give the state after a cycle that ran well and changed nothing.

    The cause did not return, so the breaker closes, unless a check had failed: nothing was checked.
    """
    if state.failure_class in CHECK_CLASSES:
        return given_back(state)
    return after_success(state)


def named(state: BreakerState, incident: str) -> BreakerState:
    """Give the state that names its *incident*."""
    return replace(state, incident=incident)


def reset(state: BreakerState) -> BreakerState:
    """Give the closed state that a person asked for."""
    return BreakerState(key=state.key)


def opens(before: BreakerState, after: BreakerState) -> bool:
    """Say whether the breaker opened between *before* and *after*; a probe that failed opens none."""
    return before.phase is Phase.CLOSED and after.phase is not Phase.CLOSED


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
    return moved(
        state,
        event,
        opened_at=state.opened_at or now,
        until=due,
        stated_end=stated,
        cool_down_s=wait_s,
        ramp=None,
        **NO_PROBE,
    )


def _believed(failure: Failure) -> Failure:
    return failure if failure.agents_own else failure.evolve(resets_at=None, retry_after_s=None)


def _is_beside(state: BreakerState, cycle: str) -> bool:
    """Another than *cycle* is the probe; without a name it is taken for the probe itself."""
    return state.phase is Phase.HALF_OPEN and bool(cycle) and state.probe != cycle
