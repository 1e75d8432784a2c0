"""Closes what nobody closed: cycles recorded as running whose process is gone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from loop import running
from loop.orphans import end_orphans
from loop.store import Store
from policies.breaker import released
from policies.failure import CycleOutcome
from policies.records import CycleRecord


def close_dead(store: Store, state: Path, now: datetime) -> list[CycleRecord]:
    """Give the cycles that were recorded as running and are not; they are `crashed` from now on.

    *state* is the state folder in which they worked.

    A cycle of another machine is left alone: its process cannot be seen from here.
    """
    closed = [
        _closed(store, state, cycle, now)
        for cycle in store.cycles(outcome=CycleOutcome.RUNNING.value, limit=1000)
        if running.is_gone(running.mark_of(store, cycle.cycle))
    ]
    _end_unowned(store, state)
    return closed


def _end_unowned(store: Store, state: Path) -> None:
    """End what else a dead process left, which no cycle stands for: a canary's agent."""
    for name, mark in store.remembered(running.KIND).items():
        if isinstance(mark, dict) and running.is_gone(mark):
            end_orphans(name, state)
            _free_probes(store, name)
            store.remember(running.KIND, name, None)


def _closed(store: Store, state: Path, cycle: CycleRecord, now: datetime) -> CycleRecord:
    left = end_orphans(cycle.cycle, state)
    ended = f"; {left} processes that it left were ended" if left else ""
    closed = cycle.evolve(
        outcome=CycleOutcome.CRASHED, finished=now, reason=f"its process is gone (killed?){ended}"
    )
    store.save_cycle(closed)
    _free_probes(store, cycle.cycle)
    store.remember(running.KIND, cycle.cycle, None)
    return closed


def _free_probes(store: Store, cycle: str) -> None:
    """Let another cycle be the probe in place of one that died."""
    held = [state.key for state in store.breakers() if state.probe == cycle or state.ramp]
    if held:
        store.change_breakers(held, lambda states: [released(state, cycle) for state in states])
