"""What checks say about a change: each result against the base's, and whether the work may land.

A test that was red before is not the agent's fault, and a check that could not run proves nothing
either way. But a check that ran on the base and is gone after the change is a failure (no proof, no pass).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from policies.failure import FailureClass
from policies.plan import CheckSpec, Landing


class CheckState(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_RUN = "could not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One run of one check."""

    name: str
    state: CheckState
    reason: str = ""
    """One line; for `could not run` with its remedy. Empty when it passed."""
    duration_s: float = 0.0
    exit_code: int | None = None
    """As Popen gives it; None: not started."""
    log: str = ""
    """Path of its log; empty when nothing was started."""
    failure_class: FailureClass | None = None
    """Set where the end itself decides it: a timeout, a crash."""
    by_content: bool = False
    """For `could not run`: files of the repository decide it (no tests, no such script, a module
    that is not installed), so a change may have caused it; not the machine alone."""
    missing: frozenset[str] = frozenset()
    """For `could not run`: modules that the tests import and that are not installed."""

    def evolve(self, **changes: Any) -> CheckResult:
        """Give a copy with *changes*."""
        return replace(self, **changes)

    def to_state(self) -> dict[str, Any]:
        """Give plain JSON values, for the base's cache; `from_state` reads them back."""
        return {
            "name": self.name,
            "state": self.state.value,
            "reason": self.reason,
            "duration_s": self.duration_s,
            "exit_code": self.exit_code,
            "log": self.log,
            "failure_class": self.failure_class.value if self.failure_class else None,
            "by_content": self.by_content,
            "missing": sorted(self.missing),
        }

    @classmethod
    def from_state(cls, data: dict[str, Any]) -> CheckResult:
        """Read back what `to_state` gave. Raises KeyError, TypeError or ValueError when it differs."""
        known = data["failure_class"]
        return cls(
            **data
            | {
                "state": CheckState(data["state"]),
                "failure_class": FailureClass(known) if known else None,
                "missing": frozenset(data["missing"]),
            }
        )


def not_run(spec: CheckSpec, reason: str) -> CheckResult:
    """Give the result of a check that was not started, and *reason* with its remedy."""
    return CheckResult(name=spec.name, state=CheckState.COULD_NOT_RUN, reason=reason)


def after_failed_setup(result: CheckResult, setup_reason: str) -> CheckResult:
    """Give *result* as it counts when the setup had failed: a pass holds, a failure proves nothing."""
    if result.state is CheckState.PASSED:
        return result
    return result.evolve(
        state=CheckState.COULD_NOT_RUN,
        reason=f"setup failed: {setup_reason}",
        failure_class=None,
        by_content=False,
    )


class CheckVerdict(StrEnum):
    """What a check says about the change, seen against the base."""

    PASSED = "passed"
    FIXED = "fixed"
    STILL_FAILING = "still failing"
    BROKEN = "broken"
    COULD_NOT_RUN = "could not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One check on the base and on the change."""

    base: CheckResult | None
    after: CheckResult
    verdict: CheckVerdict
    why: str
    """One line for people; empty when it simply passed."""

    @property
    def is_failure(self) -> bool:
        """Whether the change is to blame."""
        return self.verdict is CheckVerdict.BROKEN

    @property
    def is_proof(self) -> bool:
        """Whether the change passed."""
        return self.after.state is CheckState.PASSED

    def to_row(self) -> dict[str, Any]:
        """Give the cycle record's row: name, result, on_base, reason, duration_s."""
        return {
            "name": self.after.name,
            "result": self.after.state.value,
            "on_base": self.base.state.value if self.base else None,
            "reason": self.why,
            "duration_s": round(self.after.duration_s, 3),
        }


def compare(base: CheckResult | None, after: CheckResult) -> Comparison:
    """Say what *after*, the result on the change, means beside *base* (None: not run there)."""
    match after.state:
        case CheckState.PASSED:
            verdict, why = _passed(base)
        case CheckState.FAILED:
            verdict, why = _failed(base, after)
        case CheckState.COULD_NOT_RUN:
            verdict, why = _could_not_run(base, after)
    return Comparison(base=base, after=after, verdict=verdict, why=why)


def _passed(base: CheckResult | None) -> tuple[CheckVerdict, str]:
    if base is not None and base.state is CheckState.FAILED:
        return CheckVerdict.FIXED, "was failing on the base, passes now"
    return CheckVerdict.PASSED, ""


def _failed(base: CheckResult | None, after: CheckResult) -> tuple[CheckVerdict, str]:
    if base is not None and base.state is CheckState.FAILED:
        return CheckVerdict.STILL_FAILING, f"was already failing on the base: {base.reason}"
    return CheckVerdict.BROKEN, after.reason


def _could_not_run(base: CheckResult | None, after: CheckResult) -> tuple[CheckVerdict, str]:
    if base is None or not after.by_content:
        return CheckVerdict.COULD_NOT_RUN, after.reason
    if base.state is not CheckState.COULD_NOT_RUN:
        return CheckVerdict.BROKEN, f"ran on the base and cannot run on the change: {after.reason}"
    new = sorted(after.missing - base.missing)
    if new and base.missing:
        return CheckVerdict.BROKEN, f"the change imports what is not installed: {', '.join(new)}"
    return CheckVerdict.COULD_NOT_RUN, after.reason


def may_land(
    results: Sequence[Comparison], configured_none: bool, landing: Landing
) -> tuple[bool, str]:
    """Say whether the work may go on to the target branch, and why not.

    *configured_none*: the person wrote `checks = []`. Work may always stay on its own branch, unless
    a check failed; the reason then says whether it is unchecked (contracts: branches, landing).
    """
    failed = [r.after.name for r in results if r.is_failure]
    if failed:
        return False, f"check failed: {', '.join(failed)}"
    if configured_none or any(r.is_proof for r in results):
        return True, ""
    unchecked = f"unchecked: {_why_unchecked(results)}"
    if landing is Landing.BRANCH:
        return True, unchecked
    return False, f"{unchecked}; configure checks, or write `checks = []` to land without"


def _why_unchecked(results: Sequence[Comparison]) -> str:
    red = [r.after.name for r in results if r.verdict is CheckVerdict.STILL_FAILING]
    if red:
        return f"already failing on the base: {', '.join(red)}"
    return "no check could run" if results else "no check was found"
