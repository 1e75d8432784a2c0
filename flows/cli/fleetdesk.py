"""The desk of verbs that speak of the fleet as `serve` knows it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.common import Desk, open_desk, repository_named
from loop.errors import NightcrewError

if TYPE_CHECKING:
    from loop.store import Store
    from policies.plan import RepoPlan


def open_fleet_desk(environ: Mapping[str, str], cwd: Path) -> Desk:
    """Give the desk with its plans under the names that runs give them. Raises NightcrewError."""
    desk = open_desk(environ, cwd)
    return replace(desk, plans=tuple(_as_runs_name(desk.store, plan) for plan in desk.plans))


def prefect_home_of(environ: Mapping[str, str]) -> Path:
    """Give PREFECT_HOME of the user of *environ*."""
    from loop.places import prefect_home, state_folder

    return prefect_home(state_folder(environ))


def repository_meant(typed: str, desk: Desk) -> str:
    """Give the name of the repository that a person *typed*: of the fleet first, a name or a path.

    Raises NightcrewError for one that nobody knows.
    """
    from flows.cli.lookup import known_repositories

    known = known_repositories(desk)
    for plan in desk.plans:
        if plan.name in {typed, _hashed(typed, plan.path)}:
            return plan.name
    if found := repository_named(typed, set(known), desk):
        return found
    close = difflib.get_close_matches(typed, known, n=1)
    hint = f"did you mean {close[0]}?" if close else "nightcrew status lists them"
    raise NightcrewError(f"{typed}: no repository of that name; {hint}")


def _as_runs_name(store: Store, plan: RepoPlan) -> RepoPlan:
    """As flows/wiring names it: a name that another path bears in the store gets a hash."""
    known = store.recall("repository", plan.name)
    if known is None or known == plan.path:
        return plan
    return plan.evolve(name=_hashed(plan.name, plan.path))


def _hashed(name: str, path: str) -> str:
    from config.plans import short_hash

    return f"{name}-{short_hash(Path(path))}"
