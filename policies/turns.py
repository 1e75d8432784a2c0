"""Which cycle of which repository is next in a run: turn by turn, cycle 1 of all, then cycle 2."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from policies.failure import NOT_STARTED, CycleOutcome
from policies.records import CycleRecord, RunRecord

ENDS = frozenset({CycleOutcome.NOTHING_TO_DO, CycleOutcome.CANCELLED, CycleOutcome.CRASHED})


def goes_on(record: CycleRecord, cycles: int, ends_at: datetime | None) -> bool:
    """Say whether the repository has a further cycle in this run after *record*.

    `--cycles N` is "at most N": the loop ends when there is nothing to do, and when a breaker stays
    open past *ends_at*, the run's end (None: no end is set, then any open breaker ends it).
    """
    if record.n >= cycles or record.outcome in ENDS:
        return False
    if record.outcome not in NOT_STARTED:
        return True
    return ends_at is not None and record.until is not None and record.until < ends_at


def left_out(record: CycleRecord, cycles: int) -> str:
    """Say which cycles a refused *record* stands for when the loop ends with it; empty: only itself."""
    if record.outcome not in NOT_STARTED or record.n >= cycles:
        return ""
    return f"cycles {record.n} to {cycles} were not started"


def night_is_over(
    cycles: Iterable[CycleRecord], turns: int, now: datetime, window_end: datetime
) -> bool:
    """Say whether no repository of *cycles*, oldest first, has a further one in this window.

    *turns* is the most that each may have. Those that had none yet are not seen here.
    """
    newest = {cycle.repo: cycle for cycle in cycles}
    return all(
        cycle.outcome is not CycleOutcome.RUNNING
        and next_start(cycle, turns, now, window_end) is None
        for cycle in newest.values()
    )


def is_owed(run: RunRecord, now: datetime) -> bool:
    """Say whether people are to hear of the night *run*: it is over, for less than OWED_S."""
    if run.window_end is None or run.finished is None:
        return False
    return 0 <= (now - run.window_end).total_seconds() < OWED_S


OWED_S = 24 * 3600.0
"""After its window's end; the summary of the night before last helps nobody."""
BUSY_S = 900.0
"""After this many seconds a scheduled repository that was being worked on is looked at again."""


def next_start(
    record: CycleRecord, cycles: int, now: datetime, window_end: datetime
) -> datetime | None:
    """Give when the next cycle of *record*'s repository starts in its window, None: not tonight.

    One that was postponed or refused starts again when what it waits for ends; at most *cycles*
    others start.
    """
    if record.outcome in ENDS:
        return None
    if record.outcome in NOT_STARTED:
        start = record.until or now + timedelta(seconds=BUSY_S)
    else:
        start = now
        if record.n >= cycles:
            return None
    start = max(start, now)
    return start if start < window_end else None
