"""Which cycle of which repository is next in a run: turn by turn, cycle 1 of all, then cycle 2."""

from __future__ import annotations

from datetime import datetime

from policies.failure import NOT_STARTED, CycleOutcome
from policies.records import CycleRecord

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
