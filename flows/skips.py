"""A cycle that was not started, as a flow run created in its final state: milliseconds, no engine."""

from __future__ import annotations

from uuid import UUID

from prefect import Task
from prefect.client.orchestration import SyncPrefectClient, get_client

from flows import cycle
from flows.once import first_line
from flows.states import of_cycle
from loop.observer import Observer
from loop.run import RunOrder, ShowSkip
from loop.story import Order
from policies.records import CycleRecord


def skips_shown(order: RunOrder, observer: Observer, fleet_run_id: str) -> ShowSkip:
    """Give what shows a skipped cycle of *order* below the run's own flow run."""
    orders = {first.plan.name: first for first in order.first}

    def show(record: CycleRecord) -> CycleRecord:
        try:
            if not cycle.is_up():
                raise ConnectionError("no Prefect server answers")
            with get_client(sync_client=True) as client:
                shown = _create(client, record, orders[record.repo], UUID(fleet_run_id))
        except Exception as error:
            observer.said(f"{record.cycle}: not shown in the UI: {first_line(error)}")
            return record
        return record.evolve(flow_run_id=shown)

    return show


def _create(client: SyncPrefectClient, record: CycleRecord, order: Order, fleet_run: UUID) -> str:
    # Prefect knows a child by a task run of its parent that stands for it.
    stands_for = client.create_task_run(
        Task(fn=cycle.cycle_flow.fn, name="cycle"),
        flow_run_id=fleet_run,
        dynamic_key=record.cycle,
        name=record.cycle,
        state=of_cycle(record),
    )
    shown = client.create_flow_run(
        cycle.cycle_flow,
        parameters={"repository": record.repo, "trigger": record.trigger},
        name=record.cycle,
        tags=list(cycle.tags_of(order)),
        parent_task_run_id=stands_for.id,
        state=of_cycle(record),
    )
    return str(shown.id)
