"""May a repository's turn start, and with which agent: its own, or the fallback while that is stopped."""

from __future__ import annotations

from dataclasses import replace

from loop.breakers import Breakers
from loop.story import Crew, Order
from policies.permit import Answer, Permit, agent_key, subject


def asked(turn: Order, crew: Crew) -> tuple[Order, Permit]:
    """Give *turn* as it may start, and the breakers' answer; where it may, its place is taken.

    A repository with a fallback goes on with that while its own agent's breaker is open. While the
    agent comes back it waits for it. Raises StoreError.
    """
    permit = Breakers.of(turn.plan, crew).ask(turn.cycle, insist=turn.insist)
    fallback, own = turn.plan.fallback, turn.plan.agent.name
    is_stopped = permit.answer is Answer.REFUSE and permit.key == agent_key(own)
    # What goes on from a frozen context goes on with the agent that it names.
    is_bound = turn.context is not None or turn.resumes is not None
    if not is_stopped or is_bound or permit.is_recovering:
        return turn, permit
    if fallback is None or fallback.name == own:
        return turn, permit
    other = replace(turn, plan=turn.plan.evolve(agent=fallback, fallback=None))
    instead = Breakers.of(other.plan, crew).ask(turn.cycle)
    if instead.answer is Answer.REFUSE:
        return turn, permit
    crew.observer.said(
        f"{turn.plan.name} goes on with {fallback.name}: {subject(permit.key)}: {permit.why}"
    )
    return other, instead
