"""May a cycle start? Which breaker does a failure count for? Asked before any agent starts."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from policies.bounds import Bound, Scope
from policies.breaker import BreakerState, Phase
from policies.failure import Failure
from policies.ramp import AGAIN_S, PROBE_AGAIN_S, has_room


class Answer(StrEnum):
    """May a cycle start?"""

    GO = "go"
    PROBE = "probe"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The answer to "may this cycle start?", with what a person wants to know."""

    answer: Answer
    key: str = ""
    until: datetime | None = None
    stated_end: datetime | None = None
    why: str = ""
    incident: str | None = None
    """The incident that tells why the breaker is open."""
    is_brief: bool = False
    """Refused for as long as the probe, or those that are let through after it, are under way."""
    is_recovering: bool = False
    """The agent works again: only how many start at once is bounded."""


def subject(key: str) -> str:
    """Give a breaker's key as people read it: `agent codex`, `repository site with codex`."""
    kind, _, name = key.partition(":")
    if not name:
        return f"this {key}"
    repo, _, agent = name.partition("/")  # an agent that is a command may have more of them
    return f"{kind} {repo} with {agent}" if kind == "repository" else f"{kind} {name}"


def reset_command(key: str) -> str:
    """Give the command that closes the breaker *key*, as a shell takes it."""
    return f"nightcrew breaker reset {shlex.quote(key)}"


def repository_key(repo: str, agent: str) -> str:
    """Give the key of a repository's breaker. Another agent is another cause, so it has its own."""
    return f"repository:{repo}/{agent}"


def agent_key(agent: str) -> str:
    """Give the key of an agent account's breaker."""
    return f"agent:{agent}"


MACHINE_KEY = "machine"


def key_for(failure: Failure, bound: Bound, repo: str, agent: str) -> str:
    """Give the breaker that *failure* counts for.

    Design rule 4: only the agent's own words reach further than the repository; a test that prints
    "usage limit" pauses nobody else.
    """
    if failure.agents_own and bound.scope is Scope.AGENT:
        return agent_key(agent)
    if failure.agents_own and bound.scope is Scope.MACHINE:
        return MACHINE_KEY
    return repository_key(repo, agent)


def may_start(
    state: BreakerState, now: datetime, *, cycle: str = "", insist: bool = False
) -> Permit:
    """Say whether *cycle* may start; asked again by the one that probes, the answer stays.

    *insist*: a person asks for a rerun, which is then the probe.
    """
    if state.phase is Phase.CLOSED:
        return _on_ramp(state, now, cycle)
    seen = Permit(
        answer=Answer.REFUSE,
        key=state.key,
        until=state.until,
        stated_end=state.stated_end,
        why=state.summary,
        incident=state.incident,
    )
    if state.probe == cycle and cycle:
        return replace(seen, answer=Answer.PROBE)
    if state.probe and state.probe_expires and state.probe_expires > now:
        return replace(
            seen,
            until=now + timedelta(seconds=PROBE_AGAIN_S),
            stated_end=None,
            why=f"{state.probe} is the probe",
            is_brief=True,
        )
    if insist or state.until is None or state.until <= now:
        return replace(seen, answer=Answer.PROBE)
    return seen


def _on_ramp(state: BreakerState, now: datetime, cycle: str) -> Permit:
    if has_room(state.ramp, cycle):
        return Permit(answer=Answer.GO, key=state.key)
    return Permit(
        answer=Answer.REFUSE,
        key=state.key,
        until=now + timedelta(seconds=AGAIN_S),
        why=f"it works again, and at most {state.ramp.allowed if state.ramp else 1} cycles start at once",
        is_brief=True,
        is_recovering=True,
    )
