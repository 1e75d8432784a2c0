"""`nightcrew status`: the fleet on one screen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.cli.snapshot import RepositoryStatus, Snapshot
    from flows.cli.waiting import Waiting


def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show the fleet: last cycles, breakers, open incidents, next runs, and what waits for what."""
    from flows.cli.console import document, errors_told
    from flows.cli.fleetdesk import open_fleet_desk, prefect_home_of
    from flows.cli.snapshot import snapshot
    from flows.nextruns import next_runs
    from loop.story import utc_now

    with errors_told():
        desk, now = open_fleet_desk(os.environ, Path.cwd()), utc_now()
        seen = snapshot(desk, next_runs(desk.plans, prefect_home_of(os.environ), now), now)
        if as_json:
            document(seen.to_json())
        else:
            print_status(seen)


def print_status(seen: Snapshot) -> None:
    """Print *seen* to stdout; each part only when there is something in it."""
    from flows.cli import breakers, incidents
    from flows.cli.console import note, table, write

    if not seen.repositories:
        note("no repository is configured or remembered: nightcrew run PATH, or nightcrew init")
        return
    table(
        ["repository", "last cycle", "when", "outcome", "breaker", "open incidents", "next run"],
        [_row(each) for each in seen.repositories],
    )
    if seen.breakers:
        write("\nbreakers")
        table(breakers.HEADINGS, [breakers.row(each) for each in seen.breakers])
    if seen.incidents:
        write("\nopen incidents")
        table(incidents.HEADINGS, [incidents.row(each) for each in seen.incidents])
    if seen.waiting:
        write("\nwaiting")
        table(
            ["repository", "what", "since", "until", "why", "to do"],
            [_waiting_row(each) for each in seen.waiting],
        )


def _row(each: RepositoryStatus) -> list[str]:
    from flows.cli.words import moment, outcome_word

    last = each.last
    return [
        each.repo,
        last.cycle if last else "",
        moment(last.finished or last.started) if last else "",
        outcome_word(last.outcome) if last else "never run",
        each.breaker.replace("_", "-"),
        str(each.incidents),
        "paused" if each.is_paused else moment(each.next_run) or "not scheduled",
    ]


def _waiting_row(each: Waiting) -> list[str]:
    from flows.cli.words import moment

    return [
        each.repo or "all",
        each.what,
        moment(each.since),
        moment(each.until),
        each.why,
        each.remedy,
    ]
