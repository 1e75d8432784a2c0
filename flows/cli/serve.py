"""`nightcrew serve`: every night, and the Prefect UI, on the state folder that `run` writes to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.wiring import Wired


def serve(
    port: Annotated[int, typer.Option(help="Port on the loopback address.")] = 4200,
    config: Annotated[
        Path | None, typer.Option(help="A settings file other than ./nightcrew.toml.")
    ] = None,
    ui_only: Annotated[
        bool, typer.Option("--ui-only", help="Only the pages; nothing is scheduled or started.")
    ] = False,
) -> None:
    """Run the schedule and serve the Prefect UI, on this machine only, until Ctrl-C."""
    from flows.cli.console import errors_told, note
    from flows.serving import serve_until_stopped

    with errors_told():
        note("nightcrew: reading settings and looking at what is there")
        wired = _wired(config, ui_only=ui_only)
        code = serve_until_stopped(wired, port, note, ui_only=ui_only)
    raise typer.Exit(code)


def _wired(config: Path | None, *, ui_only: bool) -> Wired:
    """Give the fleet to serve; a file that is missing or empty is refused at once, not tried all night."""
    from config.layers import FILE_NAME
    from flows.wiring import wire
    from loop.errors import NightcrewError

    here = Path.cwd()
    has_file = config is not None or (here / FILE_NAME).exists()
    if not has_file and not ui_only:
        raise NightcrewError(
            f"{here}: no {FILE_NAME} here, so there is nothing to schedule; write one with "
            "`nightcrew init`, name one with --config, or look at earlier runs with --ui-only"
        )
    return wire(here, os.environ, {}, [], file=config, may_be_empty=ui_only)
