"""The fleet flow: the story of loop/run, each cycle a flow run of its own. No rule stands here."""

from __future__ import annotations

import contextvars
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import prefect.runtime.flow_run as current
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.flow_engine import run_flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.states import Pending

from flows import cycle
from flows.once import Once, shown
from flows.showing import Showing, unwatched
from flows.skips import skips_shown
from flows.states import of_run
from loop.cycle import run_cycle
from loop.run import Perform, RunOrder, ShowSkip, run_fleet
from loop.story import Crew, Order
from policies.records import CycleRecord, RunRecord

FLEET = "fleet/fleet"


@dataclass(slots=True)
class _Start:
    """What travels beside the flow's parameters; without the flow the story is told all the same."""

    order: RunOrder
    crew: Crew
    showing: Showing
    flow_run_id: str | None = None

    def work(self) -> RunRecord:
        if self.flow_run_id is None:
            return run_fleet(self.order, self.crew, self._unseen, lambda record: record)
        order = replace(self.order, flow_run_id=self.flow_run_id)
        if watch := self.showing.cancellations:
            watch.watch(self.flow_run_id, self.crew.cancelled.set)
        show_skip = self._in_context(skips_shown(order, self.crew.observer, self.showing))
        run = run_fleet(order, self.crew, self._as_child(), show_skip)
        if artifacts := self.showing.artifacts:
            artifacts.night(run, run.cycles, self.flow_run_id)
        return run

    def _unseen(self, order: Order) -> CycleRecord:
        return run_cycle(order, self.crew)

    def _as_child(self) -> Perform:
        context = contextvars.copy_context()
        # Each cycle runs in a thread of the run's pool, and is a child of this flow run there too.
        return lambda order: context.copy().run(cycle.perform, order, self.crew, self.showing)

    def _in_context(self, show: ShowSkip) -> ShowSkip:
        context = contextvars.copy_context()
        return lambda record: context.copy().run(show, record)


_start: ContextVar[tuple[_Start, Once[RunRecord]]] = ContextVar("nightcrew_start")


@flow(name="fleet", persist_result=False, validate_parameters=False)
def fleet_flow(
    repositories: list[str] | None = None, cycles: int | None = None, trigger: str = ""
) -> State:
    """One run over the fleet.

    Args:
        repositories: Names from nightcrew.toml; empty: the whole fleet.
        cycles: Cycles of each repository, at most; empty: as the settings say.
        trigger: What started it; leave it empty.
    """
    start, once = _start.get()
    start.flow_run_id = str(current.id)
    return of_run(once.run())


def run(
    order: RunOrder,
    crew: Crew,
    showing: Showing,
    why_unseen: str = "",
    flow_run: FlowRun | None = None,
) -> tuple[RunRecord, str | None]:
    """Give the run's record and its flow run's id; the story is told once, server or not.

    *why_unseen* says why there is no server to show it. *flow_run* is the one to run it as; None:
    a new one.
    """
    start = _Start(order=order, crew=crew, showing=showing)
    once = Once(start.work)
    if not why_unseen:
        why_unseen = shown(lambda: _as_flow(start, once, flow_run), once)
    if why_unseen:
        crew.observer.said(f"this run is not shown in the UI: {why_unseen}")
    return once.end(), start.flow_run_id


def _as_flow(start: _Start, once: Once[RunRecord], flow_run: FlowRun | None) -> None:
    order = start.order
    _start.set((start, once))
    parameters = {
        "repositories": [first.plan.name for first in order.first],
        "cycles": order.cycles,
        "trigger": order.trigger,
    }
    known = flow_run or _created(start, parameters)
    # The heartbeat's thread is joined at each flow's end, which costs a second; our own sweep
    # (loop/sweep) finds what died.
    quick = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
    with quick:
        run_flow(fleet_flow, unwatched(known), parameters, return_type="state")


def tags_of(order: RunOrder) -> list[str]:
    """Give the tags by which a person finds this run in the UI."""
    return [f"run:{order.run}", f"trigger:{order.trigger}"]


def _created(start: _Start, parameters: dict[str, Any]) -> FlowRun:
    """Give a new flow run; where the fleet has a deployment it is one of that, and can be retried."""
    deployment = start.showing.deployed.get(FLEET)
    said: dict[str, Any] = {
        "parameters": parameters,
        "name": start.order.run,
        "tags": tags_of(start.order),
        "state": Pending(),
    }
    with get_client(sync_client=True) as client:
        if deployment:
            return client.create_flow_run_from_deployment(deployment, **said)
        return client.create_flow_run(fleet_flow, **said)
