"""The fleet flow: the story of loop/run, each cycle a flow run of its own. No rule stands here."""

from __future__ import annotations

import contextvars
from contextvars import ContextVar
from dataclasses import dataclass

import prefect.runtime.flow_run as current
from prefect import flow, tags
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows import cycle
from flows.once import Once, shown
from flows.skips import skips_shown
from flows.states import of_run
from loop.cycle import run_cycle
from loop.run import Perform, RunOrder, ShowSkip, run_fleet
from loop.story import Crew, Order
from policies.records import CycleRecord, RunRecord


@dataclass(slots=True)
class _Start:
    """What travels beside the flow's parameters; without the flow the story is told all the same."""

    order: RunOrder
    crew: Crew
    flow_run_id: str | None = None

    def work(self) -> RunRecord:
        if self.flow_run_id is None:
            return run_fleet(self.order, self.crew, self._unseen, lambda record: record)
        show_skip: ShowSkip = skips_shown(self.order, self.crew.observer, self.flow_run_id)
        return run_fleet(self.order, self.crew, self._as_child(), show_skip)

    def _unseen(self, order: Order) -> CycleRecord:
        return run_cycle(order, self.crew)

    def _as_child(self) -> Perform:
        context = contextvars.copy_context()
        # Each cycle runs in a thread of the run's pool, and is a child of this flow run there too.
        return lambda order: context.copy().run(cycle.perform, order, self.crew)


_start: ContextVar[tuple[_Start, Once[RunRecord]]] = ContextVar("nightcrew_start")


@flow(name="fleet", persist_result=False, validate_parameters=False)
def fleet_flow(repositories: list[str], cycles: int, trigger: str) -> State:
    """One run over the fleet."""
    start, once = _start.get()
    start.flow_run_id = str(current.id)
    return of_run(once.run())


def run(order: RunOrder, crew: Crew, why_unseen: str = "") -> tuple[RunRecord, str | None]:
    """Give the run's record and its flow run's id; the story is told once, server or not.

    *why_unseen* says why there is no server to show it.
    """
    start = _Start(order=order, crew=crew)
    once = Once(start.work)
    if not why_unseen:
        why_unseen = shown(lambda: _as_flow(start, once), once)
    if why_unseen:
        crew.observer.said(f"this run is not shown in the UI: {why_unseen}")
    return once.end(), start.flow_run_id


def _as_flow(start: _Start, once: Once[RunRecord]) -> None:
    order = start.order
    _start.set((start, once))
    named = fleet_flow.with_options(flow_run_name=order.run)
    repositories = [first.plan.name for first in order.first]
    # The heartbeat's thread is joined at each flow's end, which costs a second; our own sweep
    # (loop/sweep) finds what died.
    quick = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
    with quick, tags(f"run:{order.run}", f"trigger:{order.trigger}"):
        named(repositories, order.cycles, order.trigger, return_state=True)
