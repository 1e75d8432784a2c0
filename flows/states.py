"""A record's end as a Prefect state: its name and message tell the story.

Cycles that started no agent end in states of type CANCELLED, so that the dashboard counts them
neither as successes nor as failures.
"""

from __future__ import annotations

from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Crashed, Failed

from loop.story import Told
from policies.failure import SUMMARY_LIMIT_CHARS, CycleOutcome
from policies.pages import night_summary
from policies.records import CycleRecord, RunRecord
from policies.run_end import run_outcome
from policies.text import one_line


def of_stage(told: Told) -> State:
    """Give a step's final state."""
    message = told.message or None
    if told.is_cancelled:
        return Cancelled(message=message)
    return Completed(message=message) if told.ok else Failed(message=message)


def of_cycle(record: CycleRecord) -> State:
    """Give a cycle's final state; a failure's message is its one-line summary."""
    match record.outcome:
        case CycleOutcome.SUCCEEDED:
            return Completed(message=record.reason or None)
        case CycleOutcome.NOTHING_TO_DO:
            return Completed(name="NothingToDo", message=record.reason or None)
        case CycleOutcome.FAILED:
            summary = record.failure.summary if record.failure else record.reason
            return Failed(message=one_line(summary, SUMMARY_LIMIT_CHARS))
        case CycleOutcome.CIRCUIT_OPEN:
            return Cancelled(name="CircuitOpen", message=record.reason)
        case CycleOutcome.POSTPONED:
            return Cancelled(name="Postponed", message=record.reason)
        case CycleOutcome.CANCELLED:
            kept = f"the work so far is on {record.branch}" if record.branch else ""
            return Cancelled(message="; ".join(filter(None, [record.reason, kept])) or None)
        case _:
            return Crashed(message=record.reason or None)


def skipped(reason: str) -> State:
    """Give the state of a scheduled turn that does not start any more."""
    return Cancelled(name="Skipped", message=reason)


def held(reason: str) -> State:
    """Give the state of a missed turn that waits for a person."""
    return Cancelled(name="Held", message=reason)


def of_run(run: RunRecord) -> State:
    """Give the run's final state; its message says how many of each, and what they cost."""
    message = night_summary(run, run.cycles)
    match run_outcome([cycle.outcome for cycle in run.cycles]):
        case CycleOutcome.FAILED:
            return Failed(message=message)
        case CycleOutcome.CANCELLED:
            return Cancelled(message=message)
        case CycleOutcome.POSTPONED | CycleOutcome.CIRCUIT_OPEN:
            return Cancelled(name="CircuitOpen", message=message)
        case _:
            return Completed(message=message)
