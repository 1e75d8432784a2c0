"""Setup and checks of one cycle: on the base, once a commit, and on the change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from loop.checkenv import check_environment
from loop.checks import run_check
from loop.discovery import find_checks, find_setup
from loop.passing import passing_log, remember_passing
from loop.setup import SetupResult, run_setup, setup_key
from loop.story import Crew, Order, Told
from loop.watch import CycleClock
from loop.workspace import Workspace
from policies.checks import (
    CheckResult,
    CheckState,
    Comparison,
    after_failed_setup,
    compare,
)
from policies.failure import Failure
from policies.plan import CheckSpec


class Checking:
    """Knows which checks there are, and what they said on the base."""

    def __init__(self, order: Order, crew: Crew, clock: CycleClock, workspace: Workspace) -> None:
        """Look nothing up yet; `on_base` does."""
        self._order = order
        self._crew = crew
        self._clock = clock
        self._workspace = workspace
        self._checkout = workspace.checkout()
        self._specs: tuple[CheckSpec, ...] = ()
        self._setup: SetupResult | None = None
        self._tried = ""
        self._base: dict[str, CheckResult] = {}

    def on_base(self, commit: str) -> None:
        """Set up, and run each check on *commit*, or recall what it said there."""
        plan = self._order.plan
        path = self._workspace.path
        self._specs = find_checks(path) if plan.checks is None else plan.checks
        if not self._specs:
            self._crew.observer.step(
                self._order.cycle, "no check was found; say which with `checks` in nightcrew.toml"
            )
            return
        self._set_up()
        for spec in self._specs:
            known = self._recalled(spec, commit)
            self._base[spec.name] = known or self._remembered(spec, commit)

    def on_change(self) -> list[Comparison]:
        """Run each check on the work and give it beside the base's."""
        if not self._specs or self._clock.reason():
            return []
        self._set_up()
        return [
            compare(self._base.get(spec.name), self._run(spec, "change")) for spec in self._specs
        ]

    def rows_for_prompt(self) -> list[dict[str, Any]]:
        """Give what the prompt says of each check on the base."""
        return [self._row(spec) for spec in self._specs]

    def _row(self, spec: CheckSpec) -> dict[str, Any]:
        result = self._base[spec.name]
        row = {"name": spec.name, "argv": list(spec.argv), "result": result.state.value}
        if result.state is not CheckState.FAILED or not result.log:
            return row | {"reason": result.reason}
        failure = failure_of_check(result, self._crew, self._order.plan.name)
        return row | {"reason": result.reason, "lines": [failure.summary, *failure.lines]}

    def _set_up(self) -> None:
        plan, path = self._order.plan, self._workspace.path
        specs = find_setup(path, self._checkout) if plan.setup is None else plan.setup
        env = check_environment(self._crew.environ, path, self._checkout)
        key = setup_key(specs, path, self._checkout, env)
        if not specs or (key == self._tried and self._setup and self._setup.failed):
            return
        self._tried = key
        self._setup = self._crew.stage(
            "setup: " + ", ".join(spec.name for spec in specs),
            lambda: run_setup(
                specs,
                path,
                self._checkout,
                env=env,
                timeout_s=plan.timeouts.setup_s,
                log_path=self._log("setup"),
                is_cancelled=self._clock.reason,
            ),
            lambda result: Told(ok=not result.failed, message=result.reason or str(result.state)),
        )

    def _run(self, spec: CheckSpec, where: str) -> CheckResult:
        self._crew.observer.step(self._order.cycle, f"check {spec.name} on the {where}")
        return self._crew.stage(
            f"check {spec.name} on the {where}",
            lambda: self._check(spec, where),
            lambda result: Told(ok=result.state is CheckState.PASSED, message=result.reason),
        )

    def _check(self, spec: CheckSpec, where: str) -> CheckResult:
        result = run_check(
            spec,
            self._workspace.path,
            env=check_environment(self._crew.environ, self._workspace.path, self._checkout),
            timeout_s=self._order.plan.timeouts.check_s,
            log_path=self._log(f"check-{spec.name}-{where}"),
            is_cancelled=self._clock.reason,
        )
        remember_passing(self._crew.store, self._order.plan.name, result)
        if self._setup is not None and self._setup.failed:
            return after_failed_setup(result, self._setup.reason)
        return result

    def _log(self, name: str) -> Path:
        safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
        return self._crew.places.logs / self._order.run / f"{self._order.cycle}-{safe}.log"

    def _recalled(self, spec: CheckSpec, commit: str) -> CheckResult | None:
        row = self._crew.store.recall("check", self._key(spec, commit))
        return CheckResult.from_state(row) if row else None

    def _remembered(self, spec: CheckSpec, commit: str) -> CheckResult:
        result = self._run(spec, "base")
        if result.state is not CheckState.COULD_NOT_RUN and not self._clock.reason():
            self._crew.store.remember("check", self._key(spec, commit), result.to_state())
        if result.state is CheckState.COULD_NOT_RUN:
            self._crew.observer.said(
                f"{self._order.plan.name}: check {spec.name} could not run: {result.reason}"
            )
        return result

    def _key(self, spec: CheckSpec, commit: str) -> str:
        """A base is checked once for a commit, a command and a setup."""
        setup = self._setup.key if self._setup else None
        text = json.dumps([self._order.plan.name, commit, list(spec.argv), setup])
        return hashlib.sha256(text.encode()).hexdigest()


def failure_of_check(result: CheckResult, crew: Crew, repo: str) -> Failure:
    """Give why a check of *repo* failed, from its log, and from the one of the last time it passed."""
    # Loaded here: its expressions take 0.3 s, which a start need not wait for.
    from loop.diagnose import failure_of_log
    from policies.rootcause import Hints

    hints = Hints(
        exit_code=result.exit_code,
        known_class=result.failure_class,
        now=crew.now(),
        why=result.reason,
    )
    passing = passing_log(crew.store, repo, result.name)
    return failure_of_log(Path(result.log), hints, crew.signatures_of(repo), passing)
