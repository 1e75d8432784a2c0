"""Incidents of one repository: opened, joined, resolved, and written into its ledger.

The store has the truth; the ledger is for people. An entry that cannot be written now (other changes
in the file, no checkout) waits in the store, is shown by `status`, and is tried again by each later cycle.
"""

from __future__ import annotations

from loop.incident_keeping import WriteEntry, keep, only_writer, tell
from loop.outages import named_in
from loop.story import Crew, Order
from policies.failure import Failure
from policies.incident import Occurrence, incident_id, on_failure, opens_incident
from policies.prevention import rules_said, with_rule
from policies.records import CycleRecord, IncidentChange, IncidentRecord
from policies.recovery import on_success, settled
from policies.severity import respond_by, severity_of


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
        """Open, join or reopen the incident of *failure*; give it, or None where it opens none."""
        if not opens_incident(failure):
            return None
        plan = self._order.plan
        with only_writer(self._crew, plan.name):
            seen = self._seen(cycle, failure, pass_name, check)
            known = self._known(failure.fingerprint)
            new_id = incident_id(cycle.repo, failure.fingerprint, seen.now)
            incident = on_failure(known, seen, plan.reopen_days, new_id)
            outage = named_in(self._crew.store, plan, failure, incident.id)
            incident = incident.evolve(outage=outage or incident.outage)
            kept = keep(self._crew, incident, self._write)
        tell(self._crew, _what_failed(known, kept), kept)
        return kept

    def succeeded(
        self,
        cycle: CycleRecord,
        pass_name: str,
        checks_passed: tuple[str, ...],
        commit: str | None,
        said: str = "",
    ) -> tuple[IncidentRecord, ...]:
        """Resolve what this success proves, with the rules that the agent *said*; give what changed."""
        now = self._crew.now()
        with only_writer(self._crew, self._order.plan.name):
            before = {i.id: i for i in self._active()}
            proven = on_success(
                before.values(), cycle, pass_name, cycle.agent, checks_passed, commit, now
            )
            ruled = (settled(with_rule(i, rules_said(said), proven), now) for i in proven)
            kept = tuple(keep(self._crew, i, self._write) for i in ruled if i != before[i.id])
        for incident in kept:
            change = IncidentChange.RECOVERED if incident.is_active else IncidentChange.RESOLVED
            tell(self._crew, change, incident)
        return kept

    def write_waiting(self) -> None:
        """Try again what could not be written before."""
        if not any(i.waits_because for i in self._all()):
            return
        with only_writer(self._crew, self._order.plan.name):
            for incident in self._all():
                if incident.waits_because:
                    keep(self._crew, incident, self._write)

    def _seen(
        self, cycle: CycleRecord, failure: Failure, pass_name: str, check: str | None
    ) -> Occurrence:
        plan, now = self._order.plan, self._crew.now()
        signature = self._crew.signatures_of(plan.name).named(failure.signature or "")
        scope = plan.bounds[failure.failure_class].scope
        severity = severity_of(failure, scope, signature.severity if signature else None)
        until = respond_by(severity, plan.response_targets, now, self._crew.local_zone)
        return Occurrence(
            cycle=cycle,
            failure=failure,
            pass_name=pass_name,
            check=check,
            now=now,
            severity=severity,
            respond_by=until,
        )

    def _known(self, fingerprint: str) -> IncidentRecord | None:
        """The active incident of this cause, else the newest."""
        found = self._crew.store.incidents(repo=self._order.plan.name, fingerprint=fingerprint)
        active = [incident for incident in found if incident.is_active]
        return next(iter(active or found), None)

    def _active(self) -> list[IncidentRecord]:
        return self._crew.store.incidents(repo=self._order.plan.name, active=True)

    def _all(self) -> list[IncidentRecord]:
        return self._crew.store.incidents(repo=self._order.plan.name)


def _what_failed(known: IncidentRecord | None, kept: IncidentRecord) -> IncidentChange:
    if known is None or known.id != kept.id:
        return IncidentChange.OPENED
    is_back = len(known.episodes) != len(kept.episodes) or not known.is_active
    return IncidentChange.REOPENED if is_back else IncidentChange.JOINED
