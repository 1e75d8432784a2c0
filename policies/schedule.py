"""When a repository's cycles start by themselves, each in its own minute of the fleet's window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from policies.schedule_words import words_of

LAST_MINUTE = 59


class Missed(StrEnum):
    """What becomes of a turn that was missed (the machine was off, asleep, the worker stopped)."""

    ONCE = "once"
    """One is caught up, while its window is open."""
    SKIP = "skip"
    HOLD = "hold"
    """It waits for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When the cycles of one repository start, and how long into the night they may."""

    cron: str
    """Five fields as `cron_of` gives them, before the repository's own minute is chosen."""
    timezone: str = ""
    """IANA name; empty is this machine's zone."""
    window_s: float = 21_600
    """From the window's start; no cycle starts after its end."""
    missed: Missed = Missed.ONCE
    stagger_minutes: int = 30
    """The repositories start spread over so many minutes; 0: all at once."""

    def evolve(self, **changes: Any) -> Schedule:
        """Give a copy with *changes*."""
        return replace(self, **changes)

    @classmethod
    def from_state(cls, data: dict[str, Any]) -> Schedule:
        """Read back plain JSON values. Raises KeyError, TypeError or ValueError when they differ."""
        return cls(**data | {"missed": Missed(data["missed"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of a night in which scheduled cycles may start; all of them belong to one run."""

    start: datetime
    """UTC."""
    end: datetime
    """UTC; the first moment in which nothing starts any more."""

    @property
    def run(self) -> str:
        """The id of the run that all cycles of this window share."""
        return f"{self.start.astimezone(UTC):%Y%m%d-%H%M%S}"


def staggered(schedule: Schedule, repo_name: str) -> str:
    """Give the cron with the minute that *repo_name* always has, at or after the schedule's own.

    It stays in the same hour and in the first half of the window. A cron whose minute is not one
    plain number is given as it is.
    """
    minute, _, rest = schedule.cron.partition(" ")
    if not minute.isdecimal():
        return schedule.cron
    half_window = int(schedule.window_s / 2 // 60)
    spread = min(schedule.stagger_minutes, LAST_MINUTE - int(minute), half_window)
    number = int.from_bytes(sha256(repo_name.encode()).digest()[:8])
    return f"{int(minute) + number % (spread + 1)} {rest}"


def describe(schedule: Schedule) -> str:
    """Give one line: `nightly at 02:00 Europe/Berlin, window 6 h, missed: once`."""
    zone = schedule.timezone or "local time"
    window = f"{schedule.window_s / 3600:g} h"
    return f"{words_of(schedule.cron)} {zone}, window {window}, missed: {schedule.missed}"
