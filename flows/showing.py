"""What stands beside a run that Prefect shows: its deployments, its artifacts, its Cancel button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from prefect import Flow, Task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import FlowRunCreate
from prefect.client.schemas.objects import FlowRun, FlowRunPolicy, State
from prefect.context import FlowRunContext
from prefect.states import Pending, to_state_create

from flows.artifacts import Artifacts
from flows.cancelling import Cancellations
from flows.deployed import POOL, TURNS
from loop.story import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How one process's runs are shown."""

    deployed: Mapping[str, UUID] = field(default_factory=dict)
    """Deployments by `flow/name`: what is made from one can be retried in the UI."""
    artifacts: Artifacts | None = None
    cancellations: Cancellations | None = None
    _flow_ids: dict[str, UUID] = field(default_factory=dict)

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
                parent = parent_of(client, flow.name, order.cycle, Pending())
                return create(client, flow, order, Pending(), self, parent)
            client.set_flow_run_state(UUID(before), Pending(), force=True)
            return client.read_flow_run(UUID(before))


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


def create(
    client: SyncPrefectClient,
    flow: Flow[..., Any],
    order: Order,
    state: State[Any],
    showing: Showing,
    parent: UUID | None,
) -> FlowRun:
    """Make the flow run of *order* in *state*, below what *parent* stands for.

    One request: Prefect's own call for a run of a deployment has the server check that deployment's
    parameters and job (30 ms), its call for a flow asks for the flow first (8 ms).
    """
    deployment = showing.deployed.get(f"{flow.name}/{order.plan.name}")
    wanted = FlowRunCreate(
        flow_id=showing.flow_id(client, flow),
        deployment_id=deployment,
        parameters=parameters_of(order),
        name=order.cycle,
        tags=tags_of(order),
        parent_task_run_id=parent,
        state=to_state_create(state),
        empirical_policy=FlowRunPolicy(retries=0, retry_delay=0),
    )
    if deployment:  # where a worker finds it, should a person press Retry
        wanted.work_pool_name, wanted.work_queue_name = POOL, TURNS
    said = wanted.model_dump(mode="json", exclude_unset=True)
    return FlowRun.model_validate(client.request("POST", "/flow_runs/", json=said).json())


def parent_of(client: SyncPrefectClient, kind: str, name: str, state: State[Any]) -> UUID | None:
    """Make what stands for children in the flow run of this context; None where there is none.

    Prefect knows a child by a task run of its parent; nothing runs as that task.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return None
    stands_for = client.create_task_run(
        Task(fn=parent_of, name=kind),
        flow_run_id=context.flow_run.id,
        dynamic_key=name,
        name=name,
        state=state,
    )
    return stands_for.id
