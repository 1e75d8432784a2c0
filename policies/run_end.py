"""What a run's cycles make of the run: its outcome, and the exit code of the command."""

from __future__ import annotations

from policies.failure import NOT_STARTED, CycleOutcome

RUN_ORDER = (
    CycleOutcome.CANCELLED,
    CycleOutcome.FAILED,
    CycleOutcome.SUCCEEDED,
    CycleOutcome.POSTPONED,
    CycleOutcome.CIRCUIT_OPEN,
    CycleOutcome.NOTHING_TO_DO,
)


def run_outcome(outcomes: list[CycleOutcome]) -> CycleOutcome:
    """Give the run's outcome: the first of RUN_ORDER that occurs (a crash counts as failed)."""
    seen = {CycleOutcome.FAILED if o is CycleOutcome.CRASHED else o for o in outcomes}
    return next((o for o in RUN_ORDER if o in seen), CycleOutcome.NOTHING_TO_DO)


def exit_code(outcomes: list[CycleOutcome]) -> int:
    """Give the exit code: 130 cancelled, 1 any failed, 3 all refused or postponed, else 0."""
    outcome = run_outcome(outcomes)
    if outcome is CycleOutcome.CANCELLED:
        return 130
    if outcome is CycleOutcome.FAILED:
        return 1
    return 3 if outcomes and set(outcomes) <= NOT_STARTED else 0
