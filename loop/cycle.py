"""The story of one cycle, told once. It knows no Prefect: steps that others may watch are `stage`s.

breaker → lock → workspace → setup → checks on the base → context → attempts → checks → landing →
incident and record. The record is written whatever happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

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
from policies.permit import Answer, Permit
from policies.records import AttemptRecord, CycleRecord


def run_cycle(order: Order, crew: Crew) -> CycleRecord:
    """Give the record of one repository's turn, saved and told. Never raises for what a night brings."""
    turn = _Turn(order, crew, begun(order, crew.now()))
    crew.keep(turn.record)
    crew.observer.cycle_started(order.cycle, order.plan.name, order.plan.agent.name)
    try:
        with announced(order.cycle, crew), heeded(order.cycle, crew):
            held.forget(crew.store, order.plan.name)
            turn.take()
    except StoreError as error:
        turn.becomes(outcome=CycleOutcome.CRASHED, reason=str(error))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        turn.becomes(outcome=CycleOutcome.CRASHED, reason=reason)
        crew.observer.crashed(order.cycle, error)
    finally:
        if turn.record.outcome is CycleOutcome.RUNNING:  # KeyboardInterrupt, SystemExit
            turn.becomes(outcome=CycleOutcome.CANCELLED, reason="interrupted")
        turn.becomes(finished=crew.now())
        turn.save()
        crew.observer.cycle_ended(turn.record)
    return turn.record


@dataclass
class _Turn:
    """A cycle under way; its record is at any time what is known so far."""

    order: Order
    crew: Crew
    record: CycleRecord

    @cached_property
    def breakers(self) -> Breakers:
        return Breakers.of(self.order.plan, self.crew)

    @cached_property
    def incidents(self) -> Incidents:
        return Incidents(self.order, self.crew, ledger_writer(self.order.plan, self.crew))

    def becomes(self, **changes: Any) -> None:
        self.record = self.record.evolve(**changes)

    def save(self) -> None:
        self.crew.keep(self.record)

    def take(self) -> None:
        """Work unless a breaker refuses. Raises StoreError, without which nothing can be counted."""
        permit = self._permit()
        if permit is None:
            return
        order, crew = self.order, self.crew
        if permit.answer is Answer.PROBE:
            crew.observer.step(order.cycle, f"probe of {permit.key}: {permit.why}")
        try:
            with repository_lock(order.plan, crew.places.locks, order.cycle):
                self._work()
        except RepositoryBusy as busy:
            self.becomes(outcome=CycleOutcome.POSTPONED, reason=str(busy))
        except StoreError:
            raise
        except NightcrewError as error:
            self._broke(error)
        finally:
            self.breakers.give_back(order.cycle)

    def _permit(self) -> Permit | None:
        order = self.order
        permit = self.breakers.ask(order.cycle, insist=order.insist)
        if permit.answer is not Answer.REFUSE:
            return permit
        self.record = refused(order, permit, self.crew.now(), self.record)
        return None

    def _work(self) -> None:
        order, crew = self.order, self.crew
        clock = CycleClock(order, crew)
        ready = prepare(order, crew, clock, self.incidents)
        self.becomes(base_commit=ready.base.commit, context=ready.context)
        self.save()  # after a kill this much is known: with its context it can be retried
        for pass_name in order.plan.passes:
            self.becomes(outcome=CycleOutcome.RUNNING)  # also after a pass that succeeded
            if why := clock.reason():
                self.record = stopped_short(ready, self.breakers, self.record, pass_name, why)
                return
            # Asked again: setup and checks took their time, and another cycle may have met a limit.
            if self._permit() is None:
                return
            end = finished_pass(order, ready) or self._pass(ready, clock, pass_name)
            self.record = self._ended(ready, pass_name, end)
            if self.record.outcome is not CycleOutcome.SUCCEEDED:
                return

    def _pass(self, ready: Ready, clock: CycleClock, pass_name: str) -> PassEnd:
        order, crew = self.order, self.crew
        return run_pass(
            order,
            crew,
            self.breakers,
            pass_name,
            attempt_of(ready, order, crew, clock, pass_name),
            ready.workspace.restart,
            self._attempted,
            earlier_attempts(order, crew, pass_name),
        )

    def _attempted(self, attempt: AttemptRecord) -> None:
        self.becomes(attempts=(*self.record.attempts, attempt))
        self.save()  # whatever comes after it, it was made

    def _ended(self, ready: Ready, pass_name: str, end: PassEnd) -> CycleRecord:
        """What the pass's last attempt makes of the cycle."""
        record, breakers = self.record, self.breakers
        match end.last.outcome:
            case AttemptOutcome.CANCELLED:
                stopped = end.last.record.stopped_because or StopReason.CANCELLED
                done = record.evolve(outcome=CycleOutcome.CANCELLED, reason=str(stopped))
                return kept(ready, done)
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

    def _broke(self, error: NightcrewError) -> None:
        """What stopped the cycle beside its agent counts and is recorded like any failure.

        Not so while we are stopped: what asks us to end often reaches git's processes too.
        """
        if why := self.crew.is_cancelled(self.order.cycle):
            self.becomes(outcome=CycleOutcome.CANCELLED, reason=f"{why}: {error}")
            return
        failure = failure_of_error(error)
        self.breakers.failed(failure, of_agent=isinstance(error, AgentNotReady))
        self.becomes(outcome=CycleOutcome.FAILED, failure=failure, reason=str(error))
        incident = self.incidents.failed(self.record, failure, self.order.plan.passes[0], None)
        self.becomes(incident=incident.id if incident else None)
