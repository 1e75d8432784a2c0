"""From what a person typed to the cycles that are meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from flows.cli.common import Desk, repository_named
from loop.errors import NightcrewError
from policies.records import CycleRecord

SEEN_LIMIT = 500
"""Newest cycles whose repositories count as known."""


def known_repositories(desk: Desk) -> list[str]:
    """Give the fleet's repositories first, then those that only the store knows, each once."""
    remembered = sorted({cycle.repo for cycle in desk.store.cycles(limit=SEEN_LIMIT)})
    return list(dict.fromkeys([*(plan.name for plan in desk.plans), *remembered]))


def cycles_of(target: str | None, desk: Desk, limit: int) -> tuple[str | None, list[CycleRecord]]:
    """Give (None, [the one cycle]) or (the repository, its cycles, newest first).

    No target, or `last`: the newest cycle. Raises NightcrewError for a name that nobody knows.
    """
    if target in {None, "last"}:
        newest = desk.store.cycles(limit=1)
        if not newest:
            raise NightcrewError("no cycle is remembered yet: start one with nightcrew run")
        return None, newest
    name = str(target)
    if cycle := desk.store.cycle(name):
        return None, [cycle]
    repo = repository_asked(name, desk)
    return repo, desk.store.cycles(repo=repo, limit=limit)


def repository_asked(name: str, desk: Desk) -> str:
    """Give the repository that *name* (a name or a path) means. Raises NightcrewError."""
    if desk.store.cycles(repo=name, limit=1):
        return name
    known = known_repositories(desk)
    repo = repository_named(name, set(known), desk)
    if repo is None:
        raise NightcrewError(_unknown(name, desk, known))
    return repo


def _unknown(name: str, desk: Desk, known: Iterable[str]) -> str:
    names = [*known, *(cycle.cycle for cycle in desk.store.cycles(limit=200))]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]}?" if close else "nightcrew status lists what is remembered"
    return f"{name}: no cycle or repository of that name; {hint}"
