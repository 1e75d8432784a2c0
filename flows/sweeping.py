"""The sweep: the store, Prefect's states and what is alive are brought together again.

It runs when `serve` starts, before the worker does, and every few minutes after that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import prefect.runtime.flow_run as current
from prefect import flow, get_run_logger
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateName,
)
from prefect.client.schemas.objects import State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Completed, Failed

from flows import night
from flows.deployed import known
from flows.environment import CONFIG_NAME
from flows.late import late_runs, name_waiting, sort_late
from flows.proof import await_scheduled
from flows.reconciling import reconcile
from flows.showing import Showing
from flows.wiring import Wired, wire
from loop import nights
from loop.responding import escalate, escalation_line
from loop.sweep import close_dead

EVERY_S = 300
QUIET = "nothing to mend"


@flow(name="sweep", persist_result=False, validate_parameters=False)
def sweep_flow() -> State:
    """Close what nobody closed, decide on missed turns, and see that the scheduler works."""
    named = os.environ.get(CONFIG_NAME)
    wired = wire(Path.cwd(), dict(os.environ), {}, [], file=Path(named) if named else None)
    logger = get_run_logger()
    wired.outbox.begin()
    with get_client(sync_client=True) as client:
        done = list(swept(client, wired))
        for line in done:
            logger.info("%s", line)
        # Asked again for a while: after a pause was ended the server needs seconds.
        lacking = await_scheduled(client, wired, lambda: False)
        _forget_quiet(client, str(current.id))
    wired.outbox.close()
    if lacking:
        return Failed(name="NotScheduled", message=f"no scheduled run: {', '.join(lacking)}")
    return Completed(message="; ".join(done)[:500] or QUIET)


def swept(client: SyncPrefectClient, wired: Wired) -> Iterator[str]:
    """Do all that the sweep does; give a line for each thing that was mended."""
    crew = wired.crew
    for cycle in close_dead(crew.store, wired.places.state, crew.now()):
        yield f"{cycle.cycle} is closed as crashed: {cycle.reason}"
    there, late = known(client), late_runs(client, crew.now())
    for plan in wired.plans:
        deployment = there.get(f"cycle/{plan.name}")
        if deployment and not deployment.paused:
            runs = late.get(deployment.id, [])
            yield from sort_late(client, replace(wired, plans=[plan]), deployment.id, runs)
    fleet = {f"cycle/{plan.name}" for plan in wired.plans}
    names = {each.id: each.name for key, each in there.items() if key in fleet}
    name_waiting(client, names, crew.now())
    yield from (escalation_line(each) for each in escalate(crew))
    yield from _closed(wired, Showing(deployed={key: each.id for key, each in there.items()}))
    yield from reconcile(client, crew.store, crew.now())


def _closed(wired: Wired, showing: Showing) -> Iterator[str]:
    """Sum up runs that are recorded as running and that nobody runs, and nights nobody was told of."""
    for run in night.untold(wired):
        night.summed_up(wired, run.run, showing)
    for run in nights.open_runs(wired.crew):
        record = night.summed_up(wired, run.run, showing)
        if record and record.finished:
            yield f"run {run.run} is closed: {record.outcome}"


def _forget_quiet(client: SyncPrefectClient, own: str) -> None:
    """Remove earlier sweeps that found nothing: hundreds a day would hide what happened."""
    quiet = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=["sweep"])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Completed"]))
        ),
        sort=FlowRunSort.START_TIME_DESC,
        limit=50,
    )
    for flow_run in quiet:
        said = flow_run.state.message if flow_run.state else ""
        if str(flow_run.id) != own and said == QUIET:
            client.delete_flow_run(flow_run.id)
