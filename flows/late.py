"""Scheduled turns that are due and did not start: what becomes of each is policies/missed; here it is done.

Late runs pile up while a machine is off, and a worker that comes back would start them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.night import plan_turn
from flows.turning import had_turn, not_started, schedule_of, scheduled_at, seen_in_time
from flows.wiring import Wired
from loop.cron import last_fire, window_at
from loop.pauses import is_paused
from policies.missed import ON_TIME_S, Due, Verdict, decide
from policies.schedule import Schedule, staggered

PAGE = 200
NAMED_AHEAD = timedelta(hours=36)
"""How far ahead waiting runs get names; later ones get theirs before they are due."""
WAITING = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
SINCE = "scheduled_since"
"""The store remembers under this kind since when a repository has its schedule."""


def sort_late(
    client: SyncPrefectClient, wired: Wired, deployment: UUID, runs: Sequence[FlowRun]
) -> Iterator[str]:
    """Decide on what *wired*'s only repository missed; give a line for each thing that was done.

    *runs* are those of its *deployment* that are due and did not start.
    """
    schedule, now, repo = schedule_of(wired), wired.crew.now(), wired.plans[0].name
    if schedule is None or is_paused(wired.store, repo):
        return
    late = {str(run.id): run for run in runs}
    due = [_due(client, run, schedule) for run in late.values()]
    due += [missing] if (missing := _missing(client, wired, schedule, deployment, now)) else []
    done = [d.window.start for d in due if had_turn(wired, d.window)]
    for id_, decision in decide(due, now, schedule, done=done).items():
        turn = next(each for each in due if each.id == id_)
        flow_run = late.get(id_)
        if decision.verdict is Verdict.RUN:
            if flow_run is None:
                plan_turn(client, deployment, turn.window.run, repo, now)
                yield f"{repo}: {decision.reason}"
            continue
        n = len(had_turn(wired, turn.window)) + 1
        state = not_started(wired, turn.window, n, decision.reason, decision.verdict)
        if flow_run is not None:
            client.set_flow_run_state(flow_run.id, state, force=True)
        yield f"{repo}: {decision.reason}"


def remember_schedule(wired: Wired, schedule: Schedule) -> datetime:
    """Give since when the repository has this very schedule; a new one counts from now."""
    repo, said = wired.plans[0].name, staggered(schedule, wired.plans[0].name)
    known = wired.store.recall(SINCE, repo)
    told = f"{said} {schedule.timezone}"
    if isinstance(known, dict) and known.get("schedule") == told:
        return datetime.fromisoformat(known["since"])
    now = wired.crew.now()
    wired.store.remember(SINCE, repo, {"schedule": told, "since": now.isoformat()})
    return now


def late_runs(client: SyncPrefectClient, now: datetime) -> dict[UUID, list[FlowRun]]:
    """Give the scheduled flow runs that are due and did not start, by their deployment."""
    wanted = FlowRunFilter(state=WAITING, expected_start_time=_between(None, now))
    found: list[FlowRun] = []
    while page := client.read_flow_runs(
        flow_run_filter=wanted,
        limit=PAGE,
        offset=len(found),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
    ):
        found += page
    late: dict[UUID, list[FlowRun]] = {}
    for run in found:
        # What a person started or retries is no turn, and neither is what we planned ourselves.
        if run.deployment_id and run.auto_scheduled and not run.run_count:
            late.setdefault(run.deployment_id, []).append(run)
    return late


def name_waiting(client: SyncPrefectClient, names: Mapping[UUID, str], now: datetime) -> None:
    """Give the next scheduled runs names that tell: the repository's (by deployment) and the time."""
    soon = FlowRunFilter(state=WAITING, expected_start_time=_between(now, now + NAMED_AHEAD))
    for run in client.read_flow_runs(flow_run_filter=soon, limit=PAGE):
        repo = names.get(run.deployment_id) if run.deployment_id else None
        if repo is None or not run.auto_scheduled:
            continue
        name = f"{repo} at {scheduled_at(run):%Y-%m-%d %H:%M}Z"
        if run.name != name:
            client.set_flow_run_name(run.id, name)


def _due(client: SyncPrefectClient, flow_run: FlowRun, schedule: Schedule) -> Due:
    scheduled = scheduled_at(flow_run)
    window = window_at(schedule, scheduled)
    waited = seen_in_time(client, flow_run, scheduled)
    return Due(id=str(flow_run.id), scheduled=scheduled, window=window, waited=waited)


def _missing(
    client: SyncPrefectClient, wired: Wired, schedule: Schedule, deployment: UUID, now: datetime
) -> Due | None:
    """Give the turn of the open window that nobody scheduled: the server was off when it should have."""
    repo = wired.plans[0].name
    since = remember_schedule(wired, schedule)
    fired = last_fire(staggered(schedule, repo), schedule.timezone, now)
    window = window_at(schedule, fired)
    late = now - fired > timedelta(seconds=ON_TIME_S)
    if not late or now >= window.end or fired < since or had_turn(wired, window):
        return None
    of = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    there = FlowRunFilter(expected_start_time=_between(window.start, window.end))
    if client.read_flow_runs(flow_run_filter=there, deployment_filter=of, limit=1):
        return None
    return Due(id="missing", scheduled=fired, window=window)


def _between(start: datetime | None, end: datetime) -> FlowRunFilterExpectedStartTime:
    said = {"after_": start, "before_": end}
    return FlowRunFilterExpectedStartTime.model_validate(said)
