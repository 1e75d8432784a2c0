"""What `nightcrew status` knows of the fleet at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.cli import nightwaits, waiting
from flows.cli.common import Desk
from flows.cli.lookup import known_repositories
from flows.cli.waiting import Waiting
from flows.nextruns import NextRuns
from loop.pauses import paused
from policies.breaker import BreakerState, Phase
from policies.delivery import DeliveryState
from policies.outage import Outage
from policies.permit import MACHINE_KEY, agent_key, repository_key
from policies.records import CycleRecord, IncidentRecord, stamp

CLOSED = Phase.CLOSED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryStatus:
    """How one repository stands."""

    repo: str
    last: CycleRecord | None
    breaker: str
    """The one that stops it, its own, its agent's or the machine's: closed, open, half_open."""
    incidents: int
    next_run: datetime | None = None
    """When a cycle starts by itself; None: paused, or not scheduled."""
    is_paused: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give its object."""
        return {
            "repo": self.repo,
            "last_cycle": self.last.to_json() if self.last else None,
            "breaker": self.breaker,
            "open_incidents": self.incidents,
            "next_run": stamp(self.next_run),
            "paused": self.is_paused,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The fleet at one moment."""

    repositories: tuple[RepositoryStatus, ...]
    breakers: tuple[BreakerState, ...]
    """Those that are not closed."""
    incidents: tuple[IncidentRecord, ...]
    """Those that are not resolved."""
    waiting: tuple[Waiting, ...]
    outages: tuple[Outage, ...] = ()
    """Those that last."""

    def to_json(self) -> dict[str, Any]:
        """Give the document of `status --json`."""
        return {
            "repositories": [each.to_json() for each in self.repositories],
            "breakers": [each.to_json() for each in self.breakers],
            "incidents": [each.to_json() for each in self.incidents],
            "waiting": [each.to_json() for each in self.waiting],
            "outages": [each.in_full() for each in self.outages],
        }


def snapshot(desk: Desk, ahead: NextRuns, now: datetime) -> Snapshot:
    """Give how the fleet stands at *now*; *ahead* is what starts by itself."""
    breakers = tuple(b for b in desk.store.breakers() if b.phase is not Phase.CLOSED)
    incidents = tuple(desk.store.incidents(active=True, limit=1000))
    outages = tuple(desk.store.outages(lasting=True))
    names = known_repositories(desk)
    held_back = {*paused(desk.store, names), *(ahead.paused_there & set(names))}
    repositories = tuple(
        _repository(
            name,
            desk,
            breakers,
            incidents,
            next_run=None if name in held_back else ahead.starts.get(name),
            is_paused=name in held_back,
        )
        for name in names
    )
    waits = [
        *nightwaits.of_night(desk, names, ahead, now),
        *(waiting.of_breaker(breaker, outages) for breaker in breakers),
        *(w for r in repositories if r.last for w in waiting.of_cycle(r.last, desk, now)),
        *(w for i in incidents for w in waiting.of_incident(i, now)),
        *(waiting.of_delivery(each) for each in desk.store.deliveries(DeliveryState.WAITING)),
        *(waiting.of_entry(i) for i in desk.store.incidents(limit=1000) if i.waits_because),
    ]
    return Snapshot(
        repositories=repositories,
        breakers=breakers,
        incidents=incidents,
        waiting=tuple(waits),
        outages=outages,
    )


def _repository(
    name: str,
    desk: Desk,
    breakers: tuple[BreakerState, ...],
    incidents: tuple[IncidentRecord, ...],
    *,
    next_run: datetime | None,
    is_paused: bool,
) -> RepositoryStatus:
    last = next(iter(desk.store.cycles(repo=name, limit=1)), None)
    agents = [plan.agent.name for plan in desk.plans if plan.name == name]
    agents += [last.agent] if last and not agents else []
    keys = {MACHINE_KEY, *map(agent_key, agents)}
    keys |= {repository_key(name, agent) for agent in agents}
    return RepositoryStatus(
        repo=name,
        last=last,
        breaker=next((b.phase.value for b in breakers if b.key in keys), CLOSED),
        incidents=sum(incident.repo == name for incident in incidents),
        next_run=next_run,
        is_paused=is_paused,
    )
