"""Whole nights for tests: real repositories, real children, a real store; only Prefect is left out."""

import os
import shlex
from dataclasses import replace
from functools import cache
from pathlib import Path

from config.shipped import SIGNATURES
from loop.cycle import run_cycle
from loop.run import RunOrder, cycle_id, run_fleet
from loop.signature_files import load_signatures
from loop.store import Store
from loop.story import Crew, Order, Places
from policies.bounds import DEFAULT_BOUNDS
from policies.plan import AgentSpec, RepoPlan
from policies.records import RunRecord
from policies.signatures import Signatures
from policies.timeouts import Timeouts

QUICK = {kind: replace(bound, wait_from_s=0, wait_to_s=0) for kind, bound in DEFAULT_BOUNDS.items()}
"""The shipped bounds, but for the waits."""


def command(text: str) -> AgentSpec:
    """Give the agent that `--agent TEXT` means."""
    return AgentSpec(
        name=text, adapter="command", command=tuple(shlex.split(text)), allow_unsandboxed=True
    )


@cache
def _shipped() -> Signatures:
    return load_signatures([SIGNATURES])


class Night:
    """A place where runs happen one after another and remember each other."""

    def __init__(self, folder: Path) -> None:
        """Keep state and logs below *folder*."""
        self.folder = folder
        self.store = Store.open(f"sqlite:///{folder}/state/nightcrew.db")
        self.runs = 0
        self.crew = Crew(
            store=self.store,
            places=Places(state=folder / "state", logs=folder / "logs"),
            environ=dict(os.environ),
            home=folder,
            signatures=_shipped(),
        )

    def plan(self, repo: Path, agent: AgentSpec | str, **changes: object) -> RepoPlan:
        """Give the plan for *repo* with quick bounds."""
        spec = command(agent) if isinstance(agent, str) else agent
        timeouts = Timeouts(total_s=60, after_end_s=2, grace_s=2, check_s=60, setup_s=60)
        made = RepoPlan(
            name=repo.name, path=str(repo), agent=spec, bounds=QUICK, timeouts=timeouts, setup=()
        )
        return made.evolve(**changes)

    def run(self, *plans: RepoPlan, cycles: int = 1, jobs: int = 1, **order: object) -> RunRecord:
        """Run a night over *plans*."""
        self.runs += 1
        run = f"20261121-{self.runs:06}"
        first = tuple(
            Order(run=run, cycle=cycle_id(run, plan.name, 1), n=1, plan=plan, **order)
            for plan in plans
        )
        return run_fleet(
            RunOrder(run=run, first=first, cycles=cycles, jobs=jobs),
            self.crew,
            lambda turn: run_cycle(turn, self.crew),
            lambda record: record,
        )

    def close(self) -> None:
        """Give the store's connections back."""
        self.store.close()
