"""Which order a flow run of the worker stands for: a retry, a rerun, a scheduled turn, a start by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State

from config.settings import Settings
from flows.states import held, of_cycle, skipped
from flows.wiring import Wired
from loop import held as held_turns
from loop import nights, pauses
from loop import rerun as again
from loop.cron import settled, window_at
from loop.errors import NightcrewError
from loop.resuming import retried
from loop.run import cycle_id
from loop.story import Order
from policies.failure import CycleOutcome
from policies.missed import ON_TIME_S, Due, Verdict, decide
from policies.records import CycleRecord
from policies.schedule import Schedule, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is to be done for a flow run: an order, or the state it ends in at once."""

    order: Order | None = None
    ends: State[Any] | None = None
    run: str = ""
    """The run that this end may change."""


def turn_of(flow_run: FlowRun, wired: Wired, now: datetime) -> Turn:
    """Give what *flow_run* stands for; the run it belongs to is opened. Raises NightcrewError."""
    before = wired.store.cycle(flow_run.name or "")
    if before is not None and before.flow_run_id == str(flow_run.id):
        return _retry(before, wired)
    if wanted := flow_run.parameters.get("cycle"):
        return _rerun(str(wanted), flow_run.parameters, wired)
    if is_scheduled(flow_run):
        return _scheduled(flow_run, wired, now)
    run = wired.new_run()
    nights.alone(wired.crew, run, "manual")
    return Turn(order=_order(wired, run, 1, "manual", insist=True))


def is_scheduled(flow_run: FlowRun) -> bool:
    """Say whether the schedule made *flow_run*, or we did in its name."""
    by_us = flow_run.parameters.get("trigger") == nights.SCHEDULE
    return bool(flow_run.auto_scheduled) or by_us


def schedule_of(wired: Wired) -> Schedule | None:
    """Give the schedule of *wired*'s only repository, with the name of its zone."""
    schedule = wired.plans[0].schedule
    return settled(schedule) if schedule else None


def scheduled_at(flow_run: FlowRun) -> datetime:
    """Give when *flow_run* should start: a plain UTC time, which Prefect's own class is not."""
    when = flow_run.next_scheduled_start_time or flow_run.expected_start_time
    assert when is not None, "Prefect gives every flow run such a time"
    return datetime.fromtimestamp(when.timestamp(), UTC)


def seen_in_time(client: SyncPrefectClient, flow_run: FlowRun, scheduled: datetime) -> bool:
    """Say whether the server saw at its time that *flow_run* was due: since then it only waits."""
    limit = scheduled + timedelta(seconds=ON_TIME_S)
    states = client.read_flow_run_states(flow_run.id)
    seen = [s.timestamp for s in states if s.timestamp >= scheduled]
    return bool(seen) and min(seen) <= limit


def had_turn(wired: Wired, window: Window) -> list[CycleRecord]:
    """Give the cycles that the repository had in *window*, oldest first."""
    return wired.store.cycles(repo=wired.plans[0].name, run=window.run)[::-1]


def _retry(before: CycleRecord, wired: Wired) -> Turn:
    order = retried(wired.crew, before, wired.plans[0])
    return Turn(order=order) if order else Turn(ends=of_cycle(before), run=before.run)


def _rerun(name: str, parameters: dict[str, Any], wired: Wired) -> Turn:
    known, plan = again.wanted(wired.store, name), wired.plans[0]
    if known.repo != plan.name:
        raise NightcrewError(
            f"{name} is a cycle of {known.repo}, not of {plan.name}; start it on the deployment "
            f"cycle/{known.repo}"
        )
    tells = bool(parameters.get("with_failure"))
    run = wired.new_run()
    if parameters.get("current_config"):
        order = again.todays(known, plan, run, with_failure=tells)
    else:
        order = again.same_context(wired.crew, known, run, with_failure=tells, anyway=False)
    nights.alone(wired.crew, run, order.trigger)
    return Turn(order=order)


def _scheduled(flow_run: FlowRun, wired: Wired, now: datetime) -> Turn:
    plan, schedule = wired.plans[0], schedule_of(wired)
    if schedule is None:
        return Turn(ends=skipped(f"{plan.name} has no schedule any more"))
    if pauses.is_paused(wired.store, plan.name):
        return Turn(ends=skipped("paused; nightcrew resume goes on"))
    scheduled = scheduled_at(flow_run)
    window = window_at(schedule, scheduled)
    had = had_turn(wired, window)
    goes_on = flow_run.parameters.get("trigger") == nights.SCHEDULE
    done = [window.start] if had and not goes_on else []
    with get_client(sync_client=True) as client:
        waited = seen_in_time(client, flow_run, scheduled)
    due = Due(id="this", scheduled=scheduled, window=window, waited=waited)
    decision = decide([due], now, schedule, done=done)["this"]
    if decision.verdict is not Verdict.RUN:
        return Turn(
            ends=not_started(wired, window, len(had) + 1, decision.reason, decision.verdict)
        )
    nights.joined(wired.crew, window)
    return Turn(order=_order(wired, window.run, len(had) + 1, nights.SCHEDULE))


def not_started(wired: Wired, window: Window, n: int, reason: str, verdict: Verdict) -> State[Any]:
    """Give the state of a turn that was missed; one that nobody knows of yet is recorded too."""
    plan, now = wired.plans[0], wired.crew.now()
    if n == 1:
        nights.joined(wired.crew, window)
        wired.crew.keep(
            CycleRecord(
                cycle=cycle_id(window.run, plan.name, n),
                run=window.run,
                repo=plan.name,
                n=n,
                agent=plan.agent.name,
                trigger=nights.SCHEDULE,
                outcome=CycleOutcome.POSTPONED,
                started=now,
                finished=now,
                reason=reason,
            )
        )
    if verdict is Verdict.HOLD:
        held_turns.hold(wired.store, plan.name, window, now, reason)
        return held(reason)
    return skipped(reason)


def _order(wired: Wired, run: str, n: int, trigger: str, *, insist: bool = False) -> Order:
    plan = wired.plans[0]
    cycle = cycle_id(run, plan.name, n)
    return Order(run=run, cycle=cycle, n=n, plan=plan, trigger=trigger, insist=insist)


def target_of(flow_run: FlowRun, settings: Settings, recall: Any) -> str:
    """Give what names the repository of *flow_run*: the fleet's name for it, or its remembered path."""
    name = str(flow_run.parameters.get("repository") or "")
    if name in settings.model.repositories:
        return name
    return str(recall("repository", name) or name)
