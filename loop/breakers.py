"""The breakers as a cycle asks them: one question before it starts, one word after each attempt.

The rules are policies/breaker and policies/permit; here each change is one transaction of the store,
so that cycles in other threads and processes see it at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from loop.store import Store
from policies import breaker
from policies.breaker import BreakerState, Phase
from policies.cooldown import CoolDown
from policies.failure import Failure
from policies.permit import (
    MACHINE_KEY,
    Answer,
    Permit,
    agent_key,
    key_for,
    may_start,
    repository_key,
)
from policies.plan import RepoPlan

PROBE_SLACK_S = 600
"""A probe's place is freed this long after the cycle's own limit, should its process have died."""


class Breakers:
    """The three breakers that one repository's cycle answers to."""

    def __init__(self, store: Store, plan: RepoPlan, now: Callable[[], datetime]) -> None:
        """Ask for *plan*'s repository and agent; *now* gives aware UTC times."""
        self._store = store
        self._plan = plan
        self._now = now
        self._keys = [
            MACHINE_KEY,
            agent_key(plan.agent.name),
            repository_key(plan.name, plan.agent.name),
        ]
        self._cool_down = CoolDown(
            from_s=plan.cool_down_s,
            to_s=plan.cool_down_to_s,
            longest_wait_s=plan.longest_wait_s,
            any_cause_opens_after=plan.any_cause_opens_after,
        )

    def ask(self, cycle: str, *, insist: bool = False) -> Permit:
        """Say whether *cycle* may start; where it may as the probe, the probe's place is taken."""
        permits: list[Permit] = []
        lasts_s = (self._plan.timeouts.cycle_s or 86_400) + PROBE_SLACK_S

        def take(states: list[BreakerState]) -> list[BreakerState]:
            now = self._now()
            permits[:] = [may_start(state, now, cycle=cycle, insist=insist) for state in states]
            if any(permit.answer is Answer.REFUSE for permit in permits):
                return states
            expires = now + timedelta(seconds=lasts_s)
            return [breaker.probing(state, cycle, expires) for state in states]

        self._store.change_breakers(self._keys, take)
        return _strictest(permits)

    def failed(self, failure: Failure) -> BreakerState:
        """Count one failed attempt; give the breaker that counted it, which may be open now."""
        bound = self._plan.bounds[failure.failure_class]
        key = key_for(failure, bound, self._plan.name, self._plan.agent.name)

        def count(states: list[BreakerState]) -> list[BreakerState]:
            return [breaker.after_failure(states[0], failure, bound, self._cool_down, self._now())]

        return self._store.change_breakers([key], count)[0]

    def agent_worked(self) -> None:
        """The agent did what it was asked: its breaker and the machine's close."""
        self._change(self._keys[:2], breaker.after_success)

    def repository_worked(self) -> None:
        """The pass succeeded, checks and all: the repository's breaker closes."""
        self._change(self._keys[2:], breaker.after_success)

    def nothing_done(self) -> None:
        """The agent ran well and changed nothing."""
        self._change(self._keys[2:], breaker.after_nothing)

    def give_back(self, cycle: str) -> None:
        """End *cycle*'s probe where it proved nothing: another may be the probe."""

        def release(state: BreakerState) -> BreakerState:
            return breaker.given_back(state) if state.probe == cycle else state

        self._change(self._keys, release)

    def link_incident(self, incident: str, fingerprint: str) -> None:
        """Name the incident in the open breaker of the same cause, for people who look at it."""

        def name(state: BreakerState) -> BreakerState:
            if state.phase is Phase.CLOSED or state.fingerprint != fingerprint:
                return state
            return breaker.named(state, incident)

        self._change(self._keys, name)

    def _change(self, keys: list[str], change: Callable[[BreakerState], BreakerState]) -> None:
        self._store.change_breakers(keys, lambda states: [change(state) for state in states])


def _strictest(permits: list[Permit]) -> Permit:
    order = (Answer.REFUSE, Answer.PROBE, Answer.GO)
    return min(permits, key=lambda permit: order.index(permit.answer))
