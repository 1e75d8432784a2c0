"""The agent of one cycle: how it is started, which version it is, what environment it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loop.agents import adapter_for
from loop.agents.base import Adapter
from loop.agents.environment import agent_environment
from loop.errors import AgentNotReady
from loop.story import Crew, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Hired:
    """An agent that may be started."""

    adapter: Adapter
    version: str | None
    environment: Mapping[str, str]
    """The agent's, but for what its start adds."""


def hire(order: Order, crew: Crew) -> Hired:
    """Give the agent of *order*. Raises AgentNotReady when it cannot work."""
    plan = order.plan
    adapter = adapter_for(plan.agent)
    readiness = crew.readiness(plan.agent)
    if not readiness.ready:
        raise AgentNotReady(f"{plan.name}: {readiness.problem}; {readiness.remedy}")
    own = adapter.own_names(crew.environ)
    return Hired(
        adapter=adapter,
        version=readiness.version,
        environment=agent_environment(crew.environ, own=own, passed=plan.environment_pass),
    )
