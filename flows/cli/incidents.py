"""`nightcrew incidents`: what failed and has not been cured, and what was."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.cli.common import Desk
    from loop.responding import Answer
    from policies.records import IncidentRecord

app = typer.Typer(help="List incidents, show, acknowledge or resolve one.")

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
    from flows.cli.incidentpage import in_list

    with errors_told():
        desk = open_desk(os.environ, Path.cwd())
        found = _wanted(desk, repo, every)
        if as_json:
            document([in_list(incident) for incident in found])
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
    from flows.cli.incidentpage import in_full, page
    from loop.story import utc_now

    with errors_told():
        found, now = find(incident, open_desk(os.environ, Path.cwd())), utc_now()
        if as_json:
            document(in_full(found, now))
        else:
            write("\n".join(page(found, now)))


@app.command("ack")
def acknowledge_incident(
    incident: Annotated[str, typer.Argument(metavar="ID", help="The id, or how it begins.")],
    owner: Annotated[str, typer.Option("--owner", help="Who takes care of it.")],
    as_json: AsJson = False,
) -> None:
    """Say who takes care of an incident; it is not escalated then."""
    from policies.response import acknowledged

    _answer(incident, lambda known, now: acknowledged(known, owner, now), as_json=as_json)


@app.command("resolve")
def resolve_incident(
    incident: Annotated[str, typer.Argument(metavar="ID", help="The id, or how it begins.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is over.")],
    fix: Annotated[str, typer.Option("--fix", help="What was done.")] = "",
    commit: Annotated[str, typer.Option("--commit", help="The commit that did it.")] = "",
    root_cause: Annotated[str, typer.Option("--root-cause", help="What caused it.")] = "",
    prevention_rule: Annotated[
        str, typer.Option("--prevention-rule", help="What the next cycles are told to keep to.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Resolve an incident by hand; a SEV-1 needs its root cause and prevention rule."""
    from policies.response import resolved_by_hand

    given = {"fix": fix, "commit": commit}
    given |= {"root_cause": root_cause, "prevention_rule": prevention_rule}
    _answer(
        incident,
        lambda known, now: resolved_by_hand(known, now, reason, **given),
        as_json=as_json,
    )


HEADINGS = [
    *("incident", "repository", "severity", "state", "class", "count"),
    *("last 28 days", "last seen", "owner", "cause"),
]


def row(incident: IncidentRecord) -> list[str]:
    """Give the incident's row under HEADINGS."""
    from flows.cli.incidentpage import occurrences, state_word
    from flows.cli.words import moment
    from loop.story import utc_now

    return [
        incident.id,
        incident.repo,
        incident.severity.value,
        state_word(incident),
        incident.failure.failure_class.value,
        str(incident.count),
        occurrences(incident, utc_now().date()),
        moment(incident.last_seen),
        incident.owner,
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
    near = get_close_matches(name, [i.id for i in desk.store.incidents(limit=LISTED_LIMIT)], n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else ""
    hint = hint or "nightcrew incidents list --all names them"
    raise NightcrewError(f"{name}: no such incident; {hint}")


def _answer(name: str, answer: Answer, *, as_json: bool) -> None:
    """Keep a person's *answer* to an incident, and show what it is now."""
    from flows.cli.common import hands, open_desk
    from flows.cli.console import document, errors_told, note
    from flows.cli.incidentpage import in_full
    from loop.responding import answered

    with errors_told():
        desk = open_desk(os.environ, Path.cwd())
        incident = find(name, desk)
        crew, plan = hands(desk, incident.repo, os.environ, note)
        kept = answered(crew, incident, plan, answer)
        crew.notifier.close()
        if as_json:
            document(in_full(kept, crew.now()))
        else:
            note(f"{kept.id}: {kept.state}{f' by {kept.owner}' if kept.is_active else ''}")


def _wanted(desk: Desk, repo: str | None, every: bool) -> list[IncidentRecord]:
    from flows.cli.lookup import repository_asked

    name = repository_asked(repo, desk) if repo else None
    return desk.store.incidents(repo=name, active=not every, limit=LISTED_LIMIT)
