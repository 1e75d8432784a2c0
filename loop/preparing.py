"""Everything before the first attempt: workspace, setup, checks on the base, context, prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from loop import context as contexts
from loop.attempt import Attempt, AttemptResult
from loop.checking import Checking
from loop.gather import gather
from loop.hired import Hired, hire
from loop.incidents import Incidents
from loop.ledger import prevention_rules
from loop.prompt import render, with_failure
from loop.story import Crew, Order
from loop.watch import CycleClock
from loop.workspace import Base, Workspace, workspace_folder
from policies.prevention import learnt
from policies.records import IncidentState

RULES_LIMIT = 12
"""Prevention rules in a prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A cycle that may start its first attempt."""

    order: Order
    crew: Crew
    clock: CycleClock
    workspace: Workspace
    base: Base
    checking: Checking
    incidents: Incidents
    agent: Hired
    prompt: bytes
    context: str

    def source_file(self, name: str) -> bytes | None:
        """Give a file's bytes at the cycle's start, or None where it was not there."""
        code, text = self.workspace.git.call(
            "cat-file", "blob", f"{self.base.start}:{name}", ok_codes=(0, 128), raw=True
        )
        return text.encode("utf-8", "surrogateescape") if code == 0 else None


def prepare(order: Order, crew: Crew, clock: CycleClock, incidents: Incidents) -> Ready:
    """Give the cycle ready for its first attempt. Raises NightcrewError when it cannot be."""
    plan = order.plan
    workspace = Workspace.open(plan, workspace_folder(plan, crew.places.workspaces))
    incidents.write_waiting()
    frozen = order.context
    base = workspace.prepare(at=frozen["start_commit"] if frozen else None)
    if frozen:  # the branch may have gone on since: a rerun's base is the one it had
        base = replace(base, commit=str(frozen["base_commit"]))
    for note in base.notes:
        crew.observer.said(f"{plan.name}: {note}")
    agent = hire(order, crew)
    checking = Checking(order, crew, clock, workspace)
    checking.on_base(base.start)
    prompt = _prompt(order, crew, workspace, checking)
    context = contexts.freeze(
        crew.store,
        order.cycle,
        plan=plan,
        prompt=prompt,
        start_commit=base.start,
        base_commit=base.commit,
        agent_version=agent.version,
        environment=agent.environment,
    )
    return Ready(
        order=order,
        crew=crew,
        clock=clock,
        workspace=workspace,
        base=base,
        checking=checking,
        incidents=incidents,
        agent=agent,
        prompt=prompt,
        context=context,
    )


def attempt_of(
    ready: Ready, order: Order, crew: Crew, clock: CycleClock, pass_name: str
) -> Callable[[int], AttemptResult]:
    """Give the function that performs attempt n of *pass_name*."""
    return Attempt(
        order=order,
        crew=crew,
        clock=clock,
        workspace=ready.workspace,
        agent=ready.agent,
        prompt=ready.prompt,
        prompt_file=crew.places.state / "prompts" / f"{order.cycle}.md",
        pass_name=pass_name,
        earlier_passes=order.plan.passes[: order.plan.passes.index(pass_name)],
        start_commit=ready.base.start,
    ).perform


def _prompt(order: Order, crew: Crew, workspace: Workspace, checking: Checking) -> bytes:
    """The frozen prompt's bytes, or a new one of what is known now."""
    if order.context is not None:
        frozen = str(order.context["prompt"]).encode()
        return with_failure(frozen, order.last_failure) if order.last_failure else frozen
    plan = order.plan
    ledger = _read(workspace.path / plan.ledger_file)
    material = gather(
        workspace.path,
        plan,
        _read(workspace.path / plan.tracker_file),
        checking.rows_for_prompt(),
        rules=_rules(crew, plan.name, ledger),
        incidents=crew.store.incidents(repo=plan.name, active=True),
    )
    return render(plan.passes[0], material, plan, order.last_failure)


def _rules(crew: Crew, repo: str, ledger: bytes | None) -> tuple[str, ...]:
    """Those of incidents that were resolved here, then what else the ledger says; the rest stays out."""
    resolved = crew.store.incidents(repo=repo, state=IncidentState.RESOLVED)
    own = learnt(resolved)[:RULES_LIMIT]
    return own + (prevention_rules(ledger, RULES_LIMIT - len(own)) if ledger else ())


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
