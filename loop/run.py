"""The story of a run over the fleet: turn by turn, some repositories at once, one record at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from loop.breakers import Breakers
from loop.errors import StoreError
from loop.refusal import begun, refused
from loop.responding import escalated
from loop.story import Crew, Order
from loop.watch import announced
from policies.failure import CycleOutcome
from policies.permit import Answer
from policies.plan import RepoPlan
from policies.records import CycleRecord, IncidentRecord, RunRecord
from policies.run_end import run_outcome
from policies.turns import goes_on, left_out

Perform = Callable[[Order], CycleRecord]
"""Runs one cycle that may start; never raises."""

ShowSkip = Callable[[CycleRecord], CycleRecord]
"""Shows a cycle that was not started to those who watch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """One start over the fleet, as it was asked for."""

    run: str
    first: tuple[Order, ...]
    """Cycle 1 of each repository."""
    cycles: int = 1
    jobs: int = 2
    max_hours: float = 3.0
    """No cycle starts later than this after the run began; 0 means no limit."""
    trigger: str = "manual"
    flow_run_id: str | None = None
    """The run that shows this one to people."""
    done: tuple[CycleRecord, ...] = ()
    """Cycles of a run that is retried which stay as they are."""


def cycle_id(run: str, repo: str, n: int) -> str:
    """Give the id of a repository's n-th cycle in a run."""
    return f"{run}-{repo}-cycle-{n}"


def orders(run: str, plans: list[RepoPlan], trigger: str) -> tuple[Order, ...]:
    """Give cycle 1 of each plan."""
    return tuple(
        Order(run=run, cycle=cycle_id(run, plan.name, 1), n=1, plan=plan, trigger=trigger)
        for plan in plans
    )


def run_fleet(order: RunOrder, crew: Crew, perform: Perform, show_skip: ShowSkip) -> RunRecord:
    """Give the record of the whole run, saved and told. Never raises for what a cycle can bring."""
    run = RunRecord(run=order.run, started=crew.now(), trigger=order.trigger)
    run = run.evolve(flow_run_id=order.flow_run_id)
    crew.keep(run)
    records: list[CycleRecord] = []
    try:
        with announced(order.run, crew):
            _turns(order, crew, run, perform, show_skip, records)
    finally:
        list(escalated(crew))
        run = summed(run, crew, [*order.done, *records])
        crew.keep(run)
        crew.observer.run_ended(run)
    return run


def _turns(
    order: RunOrder,
    crew: Crew,
    run: RunRecord,
    perform: Perform,
    show_skip: ShowSkip,
    records: list[CycleRecord],
) -> None:
    ends_at = run.started + timedelta(hours=order.max_hours) if order.max_hours else None
    waiting = deque(order.first)
    running: dict[Future[CycleRecord], Order] = {}
    with ThreadPoolExecutor(max_workers=order.jobs, thread_name_prefix="cycle") as pool:
        while waiting or running:
            while waiting and len(running) < order.jobs and not _over(crew, ends_at):
                turn = waiting.popleft()
                running[pool.submit(_turn, turn, order, crew, perform, show_skip, ends_at)] = turn
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                turn, record = running.pop(future), future.result()
                records.append(record)
                if goes_on(record, order.cycles, ends_at):
                    waiting.append(_next(turn))


def _turn(
    turn: Order,
    order: RunOrder,
    crew: Crew,
    perform: Perform,
    show_skip: ShowSkip,
    ends_at: datetime | None,
) -> CycleRecord:
    """Ask the breakers before anything is started: a skip costs no flow and no agent."""
    try:
        permit = Breakers(crew.store, turn.plan, crew.now).ask(turn.cycle, insist=turn.insist)
    except StoreError as error:
        return _without_store(turn, crew, error)
    if permit.answer is not Answer.REFUSE:
        record = perform(turn)
        noted = _noted(record, order, ends_at)
        if noted is not record:
            crew.keep(noted)
        return noted
    record = show_skip(_noted(refused(turn, permit, crew.now()), order, ends_at))
    crew.keep(record)
    crew.observer.cycle_ended(record)
    return record


def _without_store(turn: Order, crew: Crew, error: StoreError) -> CycleRecord:
    """Nothing is started that could be neither counted nor remembered."""
    now = crew.now()
    record = begun(turn, now).evolve(outcome=CycleOutcome.CRASHED, finished=now, reason=str(error))
    crew.observer.cycle_ended(record)
    return record


def _noted(record: CycleRecord, order: RunOrder, ends_at: datetime | None) -> CycleRecord:
    """Where the loop ends with a refused *record*, let it say for which cycles it stands."""
    rest = left_out(record, order.cycles)
    if not rest or goes_on(record, order.cycles, ends_at):
        return record
    return record.evolve(reason=f"{rest}; {record.reason}")


def _over(crew: Crew, ends_at: datetime | None) -> bool:
    return crew.is_cancelled() is not None or (ends_at is not None and crew.now() >= ends_at)


def _next(turn: Order) -> Order:
    return Order(
        run=turn.run,
        cycle=cycle_id(turn.run, turn.plan.name, turn.n + 1),
        n=turn.n + 1,
        plan=turn.plan,
        trigger=turn.trigger,
    )


def summed(run: RunRecord, crew: Crew, records: Sequence[CycleRecord]) -> RunRecord:
    """Give *run*, ended now, with the outcome and the counts of its cycles' *records*."""
    outcomes = [record.outcome for record in records]
    if crew.is_cancelled():
        outcomes.append(CycleOutcome.CANCELLED)
    return run.evolve(
        finished=crew.now(),
        outcome=run_outcome(outcomes),
        cycles=tuple(records),
        agent_starts=sum(_starts(record) for record in records),
        incidents=_incidents(run, crew, records),
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
