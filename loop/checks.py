"""Runs one check in the workspace, with closed input, CI=1 and a clock of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from loop.agents.environment import secret_values
from loop.passlog import PassLog
from loop.process import Launch, run
from policies.check_end import read_end
from policies.check_reading import Ended
from policies.checks import CheckResult
from policies.failure import StopReason
from policies.plan import CheckSpec
from policies.redaction import Redactor
from policies.timeouts import Timeouts

LINES_KEPT = 2000
"""Last lines of output from which the end is read."""

LOG_LIMIT_BYTES = 16 * 1024 * 1024


def run_check(
    spec: CheckSpec,
    workspace: Path,
    *,
    env: Mapping[str, str],
    timeout_s: float,
    log_path: Path,
    is_cancelled: Callable[[], StopReason | None],
) -> CheckResult:
    """Run *spec* and give what its end says; its output is in the log, redacted."""
    last: deque[str] = deque(maxlen=LINES_KEPT)
    log = PassLog(
        log_path,
        head=f"# nightcrew check={spec.name} cwd={workspace}",
        limit_bytes=LOG_LIMIT_BYTES,
        redactor=Redactor(secret_values(env)),
        on_line=last.append,
    )
    ended = run(
        Launch(argv=spec.argv, cwd=workspace, env=env),
        Timeouts(total_s=timeout_s, silence_s=0, progress_s=0),
        sink=log.write,
        is_cancelled=is_cancelled,
    )
    log.close(f"# nightcrew exit={ended.exit_code} stopped={ended.stopped_because or '-'}")
    reading = read_end(
        Ended(
            argv=spec.argv,
            exit_code=ended.exit_code,
            lines=list(last),
            own_modules=own_modules(workspace),
            stopped_because=ended.stopped_because,
            start_error=ended.error if ended.exit_code is None else "",
            limit_s=timeout_s,
        )
    )
    return CheckResult(
        name=spec.name,
        state=reading.state,
        reason=reading.reason,
        duration_s=ended.duration_s,
        exit_code=ended.exit_code,
        log=str(log_path),
        failure_class=reading.failure_class,
        by_content=reading.by_content,
        missing=reading.missing,
    )


def own_modules(workspace: Path) -> frozenset[str]:
    """Give the top-level Python modules that are part of the repository."""
    places = [workspace, workspace / "src", workspace / "lib", workspace / "tests"]
    found: set[str] = set()
    for place in places:
        if not place.is_dir():
            continue
        found |= {path.stem for path in place.glob("*.py")}
        found |= {path.name for path in place.iterdir() if path.is_dir() and _has_python(path)}
    return frozenset(found)


def _has_python(folder: Path) -> bool:
    return not folder.name.startswith(".") and next(folder.glob("*.py"), None) is not None
