"""What proves that an incident's cause is gone, and when the incident closes.

Only the thing that failed can prove that it works again: the same pass with the same agent, or the
check. `nothing_to_do`, another agent and fixers prove nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from policies.failure import CycleOutcome
from policies.incident_record import Episode
from policies.plan import FIXERS
from policies.records import CycleRecord, IncidentRecord, IncidentState

RECOVERED = "n/a (agent recovered)"
"""What Commit says when the agent works again and no commit of ours made it so."""

_CAN_PROVE = frozenset({CycleOutcome.RUNNING, CycleOutcome.SUCCEEDED})


def on_success(
    incidents: Iterable[IncidentRecord],
    cycle: CycleRecord,
    pass_name: str,
    agent: str,
    checks_passed: Collection[str],
    commit: str | None,
    now: datetime,
) -> tuple[IncidentRecord, ...]:
    """Give those of the active *incidents* that work again now; the others are left out.

    *checks_passed* are the checks that passed on the result of this pass; *commit* is the landing
    commit, else the head commit, else None. A cycle that ended in any other way proves nothing.
    """
    if cycle.outcome not in _CAN_PROVE:
        return ()
    return tuple(
        settled(_recovered(incident, cycle, commit, now), now)
        for incident in incidents
        if incident.is_active
        and incident.repo == cycle.repo
        and _proves(incident, pass_name, agent, checks_passed)
    )


def settled(incident: IncidentRecord, now: datetime) -> IncidentRecord:
    """Give *incident* resolved, if it recovered and lacks nothing; else as it is."""
    if incident.recovered_at is None or incident.lacks:
        return incident
    return incident.evolve(state=IncidentState.RESOLVED, resolved_at=now)


def closed_episode(incident: IncidentRecord, now: datetime) -> tuple[Episode, ...]:
    """Give the incident's episodes with the last one closed by its fix and commit."""
    last = incident.episodes[-1] if incident.episodes else Episode(opened=incident.first_seen)
    if last.closed is not None:
        return incident.episodes
    done = replace(last, closed=now, how=incident.fix, commit=incident.commit)
    return (*incident.episodes[:-1], done)


def _proves(
    incident: IncidentRecord, pass_name: str, agent: str, checks_passed: Collection[str]
) -> bool:
    if incident.check is not None:
        # what the formatters changed says nothing about work that only an agent does
        is_fixers = agent == FIXERS and incident.agent != FIXERS
        return incident.check in checks_passed and not is_fixers
    return incident.pass_name == pass_name and incident.agent == agent


def _recovered(
    incident: IncidentRecord, cycle: CycleRecord, commit: str | None, now: datetime
) -> IncidentRecord:
    if incident.recovered_at is not None:
        return incident
    what = f"check {incident.check} passes" if incident.check else f"{incident.agent} works"
    again = incident.evolve(
        recovered_at=now,
        recovered_by=cycle.cycle,
        fix=f"{what} again since cycle {cycle.cycle}",
        commit=commit or RECOVERED,
    )
    return again.evolve(episodes=closed_episode(again, now))
