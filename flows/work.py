"""`python -m flows.work`: one flow run that the worker took from the pool, in a process of its own.

Like a run at a terminal it handles signals itself: a cancelled cycle ends in order, its agent's tree dead
and its work kept, before the worker would kill the process.
"""

from __future__ import annotations

import os
from uuid import UUID

from flows.uncollected import uncollected

with uncollected():
    from prefect.client.orchestration import get_client
    from prefect.states import Failed

    from flows import working
    from flows.launch import leave
    from loop.errors import NightcrewError

KINDS = {"cycle": working.cycle, "fleet": working.fleet, "sweep": working.sweep}


def main() -> None:
    """Do what the flow run stands for, and leave with 0 once its state says how that went."""
    with get_client(sync_client=True) as client:
        flow_run = client.read_flow_run(UUID(os.environ["PREFECT__FLOW_RUN_ID"]))
        kind = client.read_flow(flow_run.flow_id).name
    try:
        KINDS[kind](flow_run)
    except NightcrewError as error:
        working.end(flow_run, Failed(message=str(error)))
    leave(0)


if __name__ == "__main__":
    main()
