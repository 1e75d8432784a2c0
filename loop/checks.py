"""Runs one check in the workspace, with closed input and a clock of its own.

The tree is left as it was found: what a check writes is neither the agent's work nor its blame.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from loop.leftovers import Leftovers
from loop.logged import run_logged
from loop.process import Exit, never
from policies.check_end import read_end
from policies.check_reading import Ended, Reading
from policies.checks import CheckResult
from policies.failure import StopReason
from policies.plan import CheckSpec

LINES_KEPT = 4000
"""Last lines of output from which the end is read."""
LINE_LIMIT_CHARS = 2000


def run_check(
    spec: CheckSpec,
    workspace: Path,
    *,
    env: Mapping[str, str],
    timeout_s: float,
    log_path: Path,
    is_cancelled: Callable[[], StopReason | None] = never,
) -> CheckResult:
    """Run *spec* in *workspace* with *env* (see loop.checkenv) and give what its end says.

    *timeout_s* of 0 means no limit. Its output is in the log, redacted.
    """
    last: deque[str] = deque(maxlen=LINES_KEPT)
    with Leftovers(workspace):
        end = run_logged(
            spec.argv,
            workspace,
            env=env,
            timeout_s=timeout_s,
            log_path=log_path,
            on_line=lambda line: last.append(line[:LINE_LIMIT_CHARS]),
            is_cancelled=is_cancelled,
        )
        ours = own_modules(workspace)
    return _result(spec, end, read_end(_ended(spec, end, last, ours, timeout_s)), log_path)


def _ended(
    spec: CheckSpec, end: Exit, last: deque[str], ours: frozenset[str], limit_s: float
) -> Ended:
    return Ended(
        argv=spec.argv,
        exit_code=end.exit_code,
        lines=tuple(last),
        own_modules=ours,
        stopped_because=end.stopped_because,
        start_error=end.error if end.exit_code is None else "",
        limit_s=limit_s,
    )


def _result(spec: CheckSpec, end: Exit, reading: Reading, log_path: Path) -> CheckResult:
    return CheckResult(
        name=spec.name,
        state=reading.state,
        reason=reading.reason,
        duration_s=end.duration_s,
        exit_code=end.exit_code,
        log=str(log_path),
        failure_class=reading.failure_class,
        by_content=reading.by_content,
        missing=reading.missing,
    )


def own_modules(workspace: Path) -> frozenset[str]:
    """Give the top-level Python modules that are part of the repository."""
    found: set[str] = set()
    for place in (workspace, workspace / "src", workspace / "lib", workspace / "tests"):
        if place.is_dir():
            found |= {path.stem for path in place.glob("*.py")}
            found |= {path.name for path in place.iterdir() if path.is_dir() and _has_python(path)}
    return frozenset(found)


def _has_python(folder: Path) -> bool:
    return not folder.name.startswith(".") and next(folder.glob("**/*.py"), None) is not None
