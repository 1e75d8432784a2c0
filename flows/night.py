"""After a cycle that the worker ran: its run summed up, shown as one night, and the next turn planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Running, Scheduled

from config.plans import plans
from flows.fleet import FLEET
from flows.showing import Showing
from flows.states import of_run
from flows.wiring import Wired
from loop import nights
from loop.asking import asked
from loop.cron import settled, window_at
from loop.story import Order
from policies.failure import CycleOutcome
from policies.notice import NoticeKind
from policies.plan import RepoPlan
from policies.records import CycleRecord, RunRecord
from policies.turns import is_owed, next_start, night_is_over

NIGHTS_LOOKED_AT = 20


def after(record: CycleRecord, wired: Wired, showing: Showing, flow_run: FlowRun) -> None:
    """Sum up the run that *record* belongs to, and plan the repository's next turn in its window."""
    run = summed_up(wired, record.run, showing)
    if run is None or run.window_end is None or flow_run.deployment_id is None:
        return
    start = next_start(record, wired.settings.model.cycles, wired.crew.now(), run.window_end)
    if start is not None:
        with get_client(sync_client=True) as client:
            plan_turn(client, flow_run.deployment_id, record.run, record.repo, start)


def ready(order: Order, wired: Wired) -> Order:
    """Give *order* with the agent that works: asked once a night, and the fallback where it is stopped."""
    crew, run = wired.crew, wired.store.run(order.run)
    nights.prove_agent(crew, order, len(_expected(wired, run)) if run else 0)
    return asked(order, crew)[0]


def plan_turn(
    client: SyncPrefectClient, deployment: UUID, run: str, repo: str, start: datetime
) -> FlowRun:
    """Give the scheduled flow run of a turn that no schedule made: the next cycle, or one caught up."""
    return client.create_flow_run_from_deployment(
        deployment,
        parameters={"repository": repo, "trigger": nights.SCHEDULE},
        name=f"{repo} at {start:%Y-%m-%d %H:%M}Z",
        tags=[f"run:{run}"],
        state=Scheduled(scheduled_time=start),
        idempotency_key=f"{run}-{repo}-{start:%H%M%S}",
    )


def summed_up(wired: Wired, run: str, showing: Showing) -> RunRecord | None:
    """Give run *run* as it is now: saved, and shown as a flow run of the fleet with its table."""
    known = wired.store.run(run)
    if known is None:
        return None
    record = nights.summed_up(wired.crew, run, _expected(wired, known))
    if record is None:
        return None
    shown = _shown(record, showing)
    if shown and record.flow_run_id != shown:
        record = record.evolve(flow_run_id=shown)
        wired.crew.keep(record)
    if shown and showing.artifacts:
        showing.artifacts.night(record, record.cycles, shown)
    _tell(wired, record)
    return record


def untold(wired: Wired) -> list[RunRecord]:
    """Give the nights of which a summary is owed and none was told."""
    now, channels = wired.crew.now(), wired.outbox.channels
    return [
        run
        for run in (wired.store.runs(NIGHTS_LOOKED_AT) if channels else [])
        if is_owed(run, now) and not wired.store.was_posted(NoticeKind.NIGHT, run.run)
    ]


def _tell(wired: Wired, run: RunRecord) -> None:
    """Tell people of a night once nothing more starts in it."""
    if run.window_end is None or run.finished is None:
        return
    turns, now = wired.settings.model.cycles, wired.crew.now()
    if night_is_over(run.cycles, turns, now, run.window_end):
        wired.crew.notify(lambda people: people.night(run))


def _expected(wired: Wired, run: RunRecord) -> set[str]:
    """Give the repositories whose turn of *run*'s window is still to come or came."""
    if run.window_end is None:
        return set()
    fleet = plans(wired.settings, [], wired.folder) if wired.settings.file else []
    return {plan.name for plan in fleet if _has_window(plan, run)}


def _has_window(plan: RepoPlan, run: RunRecord) -> bool:
    if plan.schedule is None:
        return False
    schedule = settled(plan.schedule)
    return bool(window_at(schedule, run.started).run == run.run)


def _shown(run: RunRecord, showing: Showing) -> str | None:
    """Give the id of the fleet's flow run that stands for the whole of *run*, in today's state.

    A run of one cycle that a person started in the UI has none.
    """
    state: Any = Running() if run.outcome is CycleOutcome.RUNNING else of_run(run)
    with get_client(sync_client=True) as client:
        flow_run = _of_window(client, run, showing) if run.window_end else _of_person(client, run)
        if flow_run is None:
            return run.flow_run_id
        now = flow_run.state
        if now is None or (now.name, now.message) != (state.name, state.message):
            client.set_flow_run_state(flow_run.id, state, force=True)
    return str(flow_run.id)


def _of_window(client: SyncPrefectClient, run: RunRecord, showing: Showing) -> FlowRun | None:
    deployment = showing.deployed.get(FLEET)
    if deployment is None:
        return None
    return client.create_flow_run_from_deployment(
        deployment,
        parameters={"repositories": [], "trigger": nights.SCHEDULE},
        name=run.run,
        tags=[f"run:{run.run}", f"trigger:{nights.SCHEDULE}"],
        state=Running(),
        idempotency_key=f"night-{run.run}",
    )


def _of_person(client: SyncPrefectClient, run: RunRecord) -> FlowRun | None:
    """Give the flow run of a run that has ended, of which one cycle was retried since."""
    if run.flow_run_id is None:
        return None
    flow_run = client.read_flow_run(UUID(run.flow_run_id))
    return flow_run if flow_run.state and flow_run.state.is_final() else None
