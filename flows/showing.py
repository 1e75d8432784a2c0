"""What stands beside a run that Prefect shows: its deployments, its artifacts, its Cancel button."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import FlowRunCreate
from prefect.client.schemas.objects import FlowRun, FlowRunPolicy, State
from prefect.context import FlowRunContext
from prefect.states import Pending, to_state_create

from flows.artifacts import Artifacts
from flows.cancelling import Cancellations
from flows.deployed import POOL, TURNS
from flows.standing_in import stand_in
from loop.story import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How one process's runs are shown."""

    deployed: Mapping[str, UUID] = field(default_factory=dict)
    """Deployments by `flow/name`: what is made from one can be retried in the UI."""
    artifacts: Artifacts | None = None
    cancellations: Cancellations | None = None
    _flow_ids: dict[str, UUID] = field(default_factory=dict)
    _parents: dict[UUID, UUID] = field(default_factory=dict)
    _one_by_one: threading.Lock = field(default_factory=threading.Lock)

    def flow_id(self, client: SyncPrefectClient, flow: Flow[..., Any]) -> UUID:
        """Give *flow*'s id; the server is asked once."""
        if flow.name not in self._flow_ids:
            self._flow_ids[flow.name] = client.create_flow(flow)
        return self._flow_ids[flow.name]

    def flow_run_of(self, flow: Flow[..., Any], order: Order) -> FlowRun:
        """Give the flow run that is to show *order*: a new one, of a retried cycle the one it had.

        The engine would make one too, but its tags only reach it by way of all its tasks, each of
        which then asks the server for a place of each tag.
        """
        before = order.resumes.flow_run_id if order.resumes else None
        with client_here() as client:
            if before is None:
                return self.create(client, flow, order, Pending())
            client.set_flow_run_state(UUID(before), Pending(), force=True)
            return client.read_flow_run(UUID(before))

    def create(
        self, client: SyncPrefectClient, flow: Flow[..., Any], order: Order, state: State[Any]
    ) -> FlowRun:
        """Make the flow run of *order* in *state*, below the flow run of the context.

        One request: Prefect's own call for a run of a deployment has the server check that
        deployment's parameters and job (30 ms), its call for a flow asks for the flow first (8 ms).
        """
        deployment = self.deployed.get(f"{flow.name}/{order.plan.name}")
        wanted = FlowRunCreate(
            flow_id=self.flow_id(client, flow),
            deployment_id=deployment,
            parameters=parameters_of(order),
            name=order.cycle,
            tags=tags_of(order),
            parent_task_run_id=self._parent(client),
            state=to_state_create(state),
            empirical_policy=FlowRunPolicy(retries=0, retry_delay=0),
        )
        if deployment:  # where a worker finds it, should a person press Retry
            wanted.work_pool_name, wanted.work_queue_name = POOL, TURNS
        said = wanted.model_dump(mode="json", exclude_unset=True)
        return FlowRun.model_validate(client.request("POST", "/flow_runs/", json=said).json())

    def _parent(self, client: SyncPrefectClient) -> UUID | None:
        """Give what stands for the children of the context's flow run; None where there is none."""
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            return None
        above = context.flow_run.id
        with self._one_by_one:
            if above not in self._parents:
                self._parents[above] = stand_in(client, above)
            return self._parents[above]


def unwatched(flow_run: FlowRun) -> FlowRun:
    """Give *flow_run* as the engine is to know it: as a run of no deployment.

    For one of a deployment it opens a websocket in a thread, to hear when somebody suspends the
    run, and waits for that thread's end: 0.2 s and twice the work. Ours hear of cancelling their own
    way (flows/cancelling), and cannot be suspended.
    """
    return flow_run.model_copy(update={"deployment_id": None})


@contextmanager
def client_here() -> Iterator[SyncPrefectClient]:
    """Give the client of the flow run in whose context this is called: a new one costs 30 ms."""
    context = FlowRunContext.get()
    if context is not None and isinstance(context.client, SyncPrefectClient):
        yield context.client
        return
    with get_client(sync_client=True) as client:
        yield client


def parameters_of(order: Order) -> dict[str, Any]:
    """Give the parameters of the cycle flow for *order*."""
    return {
        "repository": order.plan.name,
        "cycle": order.rerun_of or "",
        "trigger": order.trigger,
    }


def tags_of(order: Order) -> list[str]:
    """Give the tags by which a person finds this cycle in the UI."""
    return [
        f"repo:{order.plan.name}",
        f"agent:{order.plan.agent.name}",
        f"trigger:{order.trigger}",
        f"run:{order.run}",
    ]
