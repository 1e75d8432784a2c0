"""What a run came to: its cycles' records summed up."""

from __future__ import annotations

from collections.abc import Sequence

from loop.outages import touching
from loop.story import Crew
from policies.failure import CycleOutcome
from policies.records import CycleRecord, IncidentRecord, RunRecord
from policies.run_end import run_outcome


def summed(
    run: RunRecord, crew: Crew, records: Sequence[CycleRecord], agents: frozenset[str] = frozenset()
) -> RunRecord:
    """Give *run*, ended now, with the outcome and the counts of its cycles' *records*.

    *agents* are those that it needed beside those of its cycles.
    """
    outcomes = [record.outcome for record in records]
    if crew.is_cancelled():
        outcomes.append(CycleOutcome.CANCELLED)
    return run.evolve(
        finished=crew.now(),
        outcome=run_outcome(outcomes),
        cycles=tuple(records),
        agent_starts=run.canary_starts + sum(_starts(record) for record in records),
        incidents=_incidents(run, crew, records),
        outages=touching(crew, run.started, agents | {record.agent for record in records}),
    )


def _starts(record: CycleRecord) -> int:
    """An attempt that could not start has no exit code, and counts as no start."""
    return sum(a.exit_code is not None or a.stopped_because is not None for a in record.attempts)


def _incidents(
    run: RunRecord, crew: Crew, records: Sequence[CycleRecord]
) -> tuple[IncidentRecord, ...]:
    """Those that this run opened, joined or resolved, in the order of its cycles."""
    repos = dict.fromkeys(record.repo for record in records)
    return tuple(
        incident
        for repo in repos
        for incident in reversed(crew.store.incidents(repo=repo))
        if incident.last_seen >= run.started
        or (incident.resolved_at is not None and incident.resolved_at >= run.started)
    )
