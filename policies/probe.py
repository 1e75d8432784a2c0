"""The probe's place, and those of the cycles that come back after it: taken, given back, freed by a death."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from policies.breaker_state import NO_PROBE, BreakerState, Happening, Phase, moved, probes_place
from policies.ramp import IsGone, Owner, going_on, is_free, left


def probing(
    state: BreakerState, cycle: str, expires: datetime, owner: Owner | None = None
) -> BreakerState:
    """Give the state in which *cycle* is the one probe until *expires*, or until *owner* is dead."""
    return moved(state, Happening.PROBED, probe=cycle, probe_expires=expires, probe_owner=owner)


def freed(state: BreakerState, now: datetime, is_gone: IsGone) -> BreakerState:
    """Give the state without the places of cycles whose process is dead."""
    if (ramp := going_on(state.ramp, now, is_gone)) != state.ramp:
        state = replace(state, ramp=ramp)
    place = probes_place(state)
    return given_back(state) if place and is_free(place, now, is_gone) else state


def given_back(state: BreakerState) -> BreakerState:
    """Give the state after a probe that proved nothing (cancelled, could not run): the next may probe."""
    if state.phase is not Phase.HALF_OPEN:
        return state
    return moved(state, Happening.GAVE_BACK, **NO_PROBE)


def released(state: BreakerState, cycle: str) -> BreakerState:
    """Give the state after *cycle* ended: its place is free, and as a probe it proved nothing."""
    if (ramp := left(state.ramp, cycle)) != state.ramp:
        state = replace(state, ramp=ramp)
    return given_back(state) if state.probe == cycle else state
