"""What Prefect knows of the fleet: one work pool, a deployment a repository, the fleet's and the sweep's.

A deployment is written again only when something about it changed: writing it anew deletes its waiting
runs, and with them what was missed while nobody looked.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.utilities.callables import parameter_schema

from policies.plan import RepoPlan
from policies.schedule import describe, staggered

POOL = "nightcrew"
TURNS = "cycles"
"""The queue of cycles: as many at once as `jobs` says."""
FLEETS = "fleets"
"""A fleet's run goes on as long as its window, so it must take no cycle's place."""
KEEPING = "sweep"
"""The sweep's own queue: it must find a place also when every cycle's is taken."""
TAG = "nightcrew"
PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A deployment as it should be."""

    flow: Flow[..., Any]
    name: str
    parameters: dict[str, Any]
    tags: list[str]
    queue: str = TURNS
    schedule: CronSchedule | IntervalSchedule | None = None
    description: str = ""

    @property
    def schema(self) -> dict[str, Any]:
        """Give the form of a custom run; what the deployment itself gives is not asked for.

        The UI's quick run opens the form while something required stands in it.
        """
        schema = dict(parameter_schema(self.flow).model_dump_for_openapi())
        asked = [name for name in schema.get("required", []) if name not in self.parameters]
        return schema | {"required": asked}

    @property
    def version(self) -> str:
        """Give what changes when anything of it does."""
        schedule = self.schedule.model_dump(mode="json") if self.schedule else None
        if schedule:
            schedule.pop("anchor_date", None)  # of an interval: the moment it was made
        said = [self.parameters, self.tags, self.queue, schedule, self.description]
        said += [self.schema]
        text = json.dumps(said, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def of_repository(flow: Flow[..., Any], plan: RepoPlan, zone: str | None) -> Wanted:
    """Give *plan*'s deployment; *zone* is its schedule's, None where it has no schedule."""
    schedule, says = None, "when a person starts one"
    if plan.schedule and zone:
        cron = staggered(plan.schedule, plan.name)
        schedule = CronSchedule(cron=cron, timezone=zone)
        says = describe(replace(plan.schedule, cron=cron, timezone=zone))
    return Wanted(
        flow=flow,
        name=plan.name,
        parameters={"repository": plan.name},
        tags=[TAG, f"repo:{plan.name}", f"agent:{plan.agent.name}"],
        schedule=schedule,
        description=f"Cycles of `{plan.name}`, {says}.",
    )


def job_template(folder: Path) -> dict[str, Any]:
    """Give how the worker starts a run: our own process, in the folder of the settings.

    Nothing of it varies, so it has no variables: the server checks those, and their own schema,
    for each run that is made of a deployment, in 70 ms where all else takes 30.
    """
    command = shlex.join([sys.executable, "-P", "-m", "flows.work"])
    job = {"command": command, "working_dir": str(folder), "stream_output": True}
    return {"job_configuration": job, "variables": {"type": "object", "properties": {}}}


def make_pool(client: SyncPrefectClient, jobs: int, folder: Path) -> None:
    """Make the work pool and its queues, or bring them to *jobs* cycles at once in *folder*."""
    template = job_template(folder)
    try:
        client.create_work_pool(
            WorkPoolCreate(name=POOL, type="process", base_job_template=template)
        )
    except ObjectAlreadyExists:
        client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template, is_paused=False))
    for name, limit in ((TURNS, jobs), (FLEETS, None), (KEEPING, 1)):
        try:
            queue = client.read_work_queue_by_name(name, work_pool_name=POOL)
        except ObjectNotFound:
            client.create_work_queue(name=name, work_pool_name=POOL, concurrency_limit=limit)
        else:
            client.update_work_queue(queue.id, concurrency_limit=limit)


def known(client: SyncPrefectClient) -> dict[str, DeploymentResponse]:
    """Give our deployments by `flow/name`."""
    found: list[DeploymentResponse] = []
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    while len(page := _page(client, ours, len(found))) == PAGE:
        found += page
    found += page
    flows = {id_: client.read_flow(id_).name for id_ in {each.flow_id for each in found}}
    return {f"{flows[each.flow_id]}/{each.name}": each for each in found}


def _page(
    client: SyncPrefectClient, ours: DeploymentFilter, offset: int
) -> Sequence[DeploymentResponse]:
    return client.read_deployments(deployment_filter=ours, limit=PAGE, offset=offset)


def bring(
    client: SyncPrefectClient,
    wanted: Iterable[Wanted],
    there: dict[str, DeploymentResponse],
    paused: frozenset[str] = frozenset(),
) -> dict[str, UUID]:
    """Make each deployment as *wanted*; give their ids by `flow/name`.

    One that somebody paused in the UI stays paused; *paused* names those that a person paused here.
    """
    return {
        key: _brought(client, each, there.get(key), key in paused)
        for each in wanted
        if (key := f"{each.flow.name}/{each.name}")
    }


def _brought(
    client: SyncPrefectClient, wanted: Wanted, there: DeploymentResponse | None, paused: bool
) -> UUID:
    if there and there.version == wanted.version:
        if paused and not there.paused:
            client.pause_deployment(there.id)
        return there.id
    said = [wanted.schedule] if wanted.schedule else []
    return client.create_deployment(
        flow_id=client.create_flow_from_name(wanted.flow.name),
        name=wanted.name,
        version=wanted.version,
        schedules=[DeploymentScheduleCreate(schedule=each, active=True) for each in said],
        parameters=wanted.parameters,
        description=wanted.description,
        work_pool_name=POOL,
        work_queue_name=wanted.queue,
        tags=wanted.tags,
        entrypoint=f"{wanted.flow.fn.__module__}.{wanted.flow.fn.__name__}",
        parameter_openapi_schema=wanted.schema,
        paused=paused or bool(there and there.paused),
    )


def retire(client: SyncPrefectClient, there: DeploymentResponse) -> None:
    """Take the schedules of a deployment whose repository left the fleet; its history stays."""
    for schedule in there.schedules:
        client.delete_deployment_schedule(there.id, schedule.id)
