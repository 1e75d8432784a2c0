"""The one task run that stands for all cycles of a run: at Prefect a child is known by a task of its parent.

One for each would be another request a cycle (20 to 30 ms).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import State

CYCLES = "cycles"
"""What a run's cycles stand below in the UI; its name and its key."""


def stand_in(client: SyncPrefectClient, flow_run: UUID) -> UUID:
    """Make what stands for the children of *flow_run*, and give its id; nothing runs as that task."""
    from prefect import Task
    from prefect.states import Completed

    cycles = Task(fn=stand_in, name=CYCLES)
    said: State[Any] = Completed(message="Stands for the cycles of this run")
    return client.create_task_run(cycles, flow_run, CYCLES, name=CYCLES, state=said).id


def leave_stand_ins() -> None:
    """Let Prefect's server, in this process, not give a stand-in the state of each of its children in turn.

    That was a third of what the server does for a state of a cycle (22 of 60 ms), and told of the
    last one alone. Any other task run follows its child as ever.
    """
    from prefect.server.models import task_runs
    from prefect.server.orchestration.global_policy import UpdateSubflowParentTask

    known: set[UUID] = set()
    follow = UpdateSubflowParentTask.after_transition

    async def after_transition(self: Any, context: Any) -> None:
        parent = context.run.parent_task_run_id
        if parent is not None and parent not in known:
            read: Any = task_runs.read_task_run
            task = await read(session=context.session, task_run_id=parent)
            if task is not None and task.name == task.dynamic_key == CYCLES:
                known.add(parent)
        if parent not in known:
            await follow(self, context)

    UpdateSubflowParentTask.after_transition = after_transition  # type: ignore[method-assign]
