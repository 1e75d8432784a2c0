"""The command `nightcrew`: its verbs in groups, the daily ones first.

Each verb imports what it needs when it is called, so that `--help` stays fast.
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli import breakers as breaker_verbs
from flows.cli import incidents as incidents_verbs
from flows.cli.diagnose import diagnose
from flows.cli.doctor import doctor
from flows.cli.init import init
from flows.cli.rerun import rerun
from flows.cli.run import run
from flows.cli.serve import serve
from flows.cli.show import show
from flows.cli.status import status
from flows.cli.stop import stop

DAILY = "Every day"
TROUBLE = "When something is wrong"

app = typer.Typer(
    name="nightcrew",
    help="Runs coding agents over your git repositories at night, and says in the morning what "
    "was improved, what failed and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for verb in (init, doctor, run, rerun, status, show, stop, serve):
    app.command(rich_help_panel=DAILY)(verb)
app.command(rich_help_panel=TROUBLE)(diagnose)
app.add_typer(incidents_verbs.app, name="incidents", rich_help_panel=TROUBLE)
app.add_typer(breaker_verbs.app, name="breaker", rich_help_panel=TROUBLE)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"nightcrew {version('nightcrew')}")
        raise typer.Exit


@app.callback()
def nightcrew(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Take the options that every verb has."""


def main() -> None:
    """Run the command line."""
    app()
