"""`nightcrew rerun`: a cycle again, with the same context."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.wiring import Wired
    from loop.story import Order
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
        wired = _wired(path, known, config, current_config=current_config)
        server = server_of(wired)
        run_id = wired.new_run()
        order = _order(
            wired,
            known,
            run_id,
            current_config=current_config,
            with_failure=with_failure,
            anyway=anyway,
        )
        start(wired, RunOrder(run=run_id, first=(order,), trigger="rerun"), server, json=json)


def _last_cause(cycle: CycleRecord) -> str:
    if cycle.failure is None:
        return f"{cycle.cycle} ended {cycle.outcome}: {cycle.reason or 'no failure'}"
    failure = cycle.failure
    return (
        f"{cycle.cycle} failed: {failure.summary} ({failure.failure_class}, {failure.confidence})"
    )


def _wired(path: str, cycle: CycleRecord, config: Path | None, *, current_config: bool) -> Wired:
    from flows.cli.live import observer_for
    from flows.wiring import wire

    # With today's settings the agent is theirs too, unless only a command line ever named it.
    said = {"agent": None if current_config else cycle.agent}
    return wire(Path.cwd(), dict(os.environ), said, [path], file=config, observer=observer_for())


def _order(
    wired: Wired,
    cycle: CycleRecord,
    run: str,
    *,
    current_config: bool,
    with_failure: bool,
    anyway: bool,
) -> Order:
    from loop import rerun as again

    if current_config:
        wired.refuse_what_cannot_work()
        return again.todays(cycle, wired.plans[0], run, with_failure=with_failure)
    return again.same_context(wired.crew, cycle, run, with_failure=with_failure, anyway=anyway)
