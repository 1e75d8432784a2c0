"""How the verbs get at what is remembered: the store, the logs, the fleet's names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loop.errors import NightcrewError

if TYPE_CHECKING:
    from config.settings import Settings
    from loop.store import Store
    from loop.story import Crew
    from policies.plan import RepoPlan


@dataclass(frozen=True, slots=True)
class Desk:
    """What a verb that looks things up needs."""

    store: Store
    logs: Path
    settings: Settings
    plans: tuple[RepoPlan, ...] = ()
    """The fleet as it is configured here; empty when nothing is."""


def open_store(environ: Mapping[str, str], cwd: Path) -> Store:
    """Give the store that the settings name. Raises NightcrewError."""
    return open_desk(environ, cwd).store


def open_desk(environ: Mapping[str, str], cwd: Path) -> Desk:
    """Give store, logs folder and fleet of the settings that hold in *cwd*. Raises NightcrewError."""
    from config.plans import plans
    from config.settings import load
    from loop import places
    from loop.store import Store

    settings = load(cwd, environ, {})
    fleet: list[RepoPlan] = []
    with suppress(
        NightcrewError
    ):  # no fleet here: what is remembered can be looked at all the same
        fleet = plans(settings, [], cwd)
    state = places.make_state(places.state_folder(environ))
    logs = places.logs_folder(
        settings.model.logs_dir, cwd, [Path(plan.path) for plan in fleet], state
    )
    url = places.store_url(state, settings.model.state_url)
    return Desk(Store.open(url), logs, settings, tuple(fleet))


def hands(
    desk: Desk, repo: str, environ: Mapping[str, str], say: Callable[[str], None]
) -> tuple[Crew, RepoPlan | None]:
    """Give what a change of *repo*'s incidents needs; no plan where the fleet here has no such one."""
    crew = lone_hand(desk, environ, say)
    # Another path may have the name here; the ledger is the one of the path that the store knows.
    path = desk.store.recall("repository", repo)
    found = (p for p in desk.plans if p.path == path or (path is None and p.name == repo))
    return crew, next((plan.evolve(name=repo) for plan in found), None)


def lone_hand(desk: Desk, environ: Mapping[str, str], say: Callable[[str], None]) -> Crew:
    """Give the crew of a person's command, which starts no cycle; what it says goes to *say*."""
    from flows.outgoing import outbox_of
    from loop import places
    from loop.observer import Silent
    from loop.story import Crew, Places
    from policies.signatures import Signatures

    class Told(Silent):
        def said(self, text: str) -> None:
            say(text)

    state = places.make_state(places.state_folder(environ))
    return Crew(
        store=desk.store,
        places=Places(state=state, logs=desk.logs),
        environ=dict(environ),
        observer=Told(),
        notifier=outbox_of(desk.settings, desk.store, environ, say),
        signatures=Signatures([]),
        home=Path(environ.get("HOME") or Path.home()),
    )


def repository_named(target: str, known: set[str], desk: Desk) -> str | None:
    """Give the repository that *target* names: a name that is known, or a path. None: neither."""
    if target in known or any(plan.name == target for plan in desk.plans):
        return target
    path = Path(target).expanduser()
    if not path.is_dir():
        return None
    here = path.resolve()
    for plan in desk.plans:
        if Path(plan.path) == here:
            return plan.name
    return here.name if here.name in known else None
