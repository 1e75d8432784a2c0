"""The fleet flow: the story of loop/run, each cycle a flow run of its own. No rule stands here."""

from __future__ import annotations

import contextvars
from contextvars import ContextVar
from dataclasses import dataclass, field

import prefect.runtime.flow_run as current
from prefect import flow, tags
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State

from flows import cycle
from flows.states import of_cycle, of_run
from loop.run import RunOrder, run_fleet
from loop.story import Crew, Order
from policies.records import CycleRecord, RunRecord


@dataclass(slots=True)
class _Start:
    order: RunOrder
    crew: Crew
    flow_run_id: str | None = None
    runs: list[RunRecord] = field(default_factory=list)


_start: ContextVar[_Start] = ContextVar("nightcrew_start")


@flow(name="fleet", persist_result=False, validate_parameters=False)
def fleet_flow(repositories: list[str], cycles: int, trigger: str) -> State:
    """One run over the fleet."""
    start = _start.get()
    start.flow_run_id = str(current.id)
    context = contextvars.copy_context()

    def perform(order: Order) -> CycleRecord:
        # Each cycle runs in a thread of the run's pool, and is a child of this flow run there too.
        return context.copy().run(cycle.perform, order, start.crew)

    start.runs.append(run_fleet(start.order, start.crew, perform, _show_skip(start)))
    return of_run(start.runs[0])


def run(order: RunOrder, crew: Crew) -> tuple[RunRecord, str | None]:
    """Give the run's record and its flow run's id; the story is told once, server or not."""
    start = _Start(order=order, crew=crew)
    token = _start.set(start)
    named = fleet_flow.with_options(flow_run_name=order.run)
    repositories = [first.plan.name for first in order.first]
    try:
        with tags(f"run:{order.run}", f"trigger:{order.trigger}"):
            named(repositories, order.cycles, order.trigger, return_state=True)
    except Exception as error:
        crew.observer.said(f"Prefect could not show this run: {_first_line(error)}")
    finally:
        _start.reset(token)
    if not start.runs:
        start.runs.append(run_fleet(order, crew, lambda o: cycle.perform(o, crew), lambda r: r))
    return start.runs[0], start.flow_run_id


def _show_skip(start: _Start):  # type: ignore[no-untyped-def]
    orders = {first.plan.name: first for first in start.order.first}

    def show(record: CycleRecord) -> CycleRecord:
        """Create a flow run in its final state: 21 ms, where a flow would cost a second."""
        order = orders[record.repo]
        try:
            with get_client(sync_client=True) as client:
                shown = client.create_flow_run(
                    cycle.cycle_flow,
                    parameters={"repository": record.repo, "trigger": record.trigger},
                    name=record.cycle,
                    tags=list(cycle.tags_of(order)),
                    state=of_cycle(record),
                )
        except Exception as error:
            start.crew.observer.said(f"{record.cycle}: not shown in the UI: {_first_line(error)}")
            return record
        return record.evolve(flow_run_id=str(shown.id))

    return show


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
