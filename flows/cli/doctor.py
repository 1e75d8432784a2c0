"""`nightcrew doctor`: what is missing, each with its remedy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from loop.doctor import Finding
    from policies.plan import RepoPlan


def doctor(
    repositories: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REPO]...", help="Only these; nothing: as `run` would choose."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="A settings file other than ./nightcrew.toml.")
    ] = None,
) -> None:
    """Find what would fail at night: agents, git, disk, settings. Exit 1 if a run could not work."""
    from flows.cli.console import document, errors_told, write
    from loop.doctor import Level

    with errors_told():
        findings = look(repositories or [], os.environ, Path.cwd(), config)
        works = all(finding.level is not Level.FAIL for finding in findings)
        if as_json:
            document({"ok": works, "findings": [finding.to_json() for finding in findings]})
        else:
            write("\n".join(lines(findings)))
        raise typer.Exit(0 if works else 1)


def look(
    names: list[str], environ: Mapping[str, str], cwd: Path, file: Path | None = None
) -> list[Finding]:
    """Give every finding; broken settings are one of them, not an error."""
    from config.plans import plans
    from config.settings import load
    from loop import places
    from loop.doctor import channels, examine, fail
    from loop.errors import NightcrewError

    state = places.state_folder(environ)
    fleet: list[RepoPlan] = []
    known: list[Finding] = []
    configured = {"logs_dir": "", "state_url": ""}
    try:
        settings = load(cwd, environ, {}, file)
        configured = settings.model.model_dump(include={"logs_dir", "state_url"})
        urls = [url.get_secret_value() for url in settings.model.notify.urls]
        known += channels.examined(urls, environ)
        fleet = plans(settings, names, cwd)
    except NightcrewError as problem:
        what, _, remedy = str(problem).rpartition("; ")
        known.append(fail(what or remedy, remedy))
    logs = places.logs_folder(configured["logs_dir"], cwd, [Path(p.path) for p in fleet], state)
    known += _signatures(file.parent if file else cwd, fleet)
    known += _recorded(configured["state_url"], state, fleet)
    return examine(fleet, environ, state, logs, known)


def _signatures(folder: Path, fleet: list[RepoPlan]) -> list[Finding]:
    from loop.doctor import fail, warn
    from loop.signature_files import FILE_NAME, broken

    remedy = f"correct {FILE_NAME}, or move it away"
    found = [fail(f"signatures: {problem}", remedy) for problem in broken(folder)]
    for plan in fleet:
        if Path(plan.path) != folder:
            told = (f"signatures left out: {problem}" for problem in broken(Path(plan.path)))
            found += [warn(what, remedy, plan.name) for what in told]
    return found


def _recorded(url: str, state: Path, fleet: list[RepoPlan]) -> list[Finding]:
    from loop import places
    from loop.doctor import fail
    from loop.doctor.record import recorded
    from loop.errors import StoreError
    from loop.store import Store

    if not url and not (state / "nightcrew.db").exists():
        return []  # looking changes nothing: no store is made
    try:
        store = Store.open(places.store_url(state, url))
    except StoreError as problem:
        return [fail(f"store: {problem}", "see to the place that state_url names")]
    try:
        return list(recorded(store, [plan.name for plan in fleet]))
    finally:
        store.close()


def lines(findings: list[Finding]) -> list[str]:
    """Give the lines for people: one a finding, its remedy below it, and a verdict."""
    from loop.doctor import Level

    told = []
    for finding in findings:
        place = f"{finding.repo}: " if finding.repo else ""
        told.append(f"{finding.level.value:<4}  {place}{finding.what}")
        if finding.remedy:
            told.append(f"      -> {finding.remedy}")
    failing = sum(finding.level is Level.FAIL for finding in findings)
    verdict = f"a run could not work: {failing} to mend" if failing else "a run can work"
    return [*told, verdict]
