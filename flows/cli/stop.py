"""`nightcrew stop`: ends what runs, in order, and waits until its record says so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.cli.common import Desk
    from loop.store import Store
    from policies.records import CycleRecord

WAIT_S = 20.0
"""How long the records may take: TERM, 10 s, KILL of an agent, and what follows."""
HEARD_S = 5.0
"""How long a process may take to hear that one of its cycles is to end."""
POLL_S = 0.2

Clock = Callable[[], float]
Sleep = Callable[[float], None]


def stop(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[CYCLE|REPO]",
            help="A cycle's id or a repository; nothing: everything that runs.",
        ),
    ] = None,
) -> None:
    """Stop what runs in order: its agents are ended, its work is kept."""
    from flows.cli.console import errors_told
    from flows.cli.fleetdesk import open_fleet_desk

    with errors_told():
        desk = open_fleet_desk(os.environ, Path.cwd())
        running = desk.store.cycles(outcome="running", limit=1000)
        if target is not None:
            from flows.cli.lookup import cycles_of

            wanted = {cycle.cycle for cycle in cycles_of(target, desk, 1000)[1]}
            running = [cycle for cycle in running if cycle.cycle in wanted]
        if not running:
            _told_nothing(target, desk)
            raise typer.Exit(1)
        stop_them = stop_runs if target is None else stop_alone
        raise typer.Exit(stop_them(running, desk.store))


def stop_runs(
    cycles: list[CycleRecord],
    store: Store,
    clock_s: Clock = time.monotonic,
    sleep: Sleep = time.sleep,
) -> int:
    """End the processes of *cycles* and say how it went. Give 0 when all have ended, else 1."""
    told: dict[int, bool] = {}
    asked = [cycle for cycle in cycles if _ended_with_its_run(cycle, store, told)]
    left = _awaited(asked, store, clock_s, sleep)
    return 0 if len(asked) == len(cycles) and not left else 1


def stop_alone(
    cycles: list[CycleRecord],
    store: Store,
    clock_s: Clock = time.monotonic,
    sleep: Sleep = time.sleep,
) -> int:
    """End *cycles* and nothing else that their processes run; as `stop_runs` where one does not hear."""
    from loop import stopping
    from loop.story import utc_now

    told: dict[int, bool] = {}
    asked = [cycle for cycle in cycles if _is_there(cycle, store)]
    for cycle in asked:
        stopping.ask(store, cycle.cycle, utc_now())
    try:
        for cycle in _unheard(asked, store, clock_s, sleep):
            _say(cycle, f"its process did not hear it within {HEARD_S:g} s")
            if not _ended_with_its_run(cycle, store, told):
                asked.remove(cycle)
        left = _awaited(asked, store, clock_s, sleep)
    finally:
        for cycle in cycles:
            stopping.forget(store, cycle.cycle)
    return 0 if len(asked) == len(cycles) and not left else 1


def _unheard(
    cycles: list[CycleRecord], store: Store, clock_s: Clock, sleep: Sleep
) -> list[CycleRecord]:
    """Wait until the processes of *cycles* heard that they are to end; give those which did not."""
    from loop import stopping

    until_s, left = clock_s() + HEARD_S, cycles
    while left and clock_s() < until_s:
        sleep(POLL_S)
        left = [c for c in left if not stopping.is_heard(store, c.cycle) and _still_runs(c, store)]
    return left


def _awaited(
    cycles: list[CycleRecord], store: Store, clock_s: Clock, sleep: Sleep
) -> list[CycleRecord]:
    """Wait until *cycles* have ended and say how each did; give those that still run."""
    until_s, left = clock_s() + WAIT_S, cycles
    while left and clock_s() < until_s:
        sleep(POLL_S)
        left = [cycle for cycle in left if _still_runs(cycle, store)]
    for cycle in cycles:
        seen = store.cycle(cycle.cycle) or cycle
        _say(cycle, f"not ended after {WAIT_S:g} s; ask again" if cycle in left else seen.outcome)
    return left


def _still_runs(cycle: CycleRecord, store: Store) -> bool:
    seen = store.cycle(cycle.cycle)
    return seen is not None and seen.finished is None and seen.outcome.value == "running"


def _is_there(cycle: CycleRecord, store: Store) -> bool:
    """Say whether a process may run *cycle*, here or elsewhere; where none does, tell it."""
    from loop.running import is_gone, mark_of

    gone = is_gone(mark_of(store, cycle.cycle))
    if gone:
        _say(cycle, "its process is gone; its record was never closed")
    return not gone


def _ended_with_its_run(cycle: CycleRecord, store: Store, told: dict[int, bool]) -> bool:
    """Send TERM to the cycle's process, once (a second one is haste); say why not when it cannot be."""
    from loop.running import ask_to_end, is_elsewhere, mark_of, process_of

    mark = mark_of(store, cycle.cycle)
    if mark and is_elsewhere(mark):
        _say(cycle, f"runs on another machine, {mark['host']}; stop it there")
        return False
    process = process_of(mark) if mark else None
    if process is None:
        return _is_there(cycle, store)
    if process.pid not in told:
        _say(cycle, f"stopping process {process.pid}, which ends its whole run {cycle.run}")
        told[process.pid] = ask_to_end(process)
    return told[process.pid]


def _told_nothing(target: str | None, desk: Desk) -> None:
    from flows.cli.console import note

    note(f"nothing is running ({target or 'here'})")
    scheduled = [plan.name for plan in desk.plans if plan.schedule]
    if target is None and scheduled:
        note("nightcrew pause keeps the fleet from starting by itself")
    elif target in scheduled:
        note(f"nightcrew pause {target} keeps it from starting by itself")


def _say(cycle: CycleRecord, text: str) -> None:
    from flows.cli.console import note

    note(f"{cycle.cycle}: {text}")
