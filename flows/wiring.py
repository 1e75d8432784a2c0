"""From settings to what a run needs: plans, places, store, crew. The one place that knows them all."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.plans import plans, short_hash
from config.settings import Settings, load
from config.shipped import SIGNATURES
from flows.environment import told_places
from flows.outgoing import outbox_of
from loop import doctor, places
from loop.observer import Observer, Silent
from loop.outbox import Outbox
from loop.signature_files import load_signatures, load_unbroken, own_file
from loop.store import Store
from loop.story import Crew, Places, utc_now
from policies.plan import RepoPlan
from policies.signatures import Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """A run that may start."""

    settings: Settings
    plans: list[RepoPlan]
    crew: Crew
    places: Places
    outbox: Outbox
    """Of the notices that the crew's stories make."""
    store_url: str
    folder: Path
    """That of the settings file, else the working folder: where the worker's processes start."""

    @property
    def store(self) -> Store:
        """The store."""
        return self.crew.store

    def told_places(self) -> dict[str, str]:
        """Give the environment that tells a server of ours what it must know of the settings."""
        return told_places(self.store_url, self.places.logs, self.settings.model.server_idle_s)

    def new_run(self) -> str:
        """Give a run id that neither the logs nor the store know."""
        while True:
            run = places.new_run(self.places.logs, self.crew.now())
            if self.store.run(run) is None:
                return run

    def refuse_what_cannot_work(self) -> None:
        """Raise CannotWork for what would stop every repository, before any agent starts."""
        found = doctor.examine(self.plans, self.crew.environ, self.places.state, self.places.logs)
        doctor.refuse(found, {plan.name for plan in self.plans})


def wire(
    cwd: Path,
    environ: Mapping[str, str],
    arguments: Mapping[str, Any],
    targets: list[str],
    *,
    file: Path | None = None,
    observer: Observer | None = None,
    may_be_empty: bool = False,
) -> Wired:
    """Give all that a run over *targets* needs. Raises NightcrewError in one line.

    *may_be_empty*: without a settings file there are no plans, and that is no error.
    """
    settings = load(cwd, environ, arguments, file)
    chosen = [] if may_be_empty and settings.file is None else plans(settings, targets, cwd)
    state = places.make_state(places.state_folder(environ))
    fleet = [Path(plan.path) for plan in chosen]
    logs = places.logs_folder(settings.model.logs_dir, cwd, fleet, state)
    store_url = places.store_url(state, settings.model.state_url)
    store = Store.open(store_url)
    where = Places(state=state, logs=logs)
    folder = settings.file.parent if settings.file else cwd
    crew = _crew(store, where, environ, observer or Silent(), folder)
    outbox = outbox_of(settings, store, environ, lambda line: crew.observer.said(line))
    crew.notifier = outbox
    named = [_own_name(store, plan) for plan in chosen]
    crew.own_signatures = _own_signatures(named, folder, crew.observer)
    return Wired(
        settings=settings,
        plans=named,
        crew=crew,
        places=where,
        outbox=outbox,
        store_url=store_url,
        folder=folder,
    )


def _crew(
    store: Store, where: Places, environ: Mapping[str, str], observer: Observer, folder: Path
) -> Crew:
    """Give the crew of real runs: the wall clock, chance, and the signatures beside the settings."""
    return Crew(
        store=store,
        places=where,
        environ=dict(environ),
        observer=observer,
        now=utc_now,
        spread=random.random,
        signatures=load_signatures([*own_file(folder), SIGNATURES]),
        home=Path(environ.get("HOME") or Path.home()),
    )


def _own_signatures(
    plans: list[RepoPlan], fleet: Path, observer: Observer
) -> dict[str, Signatures]:
    """Give the catalogues of repositories that have signatures of their own.

    A broken file there stops no run, since any commit can bring one: it is said and left out.
    """
    found: dict[str, Signatures] = {}
    for plan in plans:
        own = own_file(Path(plan.path))
        if own and Path(plan.path) != fleet:
            found[plan.name], problems = load_unbroken([*own, *own_file(fleet), SIGNATURES])
            for problem in problems:
                observer.said(f"{plan.name}: signatures left out: {problem}")
    return found


def _own_name(store: Store, plan: RepoPlan) -> RepoPlan:
    """Give *plan* with a name that no other path bears in the store, so that histories never mix."""
    known = store.recall("repository", plan.name)
    if known is not None and known != plan.path:
        plan = plan.evolve(name=f"{plan.name}-{short_hash(Path(plan.path))}")
    store.remember("repository", plan.name, plan.path)
    return plan
