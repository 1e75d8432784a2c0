"""`nightcrew stop`: ends what runs, in order, and waits until its record says so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from loop.store import Store
    from policies.records import CycleRecord

WAIT_S = 20.0
"""How long the records may take: TERM, 10 s, KILL of an agent, and what follows."""
POLL_S = 0.2


def stop(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[CYCLE|REPO]",
            help="A cycle's id or a repository; nothing: everything that runs.",
        ),
    ] = None,
) -> None:
    """Stop a run in order: its agents are ended, its work is kept."""
    from flows.cli.common import open_desk
    from flows.cli.console import errors_told

    with errors_told():
        desk = open_desk(os.environ, Path.cwd())
        running = _running(desk.store)
        if target is not None:
            from flows.cli.lookup import cycles_of

            wanted = {cycle.cycle for cycle in cycles_of(target, desk, 1000)[1]}
            running = [cycle for cycle in running if cycle.cycle in wanted]
        raise typer.Exit(stop_cycles(running, desk.store, target or "here"))


def stop_cycles(
    cycles: list[CycleRecord],
    store: Store,
    asked: str,
    clock_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """End the processes of *cycles* and say how it went. Give 0 when all have ended, else 1."""
    from flows.cli.console import note

    if not cycles:
        note(f"nothing is running ({asked})")
        return 1
    told: dict[int, bool] = {}
    asked_to_end = [cycle for cycle in cycles if _asked(cycle, store, told)]
    until = clock_s() + WAIT_S
    left = asked_to_end
    while left and clock_s() < until:
        sleep(POLL_S)
        left = [cycle for cycle in left if _still_running(cycle, store)]
    for cycle in asked_to_end:
        seen = store.cycle(cycle.cycle) or cycle
        ending = f"not ended after {WAIT_S:g} s; ask again" if cycle in left else seen.outcome.value
        note(f"{cycle.cycle}: {ending}")
    return 0 if len(asked_to_end) == len(cycles) and not left else 1


def _running(store: Store) -> list[CycleRecord]:
    return store.cycles(outcome="running", limit=1000)


def _still_running(cycle: CycleRecord, store: Store) -> bool:
    seen = store.cycle(cycle.cycle)
    return seen is not None and seen.finished is None and seen.outcome.value == "running"


def _asked(cycle: CycleRecord, store: Store, told: dict[int, bool]) -> bool:
    """Send TERM to the cycle's process, once (a second one is haste); say why not when it cannot be."""
    from flows.cli.console import note
    from loop.running import ask_to_end, is_elsewhere, mark_of, process_of

    mark = mark_of(store, cycle.cycle)
    if mark and is_elsewhere(mark):
        note(f"{cycle.cycle}: runs on another machine, {mark['host']}; stop it there")
        return False
    process = process_of(mark) if mark else None
    if process is None:
        note(f"{cycle.cycle}: its process is gone; its record was never closed")
        return False
    if process.pid not in told:
        note(f"{cycle.cycle}: stopping process {process.pid}, which ends its whole run {cycle.run}")
        told[process.pid] = ask_to_end(process)
    return told[process.pid]
