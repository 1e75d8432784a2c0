"""Looks at agents: installed, logged in, allowed to run without a sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from loop.agents import adapter_for, adapters
from loop.agents.base import Readiness
from loop.doctor.finding import Finding, Level, fail, ok, warn
from loop.errors import AgentNotReady
from policies.plan import FIXERS, AgentSpec, RepoPlan
from policies.text import one_line


def found_agents(environ: Mapping[str, str]) -> dict[str, Readiness]:
    """Give each known coding agent's readiness by name, those that could work first.

    Asks every one for its version, all at once: the slowest decides how long it takes.
    """
    names = [name for name in adapters() if name not in (FIXERS, "command")]
    with ThreadPoolExecutor(max_workers=len(names) or 1) as pool:
        told = pool.map(lambda name: _readiness(_spec(name), environ), names)
    return dict(sorted(zip(names, told, strict=True), key=lambda pair: not pair[1].ready))


def _spec(name: str) -> AgentSpec:
    return AgentSpec(name=name, adapter=name)


def _readiness(spec: AgentSpec, environ: Mapping[str, str]) -> Readiness:
    return adapter_for(spec).readiness(environ)


def examined(plans: Sequence[RepoPlan], environ: Mapping[str, str]) -> list[Finding]:
    """Give what is to be said of the agents of *plans*, each once.

    A fallback that cannot work stops no run: the first agent may never need it.
    """
    specs = {plan.agent.name: plan.agent for plan in plans}
    others = {plan.fallback.name: plan.fallback for plan in plans if plan.fallback}
    found = [finding for spec in specs.values() for finding in _agent(spec, environ)]
    spare = [f for name, spec in others.items() if name not in specs for f in _agent(spec, environ)]
    return found + [_milder(finding) for finding in spare]


def _milder(finding: Finding) -> Finding:
    level = Level.WARN if finding.level is Level.FAIL else finding.level
    return replace(finding, level=level, what=f"fallback {finding.what}")


def _agent(spec: AgentSpec, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        adapter = adapter_for(spec)
        told = adapter.readiness(environ)
    except AgentNotReady as problem:
        yield fail(one_line(str(problem), 300), "correct the agent setting")
        return
    who = f"agent {one_line(spec.name, 80)}"
    if not told.ready:
        yield fail(f"{who}: {told.problem or 'not ready'}", told.remedy or "choose another --agent")
        return
    version = f" {told.version}" if told.version else ""
    login = ", logged in" if told.logged_in else ""
    yield ok(f"{who}{version}{login}" if spec.name != FIXERS else f"{who} (built in)")
    if told.note:
        yield warn(f"{who}: {told.note}", told.remedy or "a run works all the same")
    if not adapter.has_sandbox:
        yield _without_sandbox(who, spec)


def _without_sandbox(who: str, spec: AgentSpec) -> Finding:
    what = f"{who} has no sandbox of its own: it can do all that you can"
    if spec.allow_unsandboxed:
        return warn(what, "allowed by you; run it in a container to bound it")
    return fail(what, "set allow_unsandboxed = true to let it, or choose codex or claude")
