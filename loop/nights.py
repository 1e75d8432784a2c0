"""A window's run: cycles of many processes, one record, one summary.

Nobody runs such a run as a whole. Its first cycle opens it; whoever ends a cycle, and the sweep, sum it up,
and close it when every repository had its turn or the window is over.
"""

from __future__ import annotations

from collections.abc import Collection

from loop import canary, running
from loop.story import Crew, Order
from loop.summing import summed
from policies.failure import CycleOutcome
from policies.records import CycleRecord, RunRecord
from policies.schedule import Window

CYCLES_LIMIT = 10_000
SCHEDULE = "schedule"
"""The trigger of scheduled cycles."""


def joined(crew: Crew, window: Window) -> RunRecord:
    """Give the run of *window*, opened if this is its first cycle."""
    known = crew.store.run(window.run)
    if known is not None:
        return known
    run = RunRecord(run=window.run, started=crew.now(), trigger=SCHEDULE, window_end=window.end)
    crew.keep(run)
    return run


def prove_agent(crew: Crew, order: Order, repositories: int) -> None:
    """Ask *order*'s agent once a night whether it works, where the night is that of a fleet.

    *repositories*: how many have a turn in it. Raises StoreError.
    """
    if order.trigger != SCHEDULE or repositories < canary.FLEET:
        return
    starts = canary.prove_once(order.run, order.plan, crew)
    known = crew.store.run(order.run) if starts else None
    if known:
        crew.keep(known.evolve(canary_starts=known.canary_starts + starts))


def alone(crew: Crew, run: str, trigger: str) -> RunRecord:
    """Give the new run *run* of a single cycle that a person started in the UI."""
    record = RunRecord(run=run, started=crew.now(), trigger=trigger)
    crew.keep(record)
    return record


def summed_up(crew: Crew, run: str, expected: Collection[str] = ()) -> RunRecord | None:
    """Give run *run* as its cycles are now, saved; None when nobody knows it.

    It is closed when none of its cycles runs, and either each of the *expected* repositories had
    one or its window is over. Until then its outcome stays `running`.
    """
    known = crew.store.run(run)
    if known is None or not running.is_gone(running.mark_of(crew.store, run)):
        return known  # a process that runs all of it sums it up itself
    cycles = crew.store.cycles(run=run, limit=CYCLES_LIMIT)[::-1]
    record = summed(known, crew, cycles)
    if not _is_over(record, crew, cycles, expected):
        record = record.evolve(outcome=CycleOutcome.RUNNING, finished=None)
    elif known.finished and all(c.finished and c.finished <= known.finished for c in cycles):
        record = record.evolve(finished=known.finished)
    crew.keep(record)
    return record


def _is_over(
    run: RunRecord, crew: Crew, cycles: list[CycleRecord], expected: Collection[str]
) -> bool:
    if any(cycle.outcome is CycleOutcome.RUNNING for cycle in cycles):
        return False
    closed = run.window_end is None or crew.now() >= run.window_end
    return closed or {cycle.repo for cycle in cycles} >= set(expected)


def open_runs(crew: Crew) -> list[RunRecord]:
    """Give the runs that are recorded as running and that no living process runs."""
    return [
        run
        for run in crew.store.runs(outcome=CycleOutcome.RUNNING.value)
        if running.is_gone(running.mark_of(crew.store, run.run))
    ]
