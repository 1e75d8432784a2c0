"""`nightcrew pause` and `nightcrew resume`: whether cycles start by themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from flows.cli.common import Desk
    from loop.pauses import Pause

Repo = Annotated[
    str | None,
    typer.Argument(metavar="[REPO]", help="A name or a path; nothing: the whole fleet."),
]
FLEET = "the whole fleet"


def pause(
    repo: Repo = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; `status` shows it.")] = "",
) -> None:
    """Let nothing start by itself any more; what runs goes on, and a run by hand can start."""
    from flows.cli.console import errors_told, note
    from flows.cli.logs import is_alive
    from flows.cli.served import Serve
    from loop import pauses

    with errors_told():
        desk, now, name = _opened(repo)
        before = pauses.pause_of(desk.store, name)
        mark = pauses.pause(desk.store, name, now, reason)
        note(_told_paused(name, before, mark))
        for cycle in desk.store.cycles(repo=name, outcome="running"):
            if is_alive(cycle, desk.store):
                note(f"{cycle.cycle}: goes on; nightcrew stop {cycle.cycle} ends it")
        Serve(desk.store).follow([name] if name else None)


def resume(repo: Repo = None) -> None:
    """Let cycles start by themselves again; a missed turn that was held starts now."""
    from flows.cli.console import errors_told, note
    from flows.cli.lookup import known_repositories
    from flows.cli.served import Serve
    from loop import pauses

    with errors_told():
        desk, now, name = _opened(repo)
        whole, names = pauses.pause_of(desk.store, None), known_repositories(desk)
        if whole and name:
            _refuse_unknown_fleet(name)
        went_on = pauses.resume(desk.store, name, names)
        for line in _told_resumed(went_on, desk, now):
            note(line)
        if whole and name and (still := pauses.paused(desk.store, names)):
            note(f"still paused, now each for itself: {', '.join(still)}")
        serve, meant = Serve(desk.store), [name] if name else None
        in_ui = set(serve.follow(None if whole else meant, insist=meant)) - set(went_on)
        for each in sorted(in_ui):
            note(f"{each}: was paused in the Prefect UI, goes on")
        held = [each for each in meant or names if serve.start_held(each, now)]
        if not (went_on or in_ui or held):
            note(f"{name or FLEET}: not paused")


def _opened(repo: str | None) -> tuple[Desk, datetime, str | None]:
    """Give the desk, the time, and the repository that is meant (None: the whole fleet)."""
    from flows.cli.fleetdesk import open_fleet_desk, repository_meant
    from flows.cli.lookup import known_repositories
    from loop.errors import NightcrewError
    from loop.story import utc_now

    desk = open_fleet_desk(os.environ, Path.cwd())
    if repo is None and not known_repositories(desk):
        raise NightcrewError(
            f"{Path.cwd()}: no nightcrew.toml here and no repository is remembered, so there is "
            "no fleet; go to its folder"
        )
    # An empty name, as a script's unset variable gives it, is not the whole fleet.
    return desk, utc_now(), None if repo is None else repository_meant(repo, desk)


def _refuse_unknown_fleet(name: str) -> None:
    from config.layers import FILE_NAME
    from loop.errors import NightcrewError

    if not (Path.cwd() / FILE_NAME).exists():
        raise NightcrewError(
            f"{name}: the whole fleet is paused, and no {FILE_NAME} here names the others, which "
            "are to stay so; go to its folder, or let all go on: nightcrew resume"
        )


def _told_paused(name: str | None, before: Pause | None, mark: Pause) -> str:
    from flows.cli.words import moment

    label, verb = name or FLEET, " ".join(["nightcrew resume", *([name] if name else [])])
    why = f" ({mark.reason})" if mark.reason else ""
    if before:
        return f"{label}: paused already, since {moment(before.at)}{why}; {verb} lets it go on"
    return (
        f"{label}: paused{why}; nothing starts by itself until `{verb}` (a run by hand still can)"
    )


def _told_resumed(went_on: list[str], desk: Desk, now: datetime) -> Iterator[str]:
    from flows.cli.words import moment
    from flows.nextruns import planned

    starts = planned(desk.plans, now)
    for each in went_on:
        start = moment(starts.get(each))
        yield f"{each}: goes on; {f'next run {start}' if start else 'no schedule here'}"
