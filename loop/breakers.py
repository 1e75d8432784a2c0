"""The breakers as a cycle asks them: one question before it starts, one word after each attempt.

The rules are policies/breaker, policies/permit and policies/outage; here each change is one transaction
of the store, so that cycles in other threads and processes see it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from loop import outages, running
from loop.store import Store
from loop.story import Crew
from policies import breaker, ramp
from policies.breaker import BreakerState, Phase
from policies.cooldown import CoolDown
from policies.failure import Failure
from policies.outage import Outage, is_wide
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
from policies.ramp import Owner, Place

PROBE_SLACK_S = 600
"""A place is freed this long after the cycle's own limit, should its process be on another machine."""


class Breakers:
    """The three breakers that one repository's cycle answers to."""

    def __init__(
        self,
        store: Store,
        plan: RepoPlan,
        now: Callable[[], datetime],
        told: Callable[[Outage], None] = lambda _outage: None,
        opened: Callable[[BreakerState], None] = lambda _state: None,
    ) -> None:
        """Ask for *plan*'s repository and agent; *now* gives aware UTC times.

        *told* hears of an outage that began or ended, *opened* of a repository's breaker, once each.
        """
        self._store = store
        self._plan = plan
        self._now = now
        self._told = told
        self._opened = opened
        self._cycle = ""
        self._agent = agent_key(plan.agent.name)
        self._keys = [MACHINE_KEY, self._agent, repository_key(plan.name, plan.agent.name)]
        self._cool_down = CoolDown(
            from_s=plan.cool_down_s,
            to_s=plan.cool_down_to_s,
            longest_wait_s=plan.longest_wait_s,
            any_cause_opens_after=plan.any_cause_opens_after,
        )

    @classmethod
    def of(cls, plan: RepoPlan, crew: Crew) -> Breakers:
        """Give those of *plan* in *crew*'s store; outages and open breakers are told to its people."""

        def opened(state: BreakerState) -> None:
            crew.notify(lambda people: people.breaker_opened(state, plan.name))

        return cls(crew.store, plan, crew.now, lambda outage: outages.tell(crew, outage), opened)

    def ask(self, cycle: str, *, insist: bool = False, wide_only: bool = False) -> Permit:
        """Say whether *cycle* may start; where it may as the probe, the probe's place is taken.

        So is a place among those that come back after an outage. *wide_only*: no repository is meant.
        """
        self._cycle = cycle
        permits: list[Permit] = []

        def take(states: list[BreakerState]) -> list[BreakerState]:
            now = self._now()
            states = [breaker.freed(state, now, is_gone) for state in states]
            permits[:] = [may_start(state, now, cycle=cycle, insist=insist) for state in states]
            if any(permit.answer is Answer.REFUSE for permit in permits):
                return states
            return self._taken(states, now)

        self._store.change_breakers(self._keys[:2] if wide_only else self._keys, take)
        return _strictest(permits)

    def _taken(self, states: list[BreakerState], now: datetime) -> list[BreakerState]:
        if all(state.phase is Phase.CLOSED and state.ramp is None for state in states):
            return states
        lasts_s = (self._plan.timeouts.cycle_s or 86_400) + PROBE_SLACK_S
        owner, expires = Owner(**running.own_mark()), now + timedelta(seconds=lasts_s)
        place = Place(cycle=self._cycle, owner=owner, expires=expires)
        return [
            replace(
                breaker.probing(state, self._cycle, expires, owner),
                ramp=ramp.entered(state.ramp, place),
            )
            for state in states
        ]

    def failed(self, failure: Failure, *, of_agent: bool = False) -> BreakerState:
        """Count one failed attempt; give the breaker that counted it, or the one that it opened.

        *of_agent*: the agent failed, and not what is around it (a check, git, the cycle's time): only
        then the same cause in other repositories makes it an outage.
        """
        bound = self._plan.bounds[failure.failure_class]
        key = key_for(failure, bound, self._plan.name, self._plan.agent.name)
        now = self._now()
        with self._store.together() as fleet:
            keys = [each for each in self._keys if each in (key, self._agent)]
            before = dict(zip(keys, fleet.breakers(keys), strict=True))
            states = dict(before)
            states[key] = breaker.after_failure(
                states[key], failure, bound, self._cool_down, now, self._cycle
            )
            hit = outages.spread(fleet, failure, self._plan, now) if of_agent else ()
            if key != self._agent:
                states[self._agent] = self._spread(states[self._agent], failure, now, hit)
            concerned = states if hit else {key: states[key]}
            begun = outages.met(fleet, failure, concerned, hit or self._here(key), now)
            fleet.put_breakers(list(states.values()))
        if begun:
            self._told(begun)
            outages.adopt(self._store, begun, self._plan.outage.window_s)
        if breaker.opens(before[key], states[key]) and not is_wide(key):
            self._opened(states[key])
        is_stopped = bool(hit) and states[self._agent].phase is not Phase.CLOSED
        return states[self._agent] if is_stopped else states[key]

    def _here(self, key: str) -> tuple[str, ...]:
        return (self._plan.name,) if is_wide(key) and self._plan.name else ()

    def _spread(
        self, agent: BreakerState, failure: Failure, now: datetime, hit: Sequence[str]
    ) -> BreakerState:
        """The agent's breaker after a failure that counts elsewhere: an outage, or its probe failed."""
        if agent.phase is Phase.HALF_OPEN and agent.probe == self._cycle:
            return breaker.probe_failed(agent, failure, self._cool_down, now)
        return breaker.tripped(agent, failure, self._cool_down, now, len(hit)) if hit else agent

    def agent_worked(self) -> None:
        """The agent did what it was asked: its breaker and the machine's close, and their outage ends."""
        now = self._now()
        with self._store.together() as fleet:
            states = [
                breaker.after_success(state, self._cycle, self._plan.jobs, now)
                for state in fleet.breakers(self._keys[:2])
            ]
            fleet.put_breakers(states)
            ended = outages.end(fleet, states, now)
        for outage in ended:
            self._told(outage)

    def repository_worked(self) -> None:
        """The pass succeeded, checks and all: the repository's breaker closes."""
        self._change(self._keys[2:], breaker.after_success)

    def nothing_done(self) -> None:
        """The agent ran well and changed nothing."""
        self._change(self._keys[2:], breaker.after_nothing)

    def give_back(self, cycle: str) -> None:
        """End *cycle*'s places: as a probe it proved nothing more, and another may come in."""
        self._change(self._keys, lambda state: breaker.released(state, cycle))

    def link_incident(self, incident: str, fingerprint: str) -> None:
        """Name the incident in the open breaker of the same cause, for people who look at it."""

        def name(state: BreakerState) -> BreakerState:
            if state.phase is Phase.CLOSED or state.fingerprint != fingerprint:
                return state
            return breaker.named(state, incident)

        self._change(self._keys, name)

    def _change(self, keys: list[str], change: Callable[[BreakerState], BreakerState]) -> None:
        self._store.change_breakers(keys, lambda states: [change(state) for state in states])


def is_gone(owner: Owner) -> bool:
    """Tell whether *owner*'s process is dead, as far as can be seen from this machine."""
    return running.is_gone(asdict(owner))


def _strictest(permits: list[Permit]) -> Permit:
    """The one that stops longest: a place that is free soon is the least of all."""
    order = (Answer.REFUSE, Answer.PROBE, Answer.GO)
    return min(permits, key=lambda permit: (order.index(permit.answer), permit.is_brief))
