"""The command `nightcrew`: its verbs in groups, the daily ones first.

Each verb imports what it needs when it is called, so that `--help` stays fast.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flows.cli import breakers as breaker_verbs
from flows.cli import incidents as incidents_verbs
from flows.cli import ledger as ledger_verbs
from flows.cli import notify as notify_verbs
from flows.cli.console import note, open_streams
from flows.cli.diagnose import diagnose
from flows.cli.doctor import doctor
from flows.cli.grouped import Grouped, UsageError
from flows.cli.init import init
from flows.cli.pausing import pause, resume
from flows.cli.rerun import rerun
from flows.cli.run import run
from flows.cli.serve import serve
from flows.cli.show import show
from flows.cli.status import status
from flows.cli.stop import stop

DAILY = "Every day"
TROUBLE = "When something is wrong"
OPERATORS = "For operators"

app = typer.Typer(
    name="nightcrew",
    cls=Grouped,
    help="Runs coding agents over your git repositories at night, and says in the morning what "
    "was improved, what failed and why.",
    rich_markup_mode=None,  # plain help: rich would cost 0.3 s of imports at each `--help`
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for verb in (init, doctor, run, rerun, status, show, stop, pause, resume, serve):
    app.command(rich_help_panel=DAILY)(verb)
app.command(rich_help_panel=TROUBLE)(diagnose)
app.add_typer(incidents_verbs.app, name="incidents", rich_help_panel=TROUBLE)
app.add_typer(breaker_verbs.app, name="breaker", rich_help_panel=TROUBLE)
app.add_typer(ledger_verbs.app, name="ledger", rich_help_panel=TROUBLE)
app.add_typer(notify_verbs.app, name="notify", rich_help_panel=OPERATORS)


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
    """Run the command line; words it cannot use are one line and exit code 2."""
    open_streams()
    try:
        code = app(args=sys.argv[1:] or ["--help"], standalone_mode=False)
    except UsageError as error:
        context = getattr(error, "ctx", None)
        verb = context.command_path if context else "nightcrew"
        note(f"{verb}: {error.format_message()} See `{verb} --help`.")  # type: ignore[attr-defined]
        code = 2
    except typer.Abort:
        code = 130
    sys.exit(code)
