"""Incidents of one repository: opened, joined, resolved, and written into its ledger.

The store has the truth; the ledger is for people. An entry that cannot be written now (other changes
in the file, no checkout) waits in the store, is shown by `status`, and is tried again by each later cycle.
"""

from __future__ import annotations

from collections.abc import Callable

from loop.errors import LedgerRefused, NightcrewError, StoreError
from loop.outages import named_in
from loop.story import Crew, Order
from policies.failure import Failure
from policies.incident import incident_id, on_failure, on_success, opens_incident
from policies.records import CycleRecord, IncidentRecord, IncidentState

WriteEntry = Callable[[IncidentRecord], str]
"""Writes one incident's entry and gives the hash of what was written. Raises NightcrewError."""


class Incidents:
    """The incidents of the repository that one cycle works on."""

    def __init__(self, order: Order, crew: Crew, write: WriteEntry) -> None:
        """Use *write* to bring an entry into the ledger."""
        self._order = order
        self._crew = crew
        self._write = write

    def failed(
        self, cycle: CycleRecord, failure: Failure, pass_name: str, check: str | None
    ) -> IncidentRecord | None:
        """Open or join the incident of *failure*; give it, or None where it opens none."""
        if not opens_incident(failure):
            return None
        now = self._crew.now()
        incident = on_failure(
            self._known(failure.fingerprint),
            cycle,
            failure,
            pass_name,
            check,
            now,
            self._order.plan.reopen_days,
            incident_id(cycle.repo, failure.fingerprint, now),
        )
        outage = named_in(self._crew.store, self._order.plan, failure, incident.id)
        return self._keep(incident.evolve(outage=outage or incident.outage))

    def succeeded(
        self,
        cycle: CycleRecord,
        pass_name: str,
        checks_passed: tuple[str, ...],
        commit: str | None,
    ) -> tuple[IncidentRecord, ...]:
        """Resolve what this success proves, and give those incidents."""
        resolved = on_success(
            self._open(),
            cycle,
            pass_name,
            cycle.agent,
            checks_passed,
            commit,
            self._crew.now(),
        )
        return tuple(self._keep(incident) for incident in resolved)

    def write_waiting(self) -> None:
        """Try again what could not be written before."""
        for incident in self._crew.store.incidents(repo=self._order.plan.name):
            if incident.waits_because:
                self._keep(incident)

    def _known(self, fingerprint: str) -> IncidentRecord | None:
        """The open incident of this cause, else the newest."""
        found = self._crew.store.incidents(repo=self._order.plan.name, fingerprint=fingerprint)
        still_open = [i for i in found if i.state is IncidentState.OPEN]
        return next(iter(still_open or found), None)

    def _open(self) -> list[IncidentRecord]:
        return self._crew.store.incidents(repo=self._order.plan.name, state=IncidentState.OPEN)

    def _keep(self, incident: IncidentRecord) -> IncidentRecord:
        # The store first: what a crash leaves behind is then an entry that waits, never a lost one.
        self._remember(incident.evolve(waits_because="not written yet"))
        kept = self._written(incident)
        self._remember(kept)
        return kept

    def _remember(self, incident: IncidentRecord) -> None:
        """Save *incident*; the ledger is written also where the store cannot be."""
        try:
            self._crew.store.save_incident(incident)
        except StoreError as error:
            self._crew.observer.said(f"not remembered: {error}")

    def _written(self, incident: IncidentRecord) -> IncidentRecord:
        try:
            return incident.evolve(in_ledger=self._write(incident), waits_because="")
        except (NightcrewError, OSError) as error:
            why = str(error).splitlines()[0]
            if not isinstance(error, LedgerRefused):
                why = f"the ledger could not be written: {why}"
            self._crew.observer.said(f"{incident.repo}: {why}; the entry waits in the store")
            return incident.evolve(waits_because=why)
