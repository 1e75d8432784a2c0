"""Which incident a failed cycle opens, joins or reopens, and which ones a success resolves.

One episode of one fingerprint in one repository is one incident, however many nights it lasts. Only
the thing that failed can prove that it works again: the same pass with the same agent, or the check.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.records import CYCLES_KEPT, CycleRecord, IncidentRecord, IncidentState

RECOVERED = "n/a (agent recovered)"
"""What Commit says when the agent works again and no commit of ours made it so."""

_TRUST = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}
_CAN_PROVE = frozenset({CycleOutcome.RUNNING, CycleOutcome.SUCCEEDED})


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
    known: IncidentRecord | None,
    cycle: CycleRecord,
    failure: Failure,
    pass_name: str,
    check: str | None,
    now: datetime,
    reopen_days: float,
    new_id: str,
) -> IncidentRecord:
    """Give the incident that *cycle*'s last *failure* belongs to, as it is now.

    *known* is the open incident of this fingerprint in this repository, else the newest resolved one,
    else None. A cycle that is already in it counts once.
    """
    if known is None or not _same_cause(known, cycle, failure):
        return _opened(cycle, failure, pass_name, check, now, new_id)
    if known.state is IncidentState.OPEN:
        return _joined(known, cycle, failure, pass_name, check, now)
    if _within(known, now, reopen_days):
        reopened = known.evolve(
            state=IncidentState.OPEN, resolved_at=None, fix="pending", commit="pending"
        )
        return _joined(reopened, cycle, failure, pass_name, check, now)
    return _opened(cycle, failure, pass_name, check, now, new_id).evolve(reopens=known.id)


def on_success(
    open_incidents: Iterable[IncidentRecord],
    cycle: CycleRecord,
    pass_name: str,
    agent: str,
    checks_passed: Collection[str],
    commit: str | None,
    now: datetime,
) -> tuple[IncidentRecord, ...]:
    """Give those of *open_incidents* that are resolved now; the others are left out.

    *checks_passed* are the checks that passed on the result of this pass; *commit* is the landing
    commit, else the head commit, else None. A cycle that ended in any other way proves nothing.
    """
    if cycle.outcome not in _CAN_PROVE:
        return ()
    return tuple(
        _resolved(incident, cycle, commit, now)
        for incident in open_incidents
        if incident.state is IncidentState.OPEN
        and incident.repo == cycle.repo
        and _proves(incident, pass_name, agent, checks_passed)
    )


def _same_cause(known: IncidentRecord, cycle: CycleRecord, failure: Failure) -> bool:
    return known.repo == cycle.repo and known.failure.fingerprint == failure.fingerprint


def _within(known: IncidentRecord, now: datetime, reopen_days: float) -> bool:
    return now - (known.resolved_at or known.last_seen) <= timedelta(days=reopen_days)


def _opened(
    cycle: CycleRecord,
    failure: Failure,
    pass_name: str,
    check: str | None,
    now: datetime,
    new_id: str,
) -> IncidentRecord:
    return IncidentRecord(
        id=new_id,
        repo=cycle.repo,
        agent=cycle.agent,
        pass_name=pass_name,
        check=check,
        trigger=cycle.trigger,
        failure=failure,
        first_seen=now,
        last_seen=now,
        cycles=(cycle.cycle,),
        logs=_logs(cycle),
    )


def _joined(
    known: IncidentRecord,
    cycle: CycleRecord,
    failure: Failure,
    pass_name: str,
    check: str | None,
    now: datetime,
) -> IncidentRecord:
    if cycle.cycle in known.cycles:
        return known
    surer = _TRUST[failure.confidence] >= _TRUST[known.failure.confidence]
    return known.evolve(
        # whoever failed last must succeed: the first one may never run again
        agent=cycle.agent,
        pass_name=pass_name,
        check=check,
        failure=failure if surer else known.failure,
        count=known.count + 1,
        last_seen=max(known.last_seen, now),
        cycles=_newest((*known.cycles, cycle.cycle)),
        logs=_newest((*known.logs, *_logs(cycle))),
    )


def _proves(
    incident: IncidentRecord, pass_name: str, agent: str, checks_passed: Collection[str]
) -> bool:
    if incident.check is not None:
        return incident.check in checks_passed
    return incident.pass_name == pass_name and incident.agent == agent


def _resolved(
    incident: IncidentRecord, cycle: CycleRecord, commit: str | None, now: datetime
) -> IncidentRecord:
    what = f"check {incident.check} passes" if incident.check else f"{incident.agent} works"
    return incident.evolve(
        state=IncidentState.RESOLVED,
        resolved_at=now,
        fix=f"{what} again since cycle {cycle.cycle}",
        commit=commit or RECOVERED,
    )


def _logs(cycle: CycleRecord) -> tuple[str, ...]:
    failed = [attempt for attempt in cycle.attempts if attempt.failure is not None]
    names = (attempt.pass_log.rsplit("/", 1)[-1] for attempt in failed or cycle.attempts)
    return _newest(tuple(dict.fromkeys(name for name in names if name)))


def _newest(names: tuple[str, ...]) -> tuple[str, ...]:
    return names[-CYCLES_KEPT:]
