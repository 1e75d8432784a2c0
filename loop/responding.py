"""What a person says to an incident, kept as a cycle would keep it; and the alarm where nobody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from loop.errors import LedgerRefused, StoreError
from loop.incident_keeping import keep, only_writer, tell
from loop.recording import ledger_writer
from loop.story import Crew
from policies.incident_record import IncidentChange, IncidentRecord, IncidentState
from policies.moments import stamp
from policies.plan import RepoPlan
from policies.response import escalation_due

LOOKED_AT_LIMIT = 1000

Answer = Callable[[IncidentRecord, datetime], IncidentRecord]
"""What the person makes of the incident as it is now; pure. Raises NightcrewError."""


def answered(
    crew: Crew, incident: IncidentRecord, plan: RepoPlan | None, answer: Answer
) -> IncidentRecord:
    """Give *incident* after a person's *answer*, in the store and in its ledger, and tell of it.

    Without a *plan* nobody knows here where the ledger is: the entry waits for the next cycle.
    Raises NightcrewError when *answer* does, or when the incident cannot be changed now.
    """
    with only_writer(crew, incident.repo):
        known = crew.store.incident(incident.id) or incident
        changed = answer(known, crew.now())
        crew.store.save_incident(changed)  # what a person said is kept, or the person is told
        kept = keep(crew, changed, ledger_writer(plan, crew) if plan else _unplaced)
    if kept.state is not known.state or kept.owner != known.owner:
        tell(crew, IncidentChange(kept.state.value), kept)
    return kept


def escalate(crew: Crew) -> list[IncidentRecord]:
    """Escalate what passed its response target unacknowledged, each once; give those incidents.

    Where the store cannot be asked now the next sweep does it.
    """
    done: list[IncidentRecord] = []
    try:
        found = crew.store.incidents(state=IncidentState.OPEN, limit=LOOKED_AT_LIMIT)
        for incident in found:
            if escalation_due(incident, crew.now()) and (told := _escalated(crew, incident)):
                crew.observer.said(escalation_line(told))
                tell(crew, IncidentChange.ESCALATED, told)
                done.append(told)
    except (StoreError, LedgerRefused) as error:
        crew.observer.said(f"not escalated: {error}")
    return done


def escalation_line(incident: IncidentRecord) -> str:
    """Give the line that a person gets to see."""
    return (
        f"{incident.repo}: incident {incident.id} ({incident.severity}) is escalated: nobody "
        f"acknowledged it until {stamp(incident.respond_by)}; "
        f"nightcrew incidents ack {incident.id} --owner NAME"
    )


def _escalated(crew: Crew, incident: IncidentRecord) -> IncidentRecord | None:
    """None: somebody else was faster, or answered meanwhile."""

    def mark(known: IncidentRecord | None) -> IncidentRecord | None:
        now = crew.now()
        due = known is not None and escalation_due(known, now)
        return known.evolve(escalated_at=now) if known and due else None

    with only_writer(crew, incident.repo):
        return crew.store.change_incident(incident.id, mark)


def _unplaced(incident: IncidentRecord) -> str:
    raise LedgerRefused(f"{incident.repo} is not in the fleet of this folder")
