"""What `nightcrew status` knows: each repository's last cycle, and whatever waits, for what, until when.

Design rule 14: infinite retry without an alarm is the worst failure of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.cli.common import Desk
from flows.cli.lookup import known_repositories
from policies.breaker import BreakerState, Phase
from policies.failure import CycleOutcome
from policies.permit import MACHINE_KEY, agent_key, repository_key
from policies.records import CycleRecord, IncidentRecord, IncidentState, stamp

CLOSED = Phase.CLOSED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits."""

    repo: str | None
    """None: the whole fleet waits."""
    what: str
    why: str
    since: datetime | None = None
    until: datetime | None = None
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give its object."""
        return {
            "repo": self.repo,
            "what": self.what,
            "why": self.why,
            "since": stamp(self.since),
            "until": stamp(self.until),
            "remedy": self.remedy or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryStatus:
    """How one repository stands."""

    repo: str
    last: CycleRecord | None
    breaker: str
    """The one that stops it, its own, its agent's or the machine's: closed, open, half_open."""
    incidents: int

    def to_json(self) -> dict[str, Any]:
        """Give its object; `next_run` is null while nothing is scheduled."""
        return {
            "repo": self.repo,
            "last_cycle": self.last.to_json() if self.last else None,
            "breaker": self.breaker,
            "open_incidents": self.incidents,
            "next_run": None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The fleet at one moment."""

    repositories: tuple[RepositoryStatus, ...]
    breakers: tuple[BreakerState, ...]
    """Those that are not closed."""
    incidents: tuple[IncidentRecord, ...]
    """The open ones."""
    waiting: tuple[Waiting, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the document of `status --json`."""
        return {
            "repositories": [each.to_json() for each in self.repositories],
            "breakers": [each.to_json() for each in self.breakers],
            "incidents": [each.to_json() for each in self.incidents],
            "waiting": [each.to_json() for each in self.waiting],
        }


def snapshot(desk: Desk, now: datetime) -> Snapshot:
    """Give how the fleet stands at *now*."""
    breakers = tuple(b for b in desk.store.breakers() if b.phase is not Phase.CLOSED)
    incidents = tuple(desk.store.incidents(state=IncidentState.OPEN, limit=1000))
    repositories = tuple(
        _repository(name, desk, breakers, incidents) for name in known_repositories(desk)
    )
    waiting = [
        *(_breaker_waits(breaker) for breaker in breakers),
        *(w for r in repositories if r.last for w in _cycle_waits(r.last, desk, now)),
        *(_entry_waits(i) for i in desk.store.incidents(limit=1000) if i.waits_because),
    ]
    return Snapshot(
        repositories=repositories,
        breakers=breakers,
        incidents=incidents,
        waiting=tuple(waiting),
    )


def _repository(
    name: str,
    desk: Desk,
    breakers: tuple[BreakerState, ...],
    incidents: tuple[IncidentRecord, ...],
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
    )


def _breaker_waits(breaker: BreakerState) -> Waiting:
    scope, _, name = breaker.key.partition(":")
    repo = name.partition("/")[0] if scope == "repository" else None
    if breaker.probe:
        what = f"breaker {breaker.key}: {breaker.probe} is the probe"
    else:
        what = f"breaker {breaker.key}: its next probe"
    remedy = f"nightcrew breaker reset {breaker.key}, when the cause is gone"
    return Waiting(
        repo=repo,
        what=what,
        why=breaker.summary,
        since=breaker.opened_at,
        until=breaker.until,
        remedy=remedy,
    )


def _cycle_waits(cycle: CycleRecord, desk: Desk, now: datetime) -> Iterator[Waiting]:
    """What the newest cycle of a repository leaves waiting."""
    from flows.cli.logs import is_alive

    postponed = cycle.outcome is CycleOutcome.POSTPONED
    if postponed and (cycle.until is None or cycle.until > now):
        yield _of(cycle, "the next cycle", cycle.reason, until=cycle.until)
    if cycle.outcome is CycleOutcome.RUNNING and not is_alive(cycle, desk.store):
        why = "its process is gone and its record was never closed"
        yield _of(cycle, f"{cycle.cycle}", why, remedy=f"nightcrew run {cycle.repo}")
    for row in cycle.checks:
        if str(row.get("result", "")).replace("_", " ") == "could not run":
            reason = str(row.get("reason") or "")
            yield _of(cycle, f"check {row.get('name')}: could not run", reason)


def _entry_waits(incident: IncidentRecord) -> Waiting:
    return Waiting(
        repo=incident.repo,
        what=f"ledger entry of incident {incident.id}",
        why=incident.waits_because,
        since=incident.first_seen,
        remedy="it is written by the next cycle once the ledger can be",
    )


def _of(
    cycle: CycleRecord, what: str, why: str, until: datetime | None = None, remedy: str = ""
) -> Waiting:
    since = cycle.finished or cycle.started
    return Waiting(repo=cycle.repo, what=what, why=why, since=since, until=until, remedy=remedy)
