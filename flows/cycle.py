"""The cycle flow: the story of loop/cycle, each of its steps a task run. No rule stands here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TypeVar

import prefect.runtime.flow_run as current
from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL

from flows.embedded import answers
from flows.once import Once, shown
from flows.server import PROBE_S
from flows.states import of_cycle, of_stage
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
    flow_run_id: str | None = None

    def work(self) -> CycleRecord:
        crew = replace(self.crew, stage=stage) if self.flow_run_id else self.crew
        return run_cycle(replace(self.order, flow_run_id=self.flow_run_id), crew)


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
def cycle_flow(repository: str, trigger: str = "manual", rerun_of: str | None = None) -> State:
    """One repository's turn in a run."""
    turn, once = _turn.get()
    turn.flow_run_id = str(current.id)
    return of_cycle(once.run())


def perform(order: Order, crew: Crew) -> CycleRecord:
    """Give the record of one cycle, run as a flow; the story is told once, server or not."""
    turn = _Turn(order=order, crew=crew)
    once = Once(turn.work)

    def show() -> None:
        _turn.set((turn, once))
        named = cycle_flow.with_options(flow_run_name=order.cycle)
        with tags(*tags_of(order)):
            named(order.plan.name, order.trigger, order.rerun_of, return_state=True)

    if why_unseen := shown(show, once) if is_up() else "no Prefect server answers":
        crew.observer.said(f"{order.cycle}: not shown in the UI: {why_unseen}")
    return once.end()


def is_up() -> bool:
    """Say whether the server answers now; a flow that finds none would try for minutes."""
    return answers(PREFECT_API_URL.value() or "", PROBE_S)


def tags_of(order: Order) -> tuple[str, ...]:
    """Give the tags by which a person finds this cycle in the UI."""
    return (
        f"repo:{order.plan.name}",
        f"agent:{order.plan.agent.name}",
        f"trigger:{order.trigger}",
        f"run:{order.run}",
    )
