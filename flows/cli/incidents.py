"""`nightcrew incidents`: what failed and has not been cured, and what was."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flows.cli.common import Desk
    from policies.records import IncidentRecord

app = typer.Typer(help="List incidents, or show one.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
All = Annotated[bool, typer.Option("--all", help="Resolved ones too.")]
LISTED_LIMIT = 500


@app.callback(invoke_without_command=True)
def incidents(context: typer.Context, as_json: AsJson = False) -> None:
    """List the open incidents; `show ID` tells all of one."""
    if context.invoked_subcommand is None:
        list_incidents(as_json=as_json)


@app.command("list")
def list_incidents(
    repo: Annotated[str | None, typer.Argument(metavar="[REPO]")] = None,
    every: All = False,
    as_json: AsJson = False,
) -> None:
    """List the open incidents of the fleet, or of one repository."""
    from flows.cli.common import open_desk
    from flows.cli.console import document, errors_told, note, table

    with errors_told():
        desk = open_desk(os.environ, Path.cwd())
        found = _wanted(desk, repo, every)
        if as_json:
            document([incident.to_json() for incident in found])
        elif found:
            table(HEADINGS, [row(incident) for incident in found])
        else:
            note("no incident" if every else "no open incident")


@app.command("show")
def show_incident(
    incident: Annotated[str, typer.Argument(metavar="ID", help="The id, or how it begins.")],
    as_json: AsJson = False,
) -> None:
    """Show one incident: its cause, how often it came, its cycles and logs."""
    from flows.cli.common import open_desk
    from flows.cli.console import document, errors_told, write

    with errors_told():
        found = find(incident, open_desk(os.environ, Path.cwd()))
        if as_json:
            document(in_full(found))
        else:
            write("\n".join(page(found)))


HEADINGS = ["incident", "repository", "state", "class", "count", "first seen", "last seen", "cause"]


def row(incident: IncidentRecord) -> list[str]:
    """Give the incident's row under HEADINGS."""
    from flows.cli.words import moment

    return [
        incident.id,
        incident.repo,
        incident.state.value,
        incident.failure.failure_class.value,
        str(incident.count),
        moment(incident.first_seen),
        moment(incident.last_seen),
        incident.failure.summary,
    ]


def find(name: str, desk: Desk) -> IncidentRecord:
    """Give the incident *name*, or the only one that begins so. Raises NightcrewError."""
    from loop.errors import NightcrewError

    if exact := desk.store.incident(name):
        return exact
    found = [i for i in desk.store.incidents(limit=LISTED_LIMIT) if name and i.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NightcrewError(f"{name}: {len(found)} incidents begin so; give more of the id")
    raise NightcrewError(f"{name}: no such incident; nightcrew incidents list --all names them")


def in_full(incident: IncidentRecord) -> dict[str, Any]:
    """Give the contract's object with all that is remembered beside it."""
    from policies.records import stamp

    return incident.to_json() | {
        "agent": incident.agent,
        "pass": incident.pass_name,
        "check": incident.check,
        "failure": incident.failure.to_json(),
        "cycles": list(incident.cycles),
        "pass_logs": list(incident.logs),
        "resolved": stamp(incident.resolved_at),
        "fix": incident.fix,
        "commit": incident.commit,
        "reopens": incident.reopens,
        "waits_because": incident.waits_because or None,
    }


def page(incident: IncidentRecord) -> list[str]:
    """Give all that is remembered of one incident."""
    from flows.cli.console import fields
    from flows.cli.cyclepage import failure_lines
    from flows.cli.words import moment

    head = fields(
        [
            ("incident", incident.id),
            ("repository", incident.repo),
            ("state", incident.state.value),
            ("agent", incident.agent),
            ("pass", incident.pass_name),
            ("check", incident.check or ""),
            ("count", str(incident.count)),
            ("first seen", moment(incident.first_seen)),
            ("last seen", moment(incident.last_seen)),
            ("resolved", moment(incident.resolved_at)),
            ("fix", incident.fix),
            ("commit", incident.commit),
            ("reopens", incident.reopens or ""),
            ("not in the ledger", incident.waits_because),
            ("cycles", _newest(incident.cycles)),
            ("logs", _newest(incident.logs)),
        ]
    )
    again = [f"to try it again: nightcrew rerun {incident.cycles[-1]}"] if incident.cycles else []
    return [*head, "", *failure_lines("failure", incident.failure), *again]


def _newest(names: Sequence[str], limit: int = 10) -> str:
    more = [f"and {len(names) - limit} earlier"] if len(names) > limit else []
    return "\n".join([*reversed(names[-limit:]), *more])


def _wanted(desk: Desk, repo: str | None, every: bool) -> list[IncidentRecord]:
    from flows.cli.lookup import repository_asked
    from policies.records import IncidentState

    name = repository_asked(repo, desk) if repo else None
    state = None if every else IncidentState.OPEN
    return desk.store.incidents(repo=name, state=state, limit=LISTED_LIMIT)
