"""When a child that should run for ever is started again after its end, and when a person hears of it.

Design rule 14: infinite retry without an alarm is the worst failure of all. So the waits grow, a child
that keeps dying is told of, and one that dies all the time is given up: then all is stopped, which the
command's exit code says. Every moment is in seconds of one monotonic clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Often:
    """So many ends within so long."""

    ends: int
    """At least 1."""
    within_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """How a child that ends is started again."""

    wait_from_s: float = 1
    """Before the first restart; doubles with each further one."""
    wait_to_s: float = 60
    settled_after_s: float = 300
    """After a life as long as this the waits begin again at *wait_from_s*."""
    alarms: tuple[Often, ...] = (
        Often(ends=3, within_s=600),
        Often(ends=6, within_s=21_600),
    )
    """A person hears of it when one of these is reached; the second is for a child that dies slowly."""
    alarm_every_s: float = 1800
    """Between two alarms about one child."""
    gives_up: Often = Often(ends=30, within_s=3600)
    """Some 25 minutes of a child that dies at once: a disk that was full for a while is outlived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One life of a child."""

    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """What follows an end."""

    wait_s: float
    """Until the next start."""
    alarm: Often | None
    """What was reached, when a person is to hear of it now; `ends` counts all that there were."""
    gives_up: bool
    """It is not started again, and nothing that it belongs to goes on."""


def after_end(
    rule: Supervision, lives: Sequence[Life], *, alarmed_s: float | None, now_s: float
) -> Restart:
    """Say what follows the end of the last of *lives*, oldest first.

    *alarmed_s* is when the last alarm about this child was given; None: never.
    """
    given_up = _counted(rule.gives_up, lives, now_s)
    reached = [count for often in rule.alarms if (count := _counted(often, lives, now_s))]
    is_due = alarmed_s is None or now_s - alarmed_s >= rule.alarm_every_s
    alarm = given_up or (reached[0] if reached and is_due else None)
    return Restart(wait_s=_wait_s(rule, lives), alarm=alarm, gives_up=given_up is not None)


def recent(rule: Supervision, lives: Sequence[Life], *, now_s: float) -> tuple[Life, ...]:
    """Give those of *lives* that can still decide something, so that what is kept is bounded."""
    longest_s = max(often.within_s for often in (*rule.alarms, rule.gives_up))
    return tuple(life for life in lives if now_s - life.ended_s <= longest_s)


def _counted(often: Often, lives: Sequence[Life], now_s: float) -> Often | None:
    """Give how often it was in that time, or None where that is not enough."""
    ends = sum(1 for life in lives if now_s - life.ended_s <= often.within_s)
    return Often(ends=ends, within_s=often.within_s) if ends >= often.ends else None


def _wait_s(rule: Supervision, lives: Sequence[Life]) -> float:
    short = 0
    for life in reversed(lives):
        if life.ended_s - life.began_s >= rule.settled_after_s:
            break
        short += 1
    # The exponent is capped: 2.0**1024 overflows, and no wait is that long.
    return min(rule.wait_to_s, rule.wait_from_s * 2.0 ** min(max(0, short - 1), 60))
