"""One pass: attempts with bounded retries, each failure given to the breaker at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loop.attempt import AttemptResult
from loop.breakers import Breakers
from loop.retrying import until_settled
from loop.story import Crew, Order, Told
from policies.breaker import Phase
from policies.failure import TIME_REASONS, AttemptOutcome, FailureClass, StopReason
from policies.permit import Answer, subject
from policies.records import AttemptRecord
from policies.retry import GiveUp, Wait, next_try


@dataclass(frozen=True, slots=True, kw_only=True)
class PassEnd:
    """How a pass ended."""

    last: AttemptResult
    why_ended: str = ""
    """Why a failed pass was not tried again."""


def run_pass(
    order: Order,
    crew: Crew,
    breakers: Breakers,
    pass_name: str,
    attempt: Callable[[int], AttemptResult],
    start_again: Callable[[], None],
    attempted: Callable[[AttemptRecord], None],
    earlier: int = 0,
) -> PassEnd:
    """Run *attempt* 1, 2, … until it does not fail, the policy gives up, or a breaker opens.

    *start_again* gives the next attempt the workspace as the first one found it. *attempted* hears
    of each one as it ends. *earlier* attempts were made before the cycle's run was retried: counting
    goes on after them.
    """
    going = _Pass(order, crew, breakers, pass_name, attempt, start_again, attempted, earlier)
    last = until_settled(
        going.perform, going.decide, lambda wait_s: crew.sleep(wait_s, order.cycle)
    )
    return PassEnd(last=last, why_ended=going.why_ended)


@dataclass(slots=True)
class _Pass:
    """A pass under way."""

    order: Order
    crew: Crew
    breakers: Breakers
    name: str
    attempt: Callable[[int], AttemptResult]
    start_again: Callable[[], None]
    attempted: Callable[[AttemptRecord], None]
    earlier: int
    last: AttemptResult | None = None
    why_ended: str = ""

    def perform(self, tried: int) -> AttemptResult:
        """Give the next attempt's result; the last one's again where no more may start."""
        if self.last:
            if self._is_stopped():
                return self.last
            self.start_again()
        n = self.earlier + tried
        result = self.crew.stage(f"attempt {n}: {self.name}", lambda: self.attempt(n), _tell)
        self.last = result
        self.attempted(result.record)
        told = (result.outcome, result.record.failure)
        self.crew.observer.attempt_ended(self.order.cycle, n, *told)
        return result

    def decide(self, n: int, result: AttemptResult) -> Wait | GiveUp | None:
        """Say what follows attempt *n* of this run of the cycle; the breakers hear of it here."""
        if self.why_ended:
            return GiveUp(why=self.why_ended)
        decision = _decide(self.order, self.crew, self.breakers, n, result)
        if isinstance(decision, Wait):
            self.crew.observer.waiting(self.order.cycle, decision.wait_s, _why(result))
        if isinstance(decision, GiveUp):
            self.why_ended = decision.why
        return decision

    def _is_stopped(self) -> bool:
        """Asked again after the wait: another cycle, in whatever process, may have met an outage."""
        permit = self.breakers.ask(self.order.cycle, insist=self.order.insist)
        if permit.answer is Answer.REFUSE:
            self.why_ended = f"not tried again: {subject(permit.key)}: {permit.why}"
        return bool(self.why_ended)


def _decide(
    order: Order, crew: Crew, breakers: Breakers, n: int, result: AttemptResult
) -> Wait | GiveUp | None:
    failure = result.record.failure
    if result.outcome is not AttemptOutcome.FAILED or failure is None:
        return None
    state = breakers.failed(failure, of_agent=True)
    if state.phase is not Phase.CLOSED:
        return GiveUp(why=f"the breaker {state.key} is open")
    if crew.is_cancelled(order.cycle) or result.record.stopped_because is StopReason.CYCLE:
        return GiveUp(why="the cycle has to end")
    plan = order.plan
    # What ran until we stopped it costs its whole limit again, whatever its log says of the cause.
    timed_out = result.record.stopped_because in TIME_REASONS
    return next_try(
        plan.bounds[FailureClass.TIMEOUT if timed_out else failure.failure_class],
        n,
        failure,
        spread=crew.spread(),
        longest_wait_s=plan.longest_wait_s,
    )


def _tell(result: AttemptResult) -> Told:
    ok = result.outcome in (AttemptOutcome.SUCCEEDED, AttemptOutcome.NOTHING_TO_DO)
    is_cancelled = result.outcome is AttemptOutcome.CANCELLED
    return Told(ok=ok, message=_why(result), is_cancelled=is_cancelled)


def _why(result: AttemptResult) -> str:
    failure = result.record.failure
    return failure.summary if failure else result.why
