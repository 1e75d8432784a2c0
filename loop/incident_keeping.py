"""How a changed incident is kept: one writer a repository, the store first, then the ledger, then told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from loop.errors import LedgerRefused, NightcrewError, StoreError
from loop.story import Crew
from policies.incident_record import IncidentChange, IncidentRecord

LOCK_WAIT_S = 90.0
"""Longer than a writer waits for the ledger's own lock (loop/ledger/write)."""
NOT_YET = "not written yet"

WriteEntry = Callable[[IncidentRecord], str]
"""Writes one incident's entry and gives the hash of what was written. Raises NightcrewError."""


@contextmanager
def only_writer(crew: Crew, repo: str) -> Iterator[None]:
    """Keep other writers of *repo*'s incidents out: cycles, people's commands, the sweep.

    Two of them would each write an entry from what it read, and the later one undo the other's.
    """
    crew.places.locks.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(crew.places.locks / f"incidents-{repo}.lock", timeout=LOCK_WAIT_S):
            yield
    except Timeout as error:
        raise LedgerRefused(
            f"{repo}: its incidents are being written by another process for over "
            f"{LOCK_WAIT_S:.0f} s; try again"
        ) from error


def keep(crew: Crew, incident: IncidentRecord, write: WriteEntry) -> IncidentRecord:
    """Give *incident* as it was kept; its entry waits in the store where it cannot be written."""
    # The store first: what a crash leaves behind is then an entry that waits, never a lost one.
    _remember(crew, incident.evolve(waits_because=NOT_YET))
    kept = _written(crew, incident, write)
    _remember(crew, kept)
    return kept


def tell(crew: Crew, change: IncidentChange, incident: IncidentRecord) -> None:
    """Let people be told of a *change* of *incident* that is kept."""
    crew.notify(lambda people: people.incident(change, incident))


def _remember(crew: Crew, incident: IncidentRecord) -> None:
    """Save *incident*; the ledger is written also where the store cannot be."""
    try:
        crew.store.save_incident(incident)
    except StoreError as error:
        crew.observer.said(f"not remembered: {error}")


def _written(crew: Crew, incident: IncidentRecord, write: WriteEntry) -> IncidentRecord:
    try:
        return incident.evolve(in_ledger=write(incident), waits_because="")
    except (NightcrewError, OSError) as error:
        why = str(error).splitlines()[0]
        if not isinstance(error, LedgerRefused):
            why = f"the ledger could not be written: {why}"
        crew.observer.said(f"{incident.repo}: {why}; the entry waits in the store")
        return incident.evolve(waits_because=why)
