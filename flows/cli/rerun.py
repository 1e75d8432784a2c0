"""`nightcrew rerun`: a cycle again, with the same context."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.wiring import Wired
    from policies.records import CycleRecord


def rerun(
    cycle: Annotated[str, typer.Argument(metavar="CYCLE|last", help="A cycle's id, or `last`.")],
    current_config: Annotated[
        bool,
        typer.Option("--current-config", help="Today's settings, prompt and base instead."),
    ] = False,
    with_failure: Annotated[
        bool, typer.Option("--with-failure", help="Tell the agent why it failed.")
    ] = False,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Go on although a part cannot be restored as it was."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="A settings file other than ./nightcrew.toml.")
    ] = None,
) -> None:
    """Run a cycle again: same prompt, base commit, agent and settings."""
    from flows.cli.common import open_store
    from flows.cli.console import errors_told, note
    from flows.cli.run import server_of, start
    from loop import rerun as again
    from loop.run import RunOrder

    with errors_told():
        store = open_store(os.environ, Path.cwd())
        known = again.wanted(store, cycle)
        path = again.path_of(store, known)
        store.close()
        note(_last_cause(known))
        wired = _wired(path, known if current_config else None, config)
        server = server_of(wired)
        run_id = wired.new_run()
        if current_config:
            wired.refuse_what_cannot_work()
            order = again.todays(known, wired.plans[0], run_id, with_failure=with_failure)
        else:
            order = again.same_context(
                wired.crew, known, run_id, with_failure=with_failure, anyway=anyway
            )
        start(wired, RunOrder(run=run_id, first=(order,), trigger="rerun"), server, json=json)


def _last_cause(cycle: CycleRecord) -> str:
    if cycle.failure is None:
        return f"{cycle.cycle} ended {cycle.outcome}: {cycle.reason or 'no failure'}"
    failure = cycle.failure
    return (
        f"{cycle.cycle} failed: {failure.summary} ({failure.failure_class}, {failure.confidence})"
    )


def _wired(path: str, cycle: CycleRecord | None, config: Path | None) -> Wired:
    """Wire *path* with today's settings; where they name no agent, that of *cycle* stays.

    None: a frozen context brings its own agent, which the settings need not know any more.
    """
    from flows.cli.live import observer_for
    from flows.wiring import wire

    def wired(agent: str | None) -> Wired:
        said = {"agent": agent}
        return wire(Path.cwd(), os.environ, said, [path], file=config, observer=observer_for())

    todays = wired(None)
    if cycle is None:
        return todays
    named = {None} | ({cycle.repo} & set(todays.settings.model.repositories))
    return todays if any(todays.settings.work(n).agent for n in named) else wired(cycle.agent)
