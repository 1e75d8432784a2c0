"""What `serve` does when its server is up and before its worker starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.schedules import IntervalSchedule

from flows import deployed
from flows.cycle import cycle_flow
from flows.deployed import FLEETS, KEEPING, POOL, TAG, Wanted
from flows.fleet import fleet_flow
from flows.late import name_waiting
from flows.pausing import followed
from flows.proof import await_scheduled
from flows.sweeping import EVERY_S, sweep_flow, swept
from flows.wiring import Wired
from loop.cron import zone_of
from loop.errors import NightcrewError
from loop.pauses import paused
from policies.schedule import describe


class NotScheduled(NightcrewError):
    """The scheduler creates no runs."""

    exit_code = 1


def open_night(wired: Wired, say: Callable[[str], None], is_stopped: Callable[[], bool]) -> None:
    """Sort out what was missed, bring the deployments up to date, and see the scheduler work.

    Raises NotScheduled when a repository gets no scheduled run.
    """
    with get_client(sync_client=True) as client:
        deployed.make_pool(client, wired.settings.model.jobs, wired.folder)
        for line in swept(client, wired):
            say(line)
        _bring(client, wired)
        lacking = await_scheduled(client, wired, is_stopped)
        ids = {each.id: each.name for each in deployed.known(client).values()}
        name_waiting(client, ids, wired.crew.now())
    if lacking:
        raise NotScheduled(
            f"the scheduler makes no runs for {', '.join(lacking)}: nothing would happen at night; "
            "see that the pinned versions are installed (nightcrew doctor)"
        )
    for line in _told(wired):
        say(line)


def is_working() -> bool:
    """Say whether the worker tells the server that it is there."""
    with get_client(sync_client=True) as client:
        workers = client.read_workers_for_work_pool(POOL)
    return any(worker.status == "ONLINE" for worker in workers)


def _bring(client: SyncPrefectClient, wired: Wired) -> None:
    wanted = [*_cycles(wired), *_others()]
    names = [plan.name for plan in wired.plans]
    there = followed(client, wired.store, names, deployed.known(client))
    keys = {f"{each.flow.name}/{each.name}" for each in wanted}
    held_back = frozenset(f"cycle/{name}" for name in paused(wired.store, names))
    deployed.bring(client, wanted, there, held_back)
    for key, each in there.items():
        if key not in keys and each.schedules:
            deployed.retire(client, each)


def _cycles(wired: Wired) -> list[Wanted]:
    return [
        deployed.of_repository(
            cycle_flow,
            plan,
            zone_of(plan.schedule.timezone) if plan.schedule else None,
        )
        for plan in wired.plans
    ]


def _others() -> list[Wanted]:
    every = IntervalSchedule(interval=timedelta(seconds=EVERY_S))
    return [
        Wanted(
            flow=fleet_flow,
            name="fleet",
            parameters={},
            tags=[TAG],
            queue=FLEETS,
            description="A run over the whole fleet, when a person starts one.",
        ),
        Wanted(
            flow=sweep_flow,
            name="sweep",
            parameters={},
            tags=[TAG],
            queue=KEEPING,
            schedule=every,
            description="Closes what nobody closed, and sees that the scheduler works.",
        ),
    ]


def _told(wired: Wired) -> list[str]:
    waits = set(paused(wired.store, [plan.name for plan in wired.plans]))
    lines = [
        f"{plan.name}: {describe(plan.schedule)}{' (paused)' if plan.name in waits else ''}"
        for plan in wired.plans
        if plan.schedule
    ]
    if not lines:
        return ['no repository has a schedule; as in schedule = "nightly at 02:00"']
    return lines
