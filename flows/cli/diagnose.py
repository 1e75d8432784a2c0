"""`nightcrew diagnose`: why a log's process failed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.uncollected import seldom_collected


def diagnose(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE…|-]", help="Logs, plain or .gz; - or nothing: standard input."
        ),
    ] = None,
    exit_code: Annotated[
        int | None,
        typer.Option("--exit-code", metavar="N", help="How it ended; -9 means by signal 9."),
    ] = None,
    stopped_because: Annotated[
        str | None,
        typer.Option("--stopped-because", help="total, silence, progress, tool, cancelled …"),
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option("--agent", metavar="A", help="Whose log it is, where it does not say."),
    ] = None,
    passing_log: Annotated[
        Path | None,
        typer.Option(
            "--passing-log", metavar="F", help="A log of a success: its lines are no cause."
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which rules spoke, and what lost.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Say why a log's process failed: cause lines, class, what to do."""
    with seldom_collected():
        from flows.cli.console import errors_told
        from flows.cli.diagnosing import asked, diagnose_all

        with errors_told():
            question = asked(
                exit_code,
                stopped_because,
                passing_log,
                agent=agent,
                explain=explain,
                as_json=as_json,
            )
            is_all_read = diagnose_all(files or ["-"], question)
    if not is_all_read:
        raise typer.Exit(2)
