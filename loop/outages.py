"""Outages in the store: begun and joined with the failures that count, ended when the agent works again.

The rules are policies/outage. All that is decided here stands in the transaction that changes the breakers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from loop.store import Store
from loop.store.fleet_rows import Together
from loop.story import Crew
from policies import breaker
from policies.breaker import BreakerState, Phase
from policies.failure import Failure
from policies.outage import (
    Outage,
    OutageRule,
    Sighting,
    begun,
    hit,
    is_wide,
    joined,
    may_spread,
    over,
)
from policies.permit import MACHINE_KEY, agent_key, key_for, subject
from policies.plan import RepoPlan

NOT_NAMED = "its outage is not named yet"


def spread(fleet: Together, failure: Failure, plan: RepoPlan, now: datetime) -> tuple[str, ...]:
    """Count *failure* of *plan*'s agent; give the repositories that its cause hit, if it is an outage."""
    rule: OutageRule = plan.outage
    if not may_spread(failure):
        return ()
    agent, repo = plan.agent.name, plan.name
    seen = Sighting(fingerprint=failure.fingerprint, agent=agent, repo=repo, at=now)
    return hit(fleet.sighted(seen, now - timedelta(seconds=rule.window_s)), now, rule)


def met(
    fleet: Together,
    failure: Failure,
    states: Mapping[str, BreakerState],
    repositories: tuple[str, ...],
    now: datetime,
) -> Outage | None:
    """Begin or join the outage that *failure* is a part of; give it when it began just now.

    *states* are the breakers as they are after the failure was counted, *repositories* those that it hit.
    """
    for scope, state in states.items():
        if not is_wide(scope) or state.phase is Phase.CLOSED:
            continue
        known = fleet.lasting(scope)
        outage = known or begun(scope, failure, repositories, now)
        for repo in repositories:
            outage = joined(outage, repo)
        if outage != known:
            fleet.put_outage(outage)
        return outage if known is None else None
    return None


def end(fleet: Together, states: list[BreakerState], now: datetime) -> list[Outage]:
    """End the outages whose breaker is closed now; give them."""
    closed = [state.key for state in states if state.phase is Phase.CLOSED and is_wide(state.key)]
    ended = [over(outage, now) for key in closed if (outage := fleet.lasting(key))]
    for outage in ended:
        fleet.put_outage(outage)
    return ended


def reset(store: Store, keys: list[str], now: datetime) -> list[Outage]:
    """Close the breakers *keys* as a person asks, and end their outages at once; give those."""
    with store.together() as fleet:
        closed = [breaker.reset(state) for state in fleet.breakers(keys)]
        fleet.put_breakers(closed)
        return end(fleet, closed, now)


def named_in(store: Store, plan: RepoPlan, failure: Failure, incident: str) -> str | None:
    """Give the id of the lasting outage that *incident* of *plan*'s repository belongs to, or None.

    The outage names the incident from now on.
    """
    bound = plan.bounds.get(failure.failure_class)
    own = key_for(failure, bound, plan.name, plan.agent.name) if bound else ""
    with store.together() as fleet:
        for scope in (MACHINE_KEY, agent_key(plan.agent.name)):
            known = fleet.lasting(scope)
            if known and (scope == own or known.fingerprint == failure.fingerprint):
                fleet.put_outage(joined(known, plan.name, incident))
                return known.id
    return None


def adopt(store: Store, outage: Outage, window_s: float) -> None:
    """Let the incidents that came before *outage* was seen name it.

    Their entries are written again at the end of the run, else by the next cycle of their repositories.
    """
    since = outage.began - timedelta(seconds=window_s)
    found = store.incidents(active=True, fingerprint=outage.fingerprint)
    for incident in found:
        if incident.repo in outage.repositories and incident.last_seen >= since:
            why = incident.waits_because or NOT_NAMED
            store.save_incident(incident.evolve(outage=outage.id, waits_because=why))
            with store.together() as fleet:
                if known := fleet.lasting(outage.scope):
                    fleet.put_outage(joined(known, incident.repo, incident.id))


def tell(crew: Crew, outage: Outage) -> None:
    """Tell people that *outage* began or ended, once each."""
    who = subject(outage.scope)
    if outage.ended:
        crew.observer.said(f"outage {outage.id} is over: {who} starts again")
    else:
        crew.observer.said(f"outage {outage.id} of {who}: {outage.summary}")
    crew.notify(lambda people: people.outage(outage))


def touching(crew: Crew, began: datetime, agents: frozenset[str]) -> tuple[Outage, ...]:
    """Give the outages of *agents* or the machine that lasted at some moment since *began*, oldest first."""
    scopes = {MACHINE_KEY, *map(agent_key, agents)}
    return tuple(
        outage
        for outage in reversed(crew.store.outages())
        if outage.scope in scopes and (outage.ended is None or outage.ended >= began)
    )
