"""The cycle flow: the story of loop/cycle, each of its steps a task run. No rule stands here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TypeVar

import prefect.runtime.flow_run as current
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State
from prefect.flow_engine import run_flow
from prefect.settings import PREFECT_API_URL

from flows.listening import answers
from flows.once import Once, shown
from flows.server import PROBE_S
from flows.showing import Showing, parameters_of, unwatched
from flows.states import of_cycle, of_stage
from flows.told import tell_failures_once
from loop.cycle import run_cycle
from loop.story import Crew, Order, Told
from policies.records import CycleRecord

T = TypeVar("T")


@dataclass(slots=True)
class _Turn:
    """What travels beside the flow's parameters, and the record on its way back.

    The record never goes through the flow's return value: with the server gone the call raises.
    """

    order: Order
    crew: Crew
    showing: Showing
    flow_run_id: str | None = None

    def work(self) -> CycleRecord:
        if self.flow_run_id is None:
            return run_cycle(self.order, self.crew)
        watch, cycle = self.showing.cancellations, self.order.cycle
        if watch:
            watch.watch(self.flow_run_id, lambda: self.crew.stopped.add(cycle))
        try:
            order = replace(self.order, flow_run_id=self.flow_run_id)
            return run_cycle(order, replace(self.crew, stage=stage))
        finally:
            if watch:
                watch.forget(self.flow_run_id)


tell_failures_once()

_turn: ContextVar[tuple[_Turn, Once[CycleRecord]]] = ContextVar("nightcrew_turn")


def stage(name: str, work: Callable[[], T], tell: Callable[[T], Told]) -> T:
    """Run *work* once, as a task run of that name; if Prefect cannot, run it all the same."""
    once = Once(work)
    kind = name.split(" ")[0].rstrip(":")
    # retries=0: the bounds are ours (policies/retry), and Prefect's would multiply with them.
    as_task = task(
        name=kind, task_run_name=name, retries=0, persist_result=False, cache_policy=NO_CACHE
    )(lambda: of_stage(tell(once.run())))
    with suppress(Exception):  # Prefect's; the work's own is raised by `end`
        as_task(return_state=True)
    return once.end()


@flow(name="cycle", persist_result=False, validate_parameters=False)
def cycle_flow(
    repository: str,
    cycle: str = "",
    with_failure: bool = False,
    current_config: bool = False,
    trigger: str = "",
) -> State:
    """One repository's turn in a run.

    Args:
        repository: The repository's name in nightcrew.toml.
        cycle: The id of an earlier cycle to run again with its frozen context; empty: a new one.
        with_failure: With a cycle: tell the agent why that one failed.
        current_config: With a cycle: today's settings, prompt and base instead of the frozen ones.
        trigger: What started it; leave it empty.
    """
    turn, once = _turn.get()
    turn.flow_run_id = str(current.id)
    return of_cycle(once.run())


def perform(
    order: Order, crew: Crew, showing: Showing, flow_run: FlowRun | None = None
) -> CycleRecord:
    """Give the record of one cycle, run as a flow; the story is told once, server or not.

    *flow_run* is the one to run it as; None: a new one, below the flow run of the context.
    """
    turn = _Turn(order=order, crew=crew, showing=showing)
    once = Once(turn.work)

    def show() -> None:
        _turn.set((turn, once))
        known = flow_run or showing.flow_run_of(cycle_flow, order)
        run_flow(cycle_flow, unwatched(known), parameters_of(order), return_type="state")

    if why_unseen := shown(show, once) if is_up() else "no Prefect server answers":
        crew.observer.said(f"{order.cycle}: not shown in the UI: {why_unseen}")
    record = once.end()
    if showing.artifacts:
        showing.artifacts.cycle(record)
    return record


def is_up() -> bool:
    """Say whether the server answers now; a flow that finds none would try for minutes."""
    return answers(PREFECT_API_URL.value() or "", PROBE_S)
