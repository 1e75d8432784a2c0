"""The cycle flow: the story of loop/cycle, each of its steps a task run. No rule stands here."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TypeVar

import prefect.runtime.flow_run as current
from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

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
    records: list[CycleRecord] = field(default_factory=list)


_turn: ContextVar[_Turn] = ContextVar("nightcrew_turn")


def stage(name: str, work: Callable[[], T], tell: Callable[[T], Told]) -> T:
    """Run *work* once, as a task run of that name; if Prefect cannot, run it all the same."""
    results: list[T] = []
    raised: list[BaseException] = []

    def step() -> State:
        try:
            results.append(work())
        except BaseException as error:
            raised.append(error)
            raise
        return of_stage(tell(results[0]))

    # retries=0: the bounds are ours (policies/retry), and Prefect's would multiply with them.
    kind = name.split(" ")[0].rstrip(":")
    shown = task(
        name=kind, task_run_name=name, retries=0, persist_result=False, cache_policy=NO_CACHE
    )(step)
    try:
        shown(return_state=True)
    except Exception:
        if not results and not raised:
            results.append(work())
    if raised:
        raise raised[0]
    return results[0]


@flow(name="cycle", persist_result=False, validate_parameters=False)
def cycle_flow(repository: str, trigger: str = "manual", rerun_of: str | None = None) -> State:
    """One repository's turn in a run."""
    turn = _turn.get()
    order = replace(turn.order, flow_run_id=str(current.id))
    turn.records.append(run_cycle(order, replace(turn.crew, stage=stage)))
    return of_cycle(turn.records[0])


def perform(order: Order, crew: Crew) -> CycleRecord:
    """Give the record of one cycle, run as a flow; the story is told once, server or not."""
    turn = _Turn(order=order, crew=crew)
    token = _turn.set(turn)
    named = cycle_flow.with_options(flow_run_name=order.cycle)
    try:
        with tags(*tags_of(order)):
            named(order.plan.name, order.trigger, order.rerun_of, return_state=True)
    except Exception as error:
        crew.observer.said(f"{order.cycle}: Prefect could not show this cycle: {error}")
    finally:
        _turn.reset(token)
    return turn.records[0] if turn.records else run_cycle(order, crew)


def tags_of(order: Order) -> tuple[str, ...]:
    """Give the tags by which a person finds this cycle in the UI."""
    return (
        f"repo:{order.plan.name}",
        f"agent:{order.plan.agent.name}",
        f"trigger:{order.trigger}",
        f"run:{order.run}",
    )
