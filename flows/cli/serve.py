"""`nightcrew serve`: the Prefect server with its UI, on the state folder that `run` writes to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def serve(
    port: Annotated[int, typer.Option(help="Port on the loopback address.")] = 4200,
) -> None:
    """Serve the Prefect UI of what `run` did, on this machine only, until Ctrl-C."""
    from flows.cli.console import errors_told, note
    from flows.serving import serve_until_stopped
    from loop import places

    with errors_told():
        state = places.make_state(places.state_folder(os.environ))
        code = serve_until_stopped(places.prefect_home(state), port, note, Path.cwd())
    raise typer.Exit(code)
