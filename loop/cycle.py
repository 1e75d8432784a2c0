"""The story of one cycle, told once. It knows no Prefect: steps that others may watch are `stage`s.

breaker → lock → workspace → setup → checks on the base → context → attempts → checks → landing →
incident and record. The record is written whatever happens.
"""

from __future__ import annotations

from loop import held
from loop.breakers import Breakers
from loop.broken import failure_of_error
from loop.closing import gave_up, kept, landed, nothing_done, stopped_short
from loop.errors import AgentNotReady, NightcrewError, RepositoryBusy, StoreError
from loop.incidents import Incidents
from loop.lock import repository_lock
from loop.passes import PassEnd, run_pass
from loop.preparing import Ready, attempt_of, prepare
from loop.recording import ledger_writer
from loop.refusal import begun, refused
from loop.resuming import earlier_attempts, finished_pass
from loop.stopping import heeded
from loop.story import Crew, Order
from loop.watch import CycleClock, announced
from policies.failure import AttemptOutcome, CycleOutcome, StopReason
from policies.permit import Answer
from policies.records import CycleRecord


def run_cycle(order: Order, crew: Crew) -> CycleRecord:
    """Give the record of one repository's turn, saved and told. Never raises for what a night brings."""
    record = begun(order, crew.now())
    crew.keep(record)
    crew.observer.cycle_started(order.cycle, order.plan.name, order.plan.agent.name)
    try:
        with announced(order.cycle, crew), heeded(order.cycle, crew):
            held.forget(crew.store, order.plan.name)
            record = _turn(order, crew, record)
    except StoreError as error:
        record = record.evolve(outcome=CycleOutcome.CRASHED, reason=str(error))
    except Exception as error:
        record = record.evolve(
            outcome=CycleOutcome.CRASHED, reason=f"{type(error).__name__}: {error}"
        )
        crew.observer.crashed(order.cycle, error)
    finally:
        record = record.evolve(finished=crew.now())
        if record.outcome is CycleOutcome.RUNNING:  # KeyboardInterrupt, SystemExit
            record = record.evolve(outcome=CycleOutcome.CANCELLED, reason="interrupted")
        crew.keep(record)
        crew.observer.cycle_ended(record)
    return record


def _turn(order: Order, crew: Crew, record: CycleRecord) -> CycleRecord:
    breakers = Breakers.of(order.plan, crew)
    permit = breakers.ask(order.cycle, insist=order.insist)
    if permit.answer is Answer.REFUSE:
        return refused(order, permit, crew.now())
    if permit.answer is Answer.PROBE:
        crew.observer.step(order.cycle, f"probe of {permit.key}: {permit.why}")
    incidents = Incidents(order, crew, ledger_writer(order.plan, crew))
    try:
        with repository_lock(order.plan, crew.places.locks, order.cycle):
            return _work(order, crew, breakers, incidents, record)
    except RepositoryBusy as busy:
        return record.evolve(outcome=CycleOutcome.POSTPONED, reason=str(busy))
    except StoreError:
        raise  # without the store nothing can be counted or recorded
    except NightcrewError as error:
        return _broke(error, order, breakers, incidents, record)
    finally:
        breakers.give_back(order.cycle)


def _work(
    order: Order, crew: Crew, breakers: Breakers, incidents: Incidents, record: CycleRecord
) -> CycleRecord:
    clock = CycleClock(order, crew)
    ready = prepare(order, crew, clock, incidents)
    record = record.evolve(base_commit=ready.base.commit, context=ready.context)
    crew.keep(record)  # after a kill this much is known: with its context it can be retried
    for pass_name in order.plan.passes:
        if why := clock.reason():
            return stopped_short(ready, breakers, record, pass_name, why)
        # Asked again: setup and checks took their time, and another cycle may have met a limit.
        permit = breakers.ask(order.cycle, insist=order.insist)
        if permit.answer is Answer.REFUSE:
            return refused(order, permit, crew.now(), record)
        end = finished_pass(order, ready) or run_pass(
            order,
            crew,
            breakers,
            pass_name,
            attempt_of(ready, order, crew, clock, pass_name),
            ready.workspace.restart,
            earlier_attempts(order, crew, pass_name),
        )
        record = record.evolve(attempts=record.attempts + end.attempts)
        crew.keep(record)
        record = _ended(ready, breakers, record, pass_name, end)
        if record.outcome is not CycleOutcome.SUCCEEDED:
            break
    return record


def _ended(
    ready: Ready, breakers: Breakers, record: CycleRecord, pass_name: str, end: PassEnd
) -> CycleRecord:
    """What the pass's last attempt makes of the cycle."""
    match end.last.outcome:
        case AttemptOutcome.CANCELLED:
            stopped = end.last.record.stopped_because or StopReason.CANCELLED
            return kept(ready, record.evolve(outcome=CycleOutcome.CANCELLED, reason=str(stopped)))
        case AttemptOutcome.FAILED:
            failure = end.last.record.failure
            assert failure is not None, "a failed attempt has a failure"
            return gave_up(ready, breakers, record, failure, pass_name, why=end.why_ended)
        case AttemptOutcome.NOTHING_TO_DO:
            breakers.agent_worked()
            breakers.nothing_done()
            return nothing_done(record, end.last.last_words or end.last.why)
        case AttemptOutcome.SUCCEEDED:
            breakers.agent_worked()
            return landed(ready, breakers, record, pass_name, end.last)


def _broke(
    error: NightcrewError,
    order: Order,
    breakers: Breakers,
    incidents: Incidents,
    record: CycleRecord,
) -> CycleRecord:
    """What stopped the cycle beside its agent counts and is recorded like any failure."""
    failure = failure_of_error(error)
    breakers.failed(failure, of_agent=isinstance(error, AgentNotReady))
    failed = record.evolve(outcome=CycleOutcome.FAILED, failure=failure, reason=str(error))
    incident = incidents.failed(failed, failure, order.plan.passes[0], None)
    return failed.evolve(incident=incident.id if incident else None)
