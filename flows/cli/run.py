"""`nightcrew run`: cycles over repositories, now."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flows.server import Server
    from flows.wiring import Wired
    from loop.run import RunOrder
    from policies.plan import RepoPlan
    from policies.records import RunRecord


def run(
    repos: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REPO]...",
            help="Names from nightcrew.toml, or paths; nothing: the fleet, else this repository.",
        ),
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help="An agent's name, or a command line in quotes.")
    ] = None,
    cycles: Annotated[
        int | None, typer.Option(min=1, help="Cycles of each repository, at most.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Repositories worked on at once.")] = None,
    max_hours: Annotated[
        float | None, typer.Option(help="No cycle starts later than this.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; start nothing.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option(help="A settings file other than ./nightcrew.toml.")
    ] = None,
) -> None:
    """Run maintenance cycles over repositories, now."""
    from flows.cli.console import errors_told, note

    with errors_told():
        note("nightcrew: reading settings and looking at what is there")
        said = {"agent": agent, "cycles": cycles, "jobs": jobs, "max_hours": max_hours}
        wired = _wired(said, repos or [], config)
        if dry_run:
            _told_dry(wired, json=json)
            return
        server = server_of(wired)
        wired.refuse_what_cannot_work()
        start(wired, _order(wired), server, json=json)


def server_of(wired: Wired) -> Server:
    """Give the server that shows the run; to be asked early, since one of our own takes seconds."""
    from flows.server import find_server
    from loop.places import prefect_home

    return find_server(os.environ, prefect_home(wired.places.state), wired.told_places())


def start(wired: Wired, order: RunOrder, server: Server, *, json: bool) -> None:
    """Run *order* to its end, print it, and leave the process with its exit code."""
    from flows.cli.console import document
    from flows.launch import in_foreground, leave
    from policies.run_end import exit_code

    crew = wired.crew
    crew.observer.run_started(
        order.run,
        [first.plan.name for first in order.first],
        order.cycles,
        order.jobs,
        agent_note(wired, [first.plan for first in order.first]),
    )
    if server.local is None:
        crew.observer.said(f"the run is shown by the Prefect server at {server.api}")
    wired.outbox.begin()
    record, flow_run_id = in_foreground(
        lambda: _as_flow(order, wired, server), crew.cancelled, crew.observer.said
    )
    wired.outbox.close()
    _told(record, wired, server.page(flow_run_id))
    if json:
        document(record.to_json())
    # The run's own outcome counts too: cancelled before its first cycle it has no other.
    leave(exit_code([record.outcome, *(cycle.outcome for cycle in record.cycles)]))


def agent_note(wired: Wired, plans: list[RepoPlan]) -> str:
    """Say which agents work tonight, and whether they may cost money."""
    from policies.plan import FIXERS

    names = sorted({plan.agent.name for plan in plans})
    if names == [FIXERS]:
        return "agent fixers (built in, costs nothing)" + _others(wired)
    return f"agent {', '.join(names)}; a model may be asked, which may cost money"


def _others(wired: Wired) -> str:
    from loop.doctor.agents import found_agents

    ready = found_agents(wired.crew.environ)
    known = [
        f"{name} {'is logged in' if told.logged_in else 'is not logged in'}"
        for name, told in ready.items()
        if told.installed
    ]
    return f"; installed too: {', '.join(known)} (choose with --agent)" if known else ""


def _wired(said: dict[str, Any], targets: list[str], file: Path | None) -> Wired:
    from flows.cli.live import observer_for
    from flows.wiring import wire
    from loop.sweep import close_dead

    environ = dict(os.environ)
    wired = wire(Path.cwd(), environ, said, targets, file=file, observer=observer_for())
    for cycle in close_dead(wired.store, wired.places.state, wired.crew.now()):
        wired.crew.observer.said(f"{cycle.cycle} is closed as crashed: {cycle.reason}")
    return wired


def _order(wired: Wired) -> RunOrder:
    from loop.run import RunOrder, orders

    model = wired.settings.model
    run_id = wired.new_run()
    return RunOrder(
        run=run_id,
        first=orders(run_id, wired.plans, "manual"),
        cycles=model.cycles,
        jobs=model.jobs,
        max_hours=model.max_hours,
    )


def _as_flow(order: RunOrder, wired: Wired, server: Server) -> tuple[RunRecord, str | None]:
    from flows.uncollected import uncollected

    with uncollected():
        from flows import terminal  # imports Prefect, while a server of our own starts beside us

    return terminal.run(order, wired, server)


def _told(record: RunRecord, wired: Wired, look: str) -> None:
    from flows.cli.console import note
    from flows.cli.report import run_end
    from loop.landing import merge_command

    with_work = {c.repo for c in record.cycles if c.branch == "nightcrew/work" and not c.landed}
    merges = {plan.name: merge_command(plan) for plan in wired.plans if plan.name in with_work}
    for line in run_end(record, merges, look):
        note(line)


def _told_dry(wired: Wired, *, json: bool) -> None:
    from flows.cli.console import document, write

    rows = [_dry(plan) for plan in wired.plans]
    if json:
        document({"repositories": rows})
        return
    for row in rows:
        write("  ".join(f"{name}={value}" for name, value in row.items() if value))


def _dry(plan: RepoPlan) -> dict[str, Any]:
    return {
        "repo": plan.name,
        "path": plan.path,
        "agent": plan.agent.name,
        "permissions": plan.agent.permissions.value,
        "branch": plan.branch,
        "landing": plan.landing.value,
        "passes": list(plan.passes),
        "checks": None if plan.checks is None else [check.name for check in plan.checks],
    }
