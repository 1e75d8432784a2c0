"""Whatever waits, for what, since when and until when.

Design rule 14: infinite retry without an alarm is the worst failure of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.cli.common import Desk
from loop.held import held
from policies.breaker import BreakerState
from policies.delivery import Delivery
from policies.failure import CycleOutcome
from policies.outage import Outage
from policies.permit import reset_command
from policies.records import CycleRecord, IncidentRecord, stamp
from policies.response import awaited

SCHEDULE = "schedule"
"""The trigger of scheduled cycles (loop/nights, which imports much)."""


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


def of_breaker(breaker: BreakerState, outages: Iterable[Outage] = ()) -> Waiting:
    """Give what an open breaker makes wait; of those of *outages* that lasts and opened it, the name."""
    scope, _, name = breaker.key.partition(":")
    repo = name.partition("/")[0] if scope == "repository" else None
    if breaker.probe:
        what = f"breaker {breaker.key}: {breaker.probe} is the probe"
    else:
        what = f"breaker {breaker.key}: its next probe"
    if outage := next((each for each in outages if each.scope == breaker.key), None):
        what = f"outage {outage.id}, {what}"
    remedy = f"{reset_command(breaker.key)}, when the cause is gone"
    return Waiting(
        repo=repo,
        what=what,
        why=breaker.summary,
        since=breaker.opened_at,
        until=breaker.until,
        remedy=remedy,
    )


def of_cycle(cycle: CycleRecord, desk: Desk, now: datetime) -> Iterator[Waiting]:
    """Give what the newest cycle of a repository leaves waiting."""
    from flows.cli.logs import is_alive

    turn = held(desk.store, cycle.repo)
    if turn and turn.is_open(now):
        yield Waiting(
            repo=cycle.repo,
            what=f"the turn of night {turn.run}, held",
            why=turn.reason,
            since=turn.at,
            until=turn.until,
            remedy=f"nightcrew resume {cycle.repo}",
        )
    elif cycle.outcome is CycleOutcome.POSTPONED and (cycle.until is None or cycle.until > now):
        missed = cycle.trigger == SCHEDULE and cycle.until is None
        remedy = f"nightcrew run {cycle.repo}, or wait for its next night" if missed else ""
        yield _of(cycle, "the next cycle", cycle.reason, until=cycle.until, remedy=remedy)
    if cycle.outcome is CycleOutcome.RUNNING and not is_alive(cycle, desk.store):
        why = "its process is gone and its record was never closed"
        yield _of(cycle, f"{cycle.cycle}", why, remedy=f"nightcrew run {cycle.repo}")
    for row in cycle.checks:
        if str(row.get("result", "")).replace("_", " ") == "could not run":
            reason = str(row.get("reason") or "")
            yield _of(cycle, f"check {row.get('name')}: could not run", reason)


def of_incident(incident: IncidentRecord, now: datetime) -> Iterator[Waiting]:
    """Give what an incident waits for from people: an acknowledgement, or what a SEV-1 lacks."""
    for each in awaited(incident, now):
        yield Waiting(
            repo=incident.repo,
            what=f"incident {incident.id} ({incident.severity}): {each.what}",
            why=incident.fix if incident.is_recovered else incident.failure.summary,
            since=each.since,
            remedy=each.remedy,
        )


def of_entry(incident: IncidentRecord) -> Waiting:
    """Give the ledger's entry that could not be written yet."""
    return Waiting(
        repo=incident.repo,
        what=f"ledger entry of incident {incident.id}",
        why=incident.waits_because,
        since=incident.first_seen,
        remedy="it is written by the next cycle once the ledger can be",
    )


def of_delivery(delivery: Delivery) -> Waiting:
    """Give the notice that waits to leave."""
    return Waiting(
        repo=delivery.notice.repo or None,
        what=f"{delivery.action} {delivery.notice.kind} to {delivery.channel}",
        why=delivery.why or "it is due",
        since=delivery.notice.at,
        until=delivery.due,
        remedy="nightcrew notify list; nightcrew notify test tries the channel",
    )


def _of(
    cycle: CycleRecord, what: str, why: str, until: datetime | None = None, remedy: str = ""
) -> Waiting:
    since = cycle.finished or cycle.started
    return Waiting(repo=cycle.repo, what=what, why=why, since=since, until=until, remedy=remedy)
