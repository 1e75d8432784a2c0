"""Entries that came before their outage was seen: written again at the run's end, to name it."""

from __future__ import annotations

from collections.abc import Iterable

from loop.errors import NightcrewError
from loop.incidents import Incidents
from loop.lock import repository_lock
from loop.outages import NOT_NAMED
from loop.recording import ledger_writer
from loop.story import Crew, Order


def name_outages(turns: Iterable[Order], crew: Crew) -> None:
    """Write the entries of *turns*' repositories that wait for this; one that is busy waits on."""
    try:
        lasting = {repo for each in crew.store.outages(lasting=True) for repo in each.repositories}
        for turn in turns:
            if turn.plan.name in lasting and _waits(turn, crew):
                with repository_lock(turn.plan, crew.places.locks, turn.cycle):
                    Incidents(turn, crew, ledger_writer(turn.plan, crew)).write_waiting()
    except NightcrewError as error:
        crew.observer.said(f"an outage is not named in every entry yet: {error}")


def _waits(turn: Order, crew: Crew) -> bool:
    found = crew.store.incidents(repo=turn.plan.name)
    return any(incident.waits_because == NOT_NAMED for incident in found)
