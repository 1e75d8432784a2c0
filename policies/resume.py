"""Where a cycle that ended without success goes on when the same run is retried.

A retry repeats nothing that is done: an agent's finished work is checked again and landed, work that is
landed already is left alone. To do everything again is a rerun (loop/rerun).
"""

from __future__ import annotations

from enum import StrEnum

from policies.failure import CycleOutcome, StopReason
from policies.records import CycleRecord


class Entry(StrEnum):
    """The step with which a retried cycle begins."""

    NOTHING = "nothing"
    """It is done: the record stands."""
    CHECKS = "checks"
    """The agent's work is kept: the checks on it, and the landing."""
    ATTEMPT = "attempt"
    """A further attempt in the frozen context."""
    AFRESH = "afresh"
    """It never came to its first attempt: no context was frozen."""


DONE = frozenset({CycleOutcome.SUCCEEDED, CycleOutcome.NOTHING_TO_DO})
ENDED_WELL = frozenset({None, StopReason.AFTER_END})


def entry_of(record: CycleRecord) -> Entry:
    """Say with which step a retry of the ended cycle *record* begins."""
    if record.outcome in DONE or record.landed:
        return Entry.NOTHING
    if record.context is None:
        return Entry.AFRESH
    last = record.attempts[-1] if record.attempts else None
    worked = last is not None and last.failure is None and last.stopped_because in ENDED_WELL
    kept = record.branch is not None and record.head_commit is not None
    return Entry.CHECKS if worked and kept else Entry.ATTEMPT
