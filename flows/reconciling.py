"""Flow runs that Prefect believes to be going on, held against the store and what is alive.

Nothing at the server marks a run as dead whose process is gone, and a run that was lost while it was
being cancelled stays so for ever, with its place in the queue.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import psutil
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelled, Crashed

from flows.states import of_cycle, of_run
from loop import running
from loop.store import Store
from policies.failure import CycleOutcome

GOING = FlowRunFilter(
    state=FlowRunFilterState(
        type=FlowRunFilterStateType(
            any_=[StateType.RUNNING, StateType.CANCELLING, StateType.PENDING]
        )
    )
)
OURS = FlowFilter(name=FlowFilterName(any_=["cycle", "fleet", "sweep"]))
SETTLE_S = 30.0
"""A run that just changed its state is left alone where its process may be about to begin or to write."""
GONE = "its process is gone (killed?)"
PAGE = 200


def reconcile(client: SyncPrefectClient, store: Store, now: datetime) -> Iterator[str]:
    """Give each lost flow run the final state that its record tells; give a line for each."""
    alive = _worked_on()
    for flow_run in _going(client):
        if str(flow_run.id) in alive:
            continue
        if state := _end_of(flow_run, store, now):
            client.set_flow_run_state(flow_run.id, state, force=True)
            yield f"{flow_run.name}: shown as {state.name}, it was {flow_run.state_name}"


def _going(client: SyncPrefectClient) -> Iterator[FlowRun]:
    seen = 0
    while True:
        page = client.read_flow_runs(
            flow_filter=OURS, flow_run_filter=GOING, limit=PAGE, offset=seen
        )
        yield from page
        seen += len(page)
        if len(page) < PAGE:
            return


def _end_of(flow_run: FlowRun, store: Store, now: datetime) -> State[Any] | None:
    """Give the state that *flow_run* should have; None: it goes on."""
    name = flow_run.name or ""
    # A retry of an ended one: the worker has it, and its process is not seen yet.
    if flow_run.state_type is StateType.PENDING and _is_fresh(flow_run, now):
        return None
    if cycle := store.cycle(name):
        if cycle.outcome is not CycleOutcome.RUNNING:
            return of_cycle(cycle)
        return None if _is_run(store, name) else Crashed(message=GONE)
    if run := store.run(name):
        if run.outcome is not CycleOutcome.RUNNING:
            return of_run(run)
        goes_on = run.window_end is not None or _is_run(store, name)
        return None if goes_on else Crashed(message=GONE)
    if _is_fresh(flow_run, now):
        return None
    cancelled = flow_run.state_type is StateType.CANCELLING
    return Cancelled(message=GONE) if cancelled else Crashed(message=GONE)


def _is_fresh(flow_run: FlowRun, now: datetime) -> bool:
    changed = flow_run.state.timestamp if flow_run.state else None
    return changed is not None and now - changed < timedelta(seconds=SETTLE_S)


def _is_run(store: Store, name: str) -> bool:
    return not running.is_gone(running.mark_of(store, name))


def _worked_on() -> set[str]:
    """Give the flow runs for which a process of this machine was started, by its environment."""
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if flow_run := process.environ().get("PREFECT__FLOW_RUN_ID"):
                found.add(flow_run)
    return found
