"""Proof that the scheduler works: a Scheduled run exists for every repository that should have one.

A server that looks healthy and schedules nothing was seen (docs/prefect.md), and must be impossible to miss.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType

from flows.deployed import known
from flows.wiring import Wired

WITHIN_S = 45.0
"""The server's scheduler looks for new deployments every 5 s, and is slow to start on a busy machine."""
POLL_S = 0.5
PAGE = 200


def unscheduled(client: SyncPrefectClient, wired: Wired) -> list[str]:
    """Give the repositories that have an active schedule and no scheduled run."""
    wanted = {
        each.id: each.name
        for key, each in known(client).items()
        if key.startswith("cycle/")
        and not each.paused
        and any(schedule.active for schedule in each.schedules)
    }
    for deployment in _scheduled(client, list(wanted)):
        wanted.pop(deployment, None)
    fleet = {plan.name for plan in wired.plans}
    return sorted(name for name in wanted.values() if name in fleet)


def _scheduled(client: SyncPrefectClient, ids: list) -> set:  # type: ignore[type-arg]
    found: set = set()  # type: ignore[type-arg]
    while True:
        left = [each for each in ids if each not in found]
        runs = (
            client.read_flow_runs(
                deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=left)),
                flow_run_filter=FlowRunFilter(
                    state=FlowRunFilterState(
                        type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])
                    )
                ),
                limit=PAGE,
            )
            if left
            else []
        )
        new = {run.deployment_id for run in runs} - found
        if not new:
            return found
        found |= new


def await_scheduled(
    client: SyncPrefectClient, wired: Wired, is_stopped: Callable[[], bool]
) -> list[str]:
    """Wait until each repository that should have a scheduled run has one; give those that have none."""
    until_s = time.monotonic() + WITHIN_S
    while (lacking := unscheduled(client, wired)) and time.monotonic() < until_s:
        if is_stopped():
            return []
        time.sleep(POLL_S)
    return lacking
