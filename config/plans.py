"""From settings and the names or paths a person typed to one plan a repository."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from config.agents import agent_for, fallback_for, words
from config.model import CheckEntry, SetupEntry, WorkSettings
from config.settings import Settings
from config.table import Table
from policies.bounds import DEFAULT_BOUNDS, Bound
from policies.errors import NightcrewError
from policies.outage import OutageRule
from policies.plan import CheckSpec, RepoPlan, SetupSpec
from policies.timeouts import Timeouts

Limits = TypeVar("Limits", Timeouts, Bound, OutageRule)


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    name: str
    entry: str | None = None
    """Name of its table in the settings."""


def plans(settings: Settings, names_or_paths: Sequence[str], cwd: Path) -> list[RepoPlan]:
    """Give a plan for each repository asked for, in that order, each once.

    Nothing asked for: the fleet of nightcrew.toml, or without a file the repository *cwd* is in.
    Raises NightcrewError when a name is unknown, a path is no folder, or the fleet is empty.
    """
    fleet = _fleet(settings, cwd)
    asked = [_asked(text, fleet, cwd) for text in names_or_paths]
    places = asked or (list(fleet.values()) if settings.file else [_here(cwd)])
    if not places:
        raise NightcrewError(
            f"{settings.file}: the fleet is empty; add [repositories.NAME] with a path, "
            "or name a path: nightcrew run PATH"
        )
    return [_plan(settings, place) for place in _distinct(places, fleet.values())]


def _fleet(settings: Settings, cwd: Path) -> dict[str, _Place]:
    root = settings.file.parent if settings.file else cwd
    return {
        name: _Place(_absolute(root, entry.path), name, name)
        for name, entry in settings.model.repositories.items()
    }


def _absolute(root: Path, text: str) -> Path:
    return (root / Path(text).expanduser()).resolve()


def _asked(text: str, fleet: dict[str, _Place], cwd: Path) -> _Place:
    if text in fleet:
        return fleet[text]
    path = _absolute(cwd, text)
    if not path.is_dir():
        close = difflib.get_close_matches(text, fleet, n=1)
        hint = f"did you mean {close[0]}?" if close else "give a repository's folder"
        if fleet and not close:
            hint += f" or one of {', '.join(fleet)}"
        raise NightcrewError(f"{text}: no repository of that name and no such folder; {hint}")
    path = _top(path) or path
    known = (place for place in fleet.values() if place.path == path)
    return next(known, _Place(path, slug(path.name)))


def _here(cwd: Path) -> _Place:
    path = _top(cwd.resolve())
    if path is None:
        raise NightcrewError(
            f"{cwd}: not in a git repository, and no nightcrew.toml here; "
            "give a path: nightcrew run PATH, or write a fleet: nightcrew init"
        )
    return _Place(path, slug(path.name))


def _top(path: Path) -> Path | None:
    """Give the work tree that *path* lies in (a folder or, in linked work trees, a file `.git`)."""
    return next((p for p in (path, *path.parents) if _is_work_tree(p)), None)


def _is_work_tree(path: Path) -> bool:
    """An empty `.git` is none: sandboxes of agents lay one over folders while they run."""
    inside = path / ".git"
    try:
        return (inside / "HEAD").exists() or inside.read_bytes().startswith(b"gitdir:")
    except OSError:
        return False


def slug(name: str) -> str:
    """Give *name* with only letters, digits, `_`, `.`, `-`, and no `..`; never empty."""
    kept = re.sub(r"[^A-Za-z0-9_.-]+", "-", name.removesuffix(".git"))
    return re.sub(r"\.{2,}", ".", kept).strip("-.") or "repository"


def _distinct(places: Sequence[_Place], fleet: Iterable[_Place]) -> list[_Place]:
    once = list({place.path: place for place in places}.values())
    seen = Counter(name.lower() for _, name in {(p.path, p.name) for p in (*once, *fleet)})
    return [
        _Place(p.path, f"{p.name}-{short_hash(p.path)}", None)
        if seen[p.name.lower()] > 1 and p.entry is None
        else p
        for p in once
    ]


def short_hash(path: Path) -> str:
    """Give six hexadecimal digits that stay the same for *path*."""
    return hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest()[:6]


def _plan(settings: Settings, place: _Place) -> RepoPlan:
    work = settings.work(place.entry)
    plan = RepoPlan(name=place.name, path=str(place.path), agent=agent_for(settings, work))
    given = work.model_dump(
        include={
            "base",
            "landing",
            "ledger",
            "ledger_file",
            "tracker_file",
            "log_limit_mib",
            "canary",
        },
        exclude_none=True,
    )
    limits = (work.retry, work.breaker, work.incidents)
    for table in limits:
        given |= table.model_dump(exclude_none=True)
    return plan.evolve(
        **given,
        branch=work.branch or None,
        checks=_checks(work),
        setup=_setup(work),
        environment_pass=tuple(work.environment.passed or ()),
        timeouts=_replaced(plan.timeouts, work.timeouts),
        bounds={c: _replaced(b, work.bounds.get(c)) for c, b in DEFAULT_BOUNDS.items()},
        schedule=work.schedule.schedule(),
        fallback=fallback_for(settings, work),
        jobs=settings.model.jobs,
        outage=_replaced(plan.outage, work.outage),
    )


def _replaced(limits: Limits, said: Table | None) -> Limits:
    return replace(limits, **said.model_dump(exclude_none=True)) if said else limits


def _checks(work: WorkSettings) -> tuple[CheckSpec, ...] | None:
    if work.checks is None or isinstance(work.checks, str):
        return None
    return tuple(_check(entry) for entry in work.checks)


def _check(entry: str | CheckEntry) -> CheckSpec:
    if isinstance(entry, CheckEntry):
        argv = words(entry.command, f"checks.{entry.name}")
        return CheckSpec(name=entry.name, argv=argv, source="configured")
    return CheckSpec(name=entry, argv=words(entry, "checks"), source="configured")


def _setup(work: WorkSettings) -> tuple[SetupSpec, ...] | None:
    if work.setup is None or isinstance(work.setup, str):
        return None
    return tuple(_setup_step(entry) for entry in work.setup)


def _setup_step(entry: str | SetupEntry) -> SetupSpec:
    if isinstance(entry, str):
        return SetupSpec(name=entry, argv=words(entry, "setup"))
    argv = words(entry.command, f"setup.{entry.name}") if entry.command else ()
    links, inputs = tuple(entry.links), tuple(entry.inputs)
    return SetupSpec(name=entry.name, argv=argv, links=links, inputs=inputs)
