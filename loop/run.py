"""The story of a run over the fleet: turn by turn, some repositories at once, one record at the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from loop import canary
from loop.asking import asked
from loop.catchup import name_outages
from loop.errors import StoreError
from loop.refusal import begun, refused
from loop.responding import escalate
from loop.story import Crew, Order
from loop.summing import summed
from loop.turnqueue import TurnQueue
from loop.watch import announced
from policies.failure import CycleOutcome
from policies.permit import Answer
from policies.plan import RepoPlan
from policies.records import CycleRecord, RunRecord
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
            run = run.evolve(canary_starts=_proven(order, crew))
            _turns(order, crew, run, perform, show_skip, records)
            name_outages(order.first, crew)
    finally:
        escalate(crew)
        agents = frozenset(first.plan.agent.name for first in order.first)
        run = summed(run, crew, [*order.done, *records], agents)
        crew.keep(run)
        crew.observer.run_ended(run)
    return run


def _proven(order: RunOrder, crew: Crew) -> int:
    plans = [first.plan for first in order.first]
    if len({plan.name for plan in plans}) < canary.FLEET:
        return 0
    try:
        return canary.prove(order.run, plans, crew)
    except StoreError as error:
        crew.observer.said(f"no canary: {error}")
        return 0


def _turns(
    order: RunOrder,
    crew: Crew,
    run: RunRecord,
    perform: Perform,
    show_skip: ShowSkip,
    records: list[CycleRecord],
) -> None:
    ends_at = run.started + timedelta(hours=order.max_hours) if order.max_hours else None
    queue = TurnQueue(order.first)
    running: dict[Future[CycleRecord | None], Order] = {}
    with ThreadPoolExecutor(max_workers=order.jobs, thread_name_prefix="cycle") as pool:

        def start(turn: Order) -> Future[CycleRecord | None]:
            given = (turn, order, crew, perform, show_skip, ends_at)
            return pool.submit(_turn, *given, waits=queue.waits)

        while queue or running:
            while queue.is_ready and len(running) < order.jobs and not _over(crew, ends_at):
                turn = queue.take()
                running[start(turn)] = turn
            if not running:
                if not queue or _over(crew, ends_at):
                    return
                crew.sleep(queue.look_s or 0)
                queue.again(is_alone=True)
                continue
            done, _ = wait(running, timeout=queue.look_s, return_when=FIRST_COMPLETED)
            ended = [(running.pop(future), future.result()) for future in done]
            for turn, record in ended:
                if record is None:
                    queue.hold(turn)
                    continue
                records.append(record)
                if goes_on(record, order.cycles, ends_at):
                    queue.add(_next(turn))
            if not done or any(record for _, record in ended):
                queue.again(is_alone=False)


def _turn(
    turn: Order,
    order: RunOrder,
    crew: Crew,
    perform: Perform,
    show_skip: ShowSkip,
    ends_at: datetime | None,
    *,
    waits: bool,
) -> CycleRecord | None:
    """Ask the breakers before anything is started: a skip costs no flow and no agent.

    None: it can start soon, when a probe or those that follow it make room, and *waits* for that.
    """
    try:
        turn, permit = asked(turn, crew)
    except StoreError as error:
        return _without_store(turn, crew, error)
    if permit.answer is not Answer.REFUSE:
        record = perform(turn)
        noted = _noted(record, order, ends_at)
        if noted is not record:
            crew.keep(noted)
        return noted
    if permit.is_brief and waits:
        return None
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
