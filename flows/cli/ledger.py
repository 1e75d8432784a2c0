"""`nightcrew ledger`: checks a ledger, folds what earlier loops left in it, adds an entry."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check a ledger, fold its repeated entries, or add one.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="Any ledger: INCIDENTS.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("check")
def check_ledger(file: File, as_json: AsJson = False) -> None:
    """Find missing fields, secrets, duplicates, pending commits, broken entries. Exit 1 if any."""
    from flows.cli.console import document, errors_told, note, write
    from loop.ledger.backup import remove_backups
    from loop.ledger.check import check

    with errors_told():
        path = file.resolve()
        entries, findings = check(path, str(file))
        if as_json:
            rows = [finding.to_json() for finding in findings]
            document({"ok": not findings, "entries": entries, "findings": rows})
        elif findings:
            write("\n".join(f"{file}:{f.line}: {f.kind}: {f.what}; {f.remedy}" for f in findings))
        if not findings:
            note(f"{file}: {entries} entries, nothing to say")
            for gone in remove_backups(path):
                note(f"{gone.name} is not needed any more and was removed")
    if findings:
        raise typer.Exit(1)


@app.command("compact")
def compact_ledger(
    file: File,
    write: Annotated[
        bool, typer.Option("--write", help="Replace the file; without it nothing is changed.")
    ] = False,
    logs: Annotated[
        list[Path] | None,
        typer.Option("--logs", metavar="DIR", help="Where to look for the logs that it names."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fold the repeated entries of earlier loops into one an outage; show what would change."""
    from flows.cli.compacting import compact_file
    from flows.cli.console import errors_told

    with errors_told():
        compact_file(file, logs or [], os.environ, write=write, as_json=as_json)


@app.command("add")
def add_entry(
    file: File,
    trigger: Annotated[str, typer.Option(help="What showed it.")] = "",
    impact: Annotated[str, typer.Option(help="Who or what suffered.")] = "",
    cause: Annotated[str, typer.Option("--root-cause", help="Why it happened.")] = "",
    fix: Annotated[str, typer.Option(help="What was done.")] = "",
    rule: Annotated[str, typer.Option("--prevention-rule", help="What keeps it away.")] = "",
    evidence: Annotated[str, typer.Option(help="Logs, runs, commands.")] = "",
    commit: Annotated[str, typer.Option(help="The commit of the fix.")] = "",
    confidence: Annotated[str, typer.Option(help="high, medium or low.")] = "",
    date: Annotated[str, typer.Option(help="When; now, if not said.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add an entry of your own at the end: from the options, or (without any) in $EDITOR."""
    from flows.cli.console import document, errors_told, note
    from loop import places
    from loop.ledger.add import add, edited, entry_text, template
    from loop.ledger.edit import ledger_path

    said = {"Date": date, "Trigger": trigger, "Impact": impact, "Root Cause": cause, "Fix": fix}
    said |= {"Prevention Rule": rule, "Evidence": evidence, "Commit": commit}
    said |= {"Confidence": confidence}
    with errors_told():
        now = datetime.now(UTC)
        path = ledger_path(file)
        if any(said.values()):
            text = entry_text(said, now)
        else:
            text = edited(template(now), os.environ)
        locks = places.make_state(places.state_folder(os.environ)) / "locks"
        line = add(path, text, lock_dir=locks)
        if as_json:
            document({"file": str(file), "line": line})
        note(f"{file}:{line}: added")
