"""Which of a repository's due turns starts: never two, never after its window's end.

Late turns pile up while a machine sleeps; started as they come they would all run at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from policies.schedule import Missed, Schedule, Window

ON_TIME_S = 600
"""A turn up to this many seconds after its time was not missed: a worker polls, a machine is busy."""

ALREADY = "already had its turn in this window"


class Verdict(StrEnum):
    """What becomes of a due turn."""

    RUN = "run"
    SKIP = "skip"
    HOLD = "hold"
    """It waits for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A scheduled turn that has not started."""

    id: str
    scheduled: datetime
    """When it should start, in the repository's own minute."""
    window: Window
    waited: bool = False
    """It was seen in time and waits for a free place since: however late, it was not missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict, and why, for people."""

    verdict: Verdict
    reason: str = ""
    """Empty for a turn that starts in time."""


def decide(
    due: Sequence[Due], now: datetime, schedule: Schedule, *, done: Collection[datetime] = ()
) -> dict[str, Decision]:
    """Give a decision for each turn of ONE repository, by its id: at most one of them runs.

    *done* are the starts of the windows in which the repository already had its cycle. A turn that
    is not due yet has no decision.
    """
    turns = sorted(
        (turn for turn in due if _after_s(turn, now) >= -ON_TIME_S),
        key=lambda turn: (turn.scheduled, turn.id),
    )
    night = _Night(now, schedule, frozenset(done), turns[-1] if turns else None)
    return {turn.id: night.decision(turn) for turn in turns}


@dataclass(frozen=True, slots=True)
class _Night:
    now: datetime
    schedule: Schedule
    done: frozenset[datetime]
    newest: Due | None

    def decision(self, turn: Due) -> Decision:
        """The order of the questions is the rule; the last one left runs."""
        late = not turn.waited and _after_s(turn, self.now) > ON_TIME_S
        missed = f"missed at {self._clock(turn.scheduled)} (the machine was off or asleep?)"
        if turn.window.start in self.done:
            return _skip(ALREADY)
        if late and turn is self.newest and self.schedule.missed is Missed.HOLD:
            return Decision(verdict=Verdict.HOLD, reason=f"{missed}, held for a person")
        if self.now >= turn.window.end:
            what = missed if late else "waited for a free place"
            return _skip(f"{what}, its window ended at {self._clock(turn.window.end)}")
        if turn is not self.newest:
            return _skip(f"{missed if late else 'not started'}, a newer turn is due")
        if late and self.schedule.missed is Missed.SKIP:
            return _skip(f"{missed}, and missed turns are skipped")
        until = self._clock(turn.window.end)
        reason = f"{missed}, caught up: its window is open until {until}" if late else ""
        return Decision(verdict=Verdict.RUN, reason=reason)

    def _clock(self, moment: datetime) -> str:
        """Give the time in the schedule's zone, with its day when that is not today."""
        zone = ZoneInfo(self.schedule.timezone) if self.schedule.timezone else UTC
        there = moment.astimezone(zone)
        same_day = there.date() == self.now.astimezone(zone).date()
        return f"{there:%H:%M}" if same_day else f"{there:%Y-%m-%d %H:%M}"


def _after_s(turn: Due, now: datetime) -> float:
    return (now - turn.scheduled).total_seconds()


def _skip(reason: str) -> Decision:
    return Decision(verdict=Verdict.SKIP, reason=reason)
