"""`nightcrew show`: one cycle in full, a repository's cycles, or their pass logs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

SHOWN_LIMIT = 50
"""Cycles of a repository that are listed."""


def show(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[CYCLE|REPO]", help="A cycle's id, a repository, or nothing: the last cycle."
        ),
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="Print the pass logs.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Print the pass logs, and go on while it runs.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show one cycle, or a repository's cycles."""
    from flows.cli.common import open_desk
    from flows.cli.console import document, errors_told
    from flows.cli.cyclepage import show_cycle, show_cycles
    from flows.cli.logs import print_logs
    from flows.cli.lookup import cycles_of

    with errors_told():
        desk = open_desk(os.environ, Path.cwd())
        repo, cycles = cycles_of(target, desk, SHOWN_LIMIT)
        if log or follow:
            print_logs(repo, cycles, desk, follow=follow)
        elif as_json and repo is None:
            document(cycles[0].to_json())
        elif as_json:
            document({"repo": repo, "cycles": [cycle.to_json() for cycle in cycles]})
        elif repo is None:
            show_cycle(cycles[0], desk.store.cycles(rerun_of=cycles[0].cycle))
        else:
            show_cycles(str(repo), cycles)
