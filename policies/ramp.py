"""After an outage the fleet comes back in steps: the probe, then 2 cycles at once, 4, … up to `jobs`.

Each cycle in which the agent worked makes room for one more, so the number doubles with each round. A
place belongs to a process: one that died frees it, whatever time it had left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LASTS_S = 3600.0
"""After this many seconds without a new failure the fleet is as before, however few cycles ran."""

AGAIN_S = 60.0
"""After this many seconds a scheduled cycle that found no place may ask again."""

PROBE_AGAIN_S = 300.0
"""The same where a probe is under way, which may take an hour: each asking is a process of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The process that runs a cycle: an id is reused, with start time and machine it is not."""

    pid: int
    started: float
    """Seconds since the epoch."""
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One cycle's place."""

    cycle: str
    owner: Owner | None
    expires: datetime
    """Freed then, should its owner be on a machine that cannot be seen."""


IsGone = Callable[[Owner], bool]
"""Tells of an owner whether its process is dead, as far as can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """How far the fleet has come back."""

    allowed: int
    """Cycles at once."""
    until: datetime
    """The ramp is over then."""
    inside: tuple[Place, ...] = ()


def started(probe: Place | None, jobs: int, now: datetime) -> Ramp | None:
    """Give the ramp after a probe passed, which still has its place; None where 2 are all there are."""
    until = now + timedelta(seconds=LASTS_S)
    inside = (probe,) if probe else ()
    return Ramp(allowed=2, until=until, inside=inside) if jobs > 2 else None


def going_on(ramp: Ramp | None, now: datetime, is_gone: IsGone) -> Ramp | None:
    """Give *ramp* without the places of the dead; None where it is over."""
    if ramp is None or ramp.until <= now:
        return None
    return replace(ramp, inside=tuple(p for p in ramp.inside if not is_free(p, now, is_gone)))


def has_room(ramp: Ramp | None, cycle: str) -> bool:
    """Say whether *cycle* may go on: it is inside, or there is a place."""
    return ramp is None or _is_inside(ramp, cycle) or len(ramp.inside) < ramp.allowed


def entered(ramp: Ramp | None, place: Place) -> Ramp | None:
    """Give *ramp* with *place* taken, for which `has_room` was asked."""
    if ramp is None or _is_inside(ramp, place.cycle):
        return ramp
    return replace(ramp, inside=(*ramp.inside, place))


def left(ramp: Ramp | None, cycle: str) -> Ramp | None:
    """Give *ramp* with *cycle*'s place free."""
    if ramp is None or not _is_inside(ramp, cycle):
        return ramp
    return replace(ramp, inside=tuple(p for p in ramp.inside if p.cycle != cycle))


def widened(ramp: Ramp | None, cycle: str, jobs: int) -> Ramp | None:
    """Give *ramp* after the agent worked in *cycle*; None where *jobs* may run at once again.

    A cycle that began before the outage proves nothing, so it makes no room.
    """
    if ramp is None or not _is_inside(ramp, cycle):
        return ramp
    wider = replace(ramp, allowed=ramp.allowed + 1)
    return wider if wider.allowed < jobs else None


def is_free(place: Place, now: datetime, is_gone: IsGone) -> bool:
    """Say whether nobody holds *place* any more."""
    return place.expires <= now or (place.owner is not None and is_gone(place.owner))


def _is_inside(ramp: Ramp, cycle: str) -> bool:
    return any(place.cycle == cycle for place in ramp.inside)
