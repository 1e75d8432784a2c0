"""A run that a person started at a terminal, as Prefect shows it."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import UUID

from prefect.client.orchestration import get_client

from flows import deployed, fleet
from flows.artifacts import Artifacts
from flows.cancelling import Cancellations
from flows.cycle import cycle_flow
from flows.once import first_line
from flows.reconciling import reconcile
from flows.server import Server
from flows.showing import Showing
from flows.told import RunLog, both
from flows.wiring import Wired
from loop.awake import awake
from loop.run import RunOrder
from policies.records import RunRecord

PAGES = "/nightcrew"
"""Where our pages stand on a server of ours (flows/prefect_app)."""


def run(order: RunOrder, wired: Wired, server: Server) -> tuple[RunRecord, str | None]:
    """Give the run's record and its flow run's id.

    While a `nightcrew serve` is up, its flow runs are made from deployments, so that a person can
    retry them in the UI.
    """
    why_unseen = server.why_not()
    crew = wired.crew
    crew.observer = both(crew.observer, RunLog())
    ours = server.local is not None or server.is_served
    with ExitStack() as until_end:
        until_end.enter_context(awake(crew.environ, crew.observer.said))
        showing = Showing()
        if not why_unseen:
            artifacts = Artifacts(crew.store, server.root + PAGES if ours else None)
            until_end.callback(artifacts.close)
            if server.local:  # beside a `serve` its sweep does this
                artifacts.also(lambda client: list(reconcile(client, crew.store, crew.now())))
            watch = Cancellations()
            until_end.callback(watch.close)
            ids = _deployments(order, wired) if server.is_served else {}
            showing = Showing(deployed=ids, artifacts=artifacts, cancellations=watch)
        return fleet.run(order, crew, showing, why_unseen)


def _deployments(order: RunOrder, wired: Wired) -> dict[str, UUID]:
    """Give our deployments; a repository that has none yet, outside the fleet, gets one."""
    plans = [first.plan for first in order.first]
    try:
        with get_client(sync_client=True) as client:
            there = deployed.known(client)
            if fleet.FLEET not in there:  # served with its pages alone: nobody would retry
                return {}
            ids = {key: each.id for key, each in there.items()}
            new = [plan for plan in plans if f"cycle/{plan.name}" not in there]
            wanted = [
                deployed.of_repository(cycle_flow, plan.evolve(schedule=None), None) for plan in new
            ]
            return ids | deployed.bring(client, wanted, there)
    except Exception as error:
        wired.crew.observer.said(f"the UI cannot retry this run: {first_line(error)}")
        return {}
