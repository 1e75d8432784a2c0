"""Writes an incident's entry into the ledger, where and how the plan says."""

from __future__ import annotations

import getpass
import socket
from pathlib import Path

from loop.errors import LedgerRefused
from loop.incidents import WriteEntry
from loop.landing import commit_ledger
from loop.ledger import EntryContext, write_incident
from loop.source import Source
from loop.story import Crew, Order
from policies.plan import Landing, LedgerPlace
from policies.records import IncidentRecord, IncidentState

IN_STORE = 'kept in the store (ledger = "state")'


def ledger_writer(order: Order, crew: Crew) -> WriteEntry:
    """Give the function that writes one incident into the repository's ledger.

    With `commit` landing the ledger is committed too, once when an incident opens and once when it
    is resolved (contracts); repeats only update the file.
    """
    plan = order.plan
    context = EntryContext(home=str(crew.home), user=getpass.getuser(), host=socket.gethostname())

    def write(incident: IncidentRecord) -> str:
        if plan.ledger is LedgerPlace.STATE:
            return ""
        source = Source.open(plan)
        if source.is_bare:
            raise LedgerRefused(f"{plan.path} has no checkout to keep {plan.ledger_file} in")
        written = write_incident(
            Path(plan.path),
            plan.ledger_file,
            incident,
            context=context,
            head_bytes=source.file_at_head(plan.ledger_file),
            lock_dir=crew.places.locks,
        )
        if written.created:
            crew.observer.said(
                f"{plan.name}: {plan.ledger_file} was created to keep incidents in "
                f'(ledger = "state" in nightcrew.toml turns that off)'
            )
        if plan.landing is Landing.COMMIT and _is_turning_point(incident):
            commit_ledger(plan, f"Record incident {incident.id} ({incident.state})\n")
        return written.hash

    return write


def _is_turning_point(incident: IncidentRecord) -> bool:
    # What could not be written when it opened is committed when it is written at last.
    return not incident.in_ledger or incident.state is IncidentState.RESOLVED
