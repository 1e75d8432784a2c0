"""A failed cycle again, with the same context, or the same repository with today's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loop import context as contexts
from loop.agents import adapter_for
from loop.agents.environment import agent_environment
from loop.errors import ContextDiffers, NightcrewError
from loop.git import Git
from loop.run import cycle_id
from loop.store import Store
from loop.story import Crew, Order
from loop.workspace import workspace_folder
from policies.failure import NOT_STARTED, CycleOutcome
from policies.plan import RepoPlan
from policies.records import CycleRecord

LAST = "last"
FOLLOWED_UP = frozenset({CycleOutcome.FAILED, CycleOutcome.CRASHED, CycleOutcome.CANCELLED})


def wanted(store: Store, name: str) -> CycleRecord:
    """Give the cycle to run again; `last` is the newest that did not succeed. Raises NightcrewError."""
    if name != LAST:
        found = store.cycle(name)
        if found is None:
            raise NightcrewError(f"{name}: no such cycle; `nightcrew show` lists them")
        return found
    started = [cycle for cycle in store.cycles() if cycle.outcome not in NOT_STARTED]
    failed = [cycle for cycle in started if cycle.outcome in FOLLOWED_UP]
    if not started:
        raise NightcrewError("there is no cycle to run again; start one with `nightcrew run`")
    return (failed or started)[0]


def path_of(store: Store, cycle: CycleRecord) -> str:
    """Give the repository's path as the cycle knew it. Raises NightcrewError."""
    frozen = store.context(cycle.cycle)
    path = frozen["plan"]["path"] if frozen else store.recall("repository", cycle.repo)
    if not path:
        raise NightcrewError(f"{cycle.cycle}: where {cycle.repo} lies is not known any more")
    return str(path)


def same_context(
    crew: Crew, cycle: CycleRecord, run: str, *, with_failure: bool, anyway: bool
) -> Order:
    """Give the order that repeats *cycle* with its frozen context.

    Raises ContextDiffers, naming what differs, where it cannot be restored and not *anyway*.
    """
    plan, frozen = restored(crew, cycle, anyway=anyway)
    return _order(cycle, plan, run, with_failure, frozen)


def restored(crew: Crew, cycle: CycleRecord, *, anyway: bool) -> tuple[RepoPlan, dict[str, Any]]:
    """Give the plan and the frozen context of *cycle*, after a look at whether they still hold.

    Raises ContextDiffers, naming what differs, where it cannot be restored and not *anyway*.
    """
    frozen = contexts.load(crew.store, cycle.context or cycle.cycle)
    plan = contexts.plan_of(frozen, cycle.cycle)
    _refuse_lost(plan, frozen["start_commit"], crew)
    told = contexts.differences(
        frozen,
        agent_version=crew.readiness(plan.agent).version,
        environment=agent_environment(
            crew.environ,
            own=adapter_for(plan.agent).own_names(crew.environ),
            passed=plan.environment_pass,
        ),
    )
    for line in told:
        crew.observer.said(f"not as it was: {line}")
    if told and not anyway:
        raise ContextDiffers(
            f"{cycle.cycle}: its context cannot be restored: {'; '.join(told)}; "
            f"use --anyway to go on, or --current-config"
        )
    return plan, frozen


def todays(cycle: CycleRecord, plan: RepoPlan, run: str, *, with_failure: bool) -> Order:
    """Give the order that starts *cycle*'s repository again with today's settings."""
    return _order(cycle, plan, run, with_failure, None)


def _order(
    cycle: CycleRecord,
    plan: RepoPlan,
    run: str,
    with_failure: bool,
    frozen: dict[str, object] | None,
) -> Order:
    return Order(
        run=run,
        cycle=cycle_id(run, plan.name, 1),
        n=1,
        plan=plan,
        trigger="rerun",
        rerun_of=cycle.cycle,
        context=frozen,
        last_failure=cycle.failure if with_failure else None,
        insist=True,
    )


def has_commit(git: Git, commit: str) -> bool:
    """Say whether the repository has *commit*."""
    code, _ = git.call("cat-file", "-e", f"{commit}^{{commit}}", ok_codes=(0, 1, 128))
    return code == 0


def _refuse_lost(plan: RepoPlan, commit: str, crew: Crew) -> None:
    """Raise ContextDiffers when *commit* is gone: nothing can make up for that."""
    folder = workspace_folder(plan, crew.places.workspaces)
    for place in (folder, Path(plan.path)):
        if place.is_dir() and has_commit(Git(place), commit):
            return
    raise ContextDiffers(
        f"{plan.name}: its base commit {commit[:12]} is gone; use --current-config"
    )
