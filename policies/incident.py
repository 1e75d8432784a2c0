"""Which incident a failed cycle opens, joins or reopens.

One episode of one fingerprint in one repository is one incident, however many nights it lasts. What
resolves it is policies/recovery.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from policies.failure import Confidence, Failure, FailureClass
from policies.incident_record import DAYS_KEPT, EPISODES_KEPT, Episode
from policies.records import CYCLES_KEPT, CycleRecord, IncidentRecord, IncidentState
from policies.recovery import closed_episode
from policies.severity import Severity, worst

_TRUST = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One failed cycle, as its incident sees it."""

    cycle: CycleRecord
    failure: Failure
    """The cycle's last one."""
    pass_name: str
    check: str | None = None
    now: datetime
    severity: Severity = Severity.SEV3
    respond_by: datetime | None = None
    """Until when a person should answer, if it opens now with that severity."""


def incident_id(repo: str, fingerprint: str, first_seen: datetime) -> str:
    """Give `inc-<yyyymmdd>-<8 hex>`, the same for the same repository, cause and first moment."""
    moment = first_seen.astimezone(UTC)
    key = "\0".join((repo, fingerprint, moment.isoformat()))
    return f"inc-{moment:%Y%m%d}-{sha256(key.encode()).hexdigest()[:8]}"


def opens_incident(failure: Failure | None) -> bool:
    """Say whether a cycle that ended failed with *failure* opens or joins an incident.

    A cancelled, postponed or refused cycle has no failure, and so no incident.
    """
    return failure is not None and failure.failure_class is not FailureClass.SUCCESS


def on_failure(
    known: IncidentRecord | None, seen: Occurrence, reopen_days: float, new_id: str
) -> IncidentRecord:
    """Give the incident that the failure *seen* belongs to, as it is now.

    *known* is the active incident of this fingerprint in this repository, else the newest resolved
    one, else None. A cycle that is already in it counts once.
    """
    if known is None or not _same_cause(known, seen):
        return _opened(seen, new_id)
    if known.is_active and not known.is_recovered:
        return _joined(known, seen)
    if known.is_active or _within(known, seen.now, reopen_days):
        return _joined(_reopened(known, seen), seen)
    return _opened(seen, new_id).evolve(reopens=known.id)


def _same_cause(known: IncidentRecord, seen: Occurrence) -> bool:
    same_repo = known.repo == seen.cycle.repo
    return same_repo and known.failure.fingerprint == seen.failure.fingerprint


def _within(known: IncidentRecord, now: datetime, reopen_days: float) -> bool:
    return now - (known.resolved_at or known.last_seen) <= timedelta(days=reopen_days)


def _opened(seen: Occurrence, new_id: str) -> IncidentRecord:
    return IncidentRecord(
        id=new_id,
        repo=seen.cycle.repo,
        agent=seen.cycle.agent,
        pass_name=seen.pass_name,
        check=seen.check,
        trigger=seen.cycle.trigger,
        failure=seen.failure,
        first_seen=seen.now,
        last_seen=seen.now,
        cycles=(seen.cycle.cycle,),
        logs=_logs(seen.cycle),
        severity=seen.severity,
        respond_by=seen.respond_by,
        episodes=(Episode(opened=seen.now),),
        days=_counted({}, seen.now),
    )


def _reopened(known: IncidentRecord, seen: Occurrence) -> IncidentRecord:
    """What a person said of its cause and prevention stays; nobody has taken care of it yet."""
    now = known.recovered_at or known.resolved_at or known.last_seen
    before = closed_episode(known, now)
    return known.evolve(
        state=IncidentState.OPEN,
        resolved_at=None,
        recovered_at=None,
        recovered_by="",
        resolved_because="",
        acknowledged_at=None,
        escalated_at=None,
        fix="pending",
        commit="pending",
        severity=seen.severity,
        respond_by=seen.respond_by,
        episodes=(*before, Episode(opened=seen.now))[-EPISODES_KEPT:],
    )


def _joined(known: IncidentRecord, seen: Occurrence) -> IncidentRecord:
    if seen.cycle.cycle in known.cycles:
        return known
    surer = _TRUST[seen.failure.confidence] >= _TRUST[known.failure.confidence]
    severity = worst(known.severity, seen.severity)
    is_worse = severity is not known.severity
    return known.evolve(
        # whoever failed last must succeed: the first one may never run again
        agent=seen.cycle.agent,
        pass_name=seen.pass_name,
        check=seen.check,
        failure=seen.failure if surer else known.failure,
        count=known.count + 1,
        last_seen=max(known.last_seen, seen.now),
        cycles=_newest((*known.cycles, seen.cycle.cycle)),
        logs=_newest((*known.logs, *_logs(seen.cycle))),
        severity=severity,
        respond_by=_earlier(known.respond_by, seen.respond_by) if is_worse else known.respond_by,
        days=_counted(known.per_day(), seen.now),
    )


def _logs(cycle: CycleRecord) -> tuple[str, ...]:
    failed = [attempt for attempt in cycle.attempts if attempt.failure is not None]
    names = (attempt.pass_log.rsplit("/", 1)[-1] for attempt in failed or cycle.attempts)
    return _newest(tuple(dict.fromkeys(name for name in names if name)))


def _newest(names: tuple[str, ...]) -> tuple[str, ...]:
    return names[-CYCLES_KEPT:]


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment), default=None)


def _counted(days: dict[date, int], now: datetime) -> tuple[tuple[date, int], ...]:
    day = now.astimezone(UTC).date()
    return tuple(sorted((days | {day: days.get(day, 0) + 1}).items())[-DAYS_KEPT:])
