"""What the worker's process does for each kind of flow run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from config.settings import load
from flows import cycle as cycles
from flows import fleet as fleets
from flows import night
from flows.artifacts import Artifacts
from flows.cancelling import Cancellations
from flows.cli.plain import PlainObserver
from flows.deployed import known
from flows.environment import CONFIG_NAME
from flows.launch import in_foreground
from flows.server import root_of
from flows.showing import Showing, tags_of
from flows.sweeping import sweep_flow
from flows.terminal import PAGES
from flows.told import RunLog, both
from flows.turning import target_of, turn_of
from flows.wiring import Wired, wire
from loop import places
from loop.awake import awake
from loop.resuming import retried
from loop.run import RunOrder, orders
from loop.store import Store
from loop.sweep import close_dead
from policies.resume import Entry, entry_of


def settings_file() -> Path | None:
    """Give the settings file that `serve` was started with, None: nightcrew.toml in this folder."""
    named = os.environ.get(CONFIG_NAME)
    return Path(named) if named else None


def wired_for(targets: list[str]) -> Wired:
    """Give all that a run over *targets* needs; nothing: the whole fleet. Raises NightcrewError."""
    observer = both(PlainObserver(), RunLog())
    environ = dict(os.environ)
    return wire(Path.cwd(), environ, {}, targets, file=settings_file(), observer=observer)


def cycle(flow_run: FlowRun) -> None:
    """Run the cycle that *flow_run* stands for. Raises NightcrewError where it cannot be."""
    wired = wired_for([_target(flow_run)])
    for dead in close_dead(wired.store, wired.places.state, wired.crew.now()):
        wired.crew.observer.said(f"{dead.cycle} is closed as crashed: {dead.reason}")
    turn = turn_of(flow_run, wired, wired.crew.now())
    if turn.order is None:
        if turn.run:  # what ended it may have been killed before it said so
            with shown(wired, fleets.FLEET) as showing:
                night.summed_up(wired, turn.run, showing)
        if turn.ends is not None:
            end(flow_run, turn.ends)
        return
    order = night.ready(turn.order, wired)
    name(flow_run, order.cycle, tags_of(order))
    with shown(wired, fleets.FLEET) as showing:
        record = in_foreground(
            lambda: cycles.perform(order, wired.crew, showing, flow_run),
            wired.crew.cancelled,
            wired.crew.observer.said,
        )
        night.after(record, wired, showing, flow_run)


def fleet(flow_run: FlowRun) -> None:
    """Run the fleet's run that *flow_run* stands for: a new one, or what failed of an earlier one."""
    parameters = flow_run.parameters
    wired = wired_for(list(parameters.get("repositories") or []))
    order = _again(flow_run, wired) or _anew(wired, parameters)
    name(flow_run, order.run, fleets.tags_of(order))
    with shown(wired) as showing:
        in_foreground(
            lambda: fleets.run(order, wired.crew, showing, flow_run=flow_run),
            wired.crew.cancelled,
            wired.crew.observer.said,
        )


def sweep(flow_run: FlowRun) -> None:
    """Run the sweep."""
    from prefect.flow_engine import run_flow

    run_flow(sweep_flow, flow_run, {}, return_type="state")


def _anew(wired: Wired, parameters: dict[str, Any]) -> RunOrder:
    model = wired.settings.model
    run = wired.new_run()
    return RunOrder(
        run=run,
        first=orders(run, wired.plans, "manual"),
        cycles=parameters.get("cycles") or model.cycles,
        jobs=model.jobs,
        max_hours=model.max_hours,
    )


def _again(flow_run: FlowRun, wired: Wired) -> RunOrder | None:
    """Give the order that goes on with what failed of the run of this name; None: it is a new one.

    Of each repository the newest cycle is retried: an earlier one has had its successor.
    """
    run = wired.store.run(flow_run.name or "")
    if run is None or run.flow_run_id != str(flow_run.id):
        return None
    plans = {plan.name: plan for plan in wired.plans}
    ended = wired.store.cycles(run=run.run, limit=10_000)[::-1]
    newest = {each.repo: each for each in ended if each.repo in plans}
    again = [each for each in newest.values() if entry_of(each) is not Entry.NOTHING]
    orders_ = [retried(wired.crew, each, plans[each.repo]) for each in again]
    first = tuple(order for order in orders_ if order)
    model = wired.settings.model
    asked = flow_run.parameters.get("cycles") or model.cycles
    return RunOrder(
        run=run.run,
        first=first,
        cycles=max((order.n for order in first), default=asked),
        jobs=model.jobs,
        max_hours=model.max_hours,
        trigger=run.trigger,
        done=tuple(each for each in ended if each not in again),
    )


@contextmanager
def shown(wired: Wired, deployment: str | None = None) -> Iterator[Showing]:
    """Give how this process's flow runs are shown; the machine is kept awake meanwhile.

    *deployment* is the only one that will be asked for; None: any of them.
    """
    artifacts = Artifacts(wired.store, root_of(PREFECT_API_URL.value() or "") + PAGES)
    watch = Cancellations()
    wired.outbox.begin()
    quick = temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
    try:
        with get_client(sync_client=True) as client:
            if deployment:
                ids = {deployment: client.read_deployment_by_name(deployment).id}
            else:
                ids = {key: each.id for key, each in known(client).items()}
        with quick, awake(wired.crew.environ, wired.crew.observer.said):
            yield Showing(deployed=ids, artifacts=artifacts, cancellations=watch)
    finally:
        watch.close()
        artifacts.close()
        wired.outbox.close()


def name(flow_run: FlowRun, title: str, tags: list[str]) -> None:
    """Give a flow run that the schedule made its name and tags."""
    with get_client(sync_client=True) as client:
        tags = list(dict.fromkeys([*tags, *flow_run.tags]))
        client.update_flow_run(flow_run.id, name=title, tags=tags)
    flow_run.name = title


def end(flow_run: FlowRun, state: State[Any]) -> None:
    """Say at the server how *flow_run* ended, which no engine ran."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(flow_run.id, state, force=True)


def _target(flow_run: FlowRun) -> str:
    settings = load(Path.cwd(), os.environ, {}, settings_file())
    state = places.make_state(places.state_folder(os.environ))
    store = Store.open(places.store_url(state, settings.model.state_url))
    try:
        return target_of(flow_run, settings, store.recall)
    finally:
        store.close()
