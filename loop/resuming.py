"""A cycle whose run is retried goes on where it ended: policies/resume says where, this brings it there."""

from __future__ import annotations

from loop.attempt import AttemptResult
from loop.errors import GitError
from loop.passes import PassEnd
from loop.places import pass_log_name
from loop.preparing import Ready
from loop.rerun import restored
from loop.story import Crew, Order
from policies.failure import AttemptOutcome
from policies.plan import RepoPlan
from policies.records import CycleRecord
from policies.resume import Entry, entry_of

LOGS_LIMIT = 1000


def retried(crew: Crew, cycle: CycleRecord, today: RepoPlan) -> Order | None:
    """Give the order that goes on with the ended *cycle*; None: all of it is done.

    *today* is the plan for one that never had a context. Raises ContextDiffers, naming what
    differs, where the frozen context cannot be restored.
    """
    entry = entry_of(cycle)
    if entry is Entry.NOTHING:
        return None
    plan, frozen = today, None
    if entry is not Entry.AFRESH:
        plan, frozen = restored(crew, cycle, anyway=False)
    return Order(
        run=cycle.run,
        cycle=cycle.cycle,
        n=cycle.n,
        plan=plan,
        trigger=cycle.trigger,
        rerun_of=cycle.rerun_of,
        context=frozen,
        insist=True,
        resumes=cycle,
    )


def finished_pass(order: Order, ready: Ready) -> PassEnd | None:
    """Give the pass that the agent had finished, its kept work taken up; None: it must try again."""
    before = order.resumes
    if before is None or entry_of(before) is not Entry.CHECKS:
        return None
    try:
        ready.workspace.take_up(str(before.head_commit))
    except GitError as gone:
        ready.crew.observer.said(f"{order.cycle}: tried again from the start: {gone}")
        return None
    ready.crew.observer.step(order.cycle, f"goes on with the work kept on {before.branch}")
    last = AttemptResult(
        record=before.attempts[-1], outcome=AttemptOutcome.SUCCEEDED, why="done before the retry"
    )
    return PassEnd(last=last)


def earlier_attempts(order: Order, crew: Crew, pass_name: str) -> int:
    """Give how many attempts a retried cycle made, those too that a kill left no record of."""
    if order.resumes is None:
        return 0
    passes = order.plan.passes[: order.plan.passes.index(pass_name)]
    recorded = sum(attempt.pass_name == pass_name for attempt in order.resumes.attempts)
    for n in range(recorded, LOGS_LIMIT):
        if not (crew.places.logs / pass_log_name(order.cycle, passes, pass_name, n + 1)).exists():
            return n
    return LOGS_LIMIT
