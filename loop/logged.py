"""Runs a command of setup or a check under one clock, into a redacted log of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from loop.agents.environment import secret_values, shown
from loop.passlog import PassLog
from loop.process import Exit, Launch, never, run
from policies.failure import StopReason
from policies.logmarks import Foot, foot_line, ours
from policies.redaction import Redactor
from policies.timeouts import Timeouts

LOG_LIMIT_BYTES = 32 * 1024 * 1024
"""As a pass log's default limit."""


def run_logged(
    argv: tuple[str, ...],
    workspace: Path,
    *,
    env: Mapping[str, str],
    timeout_s: float,
    log_path: Path,
    on_line: Callable[[str], None],
    is_cancelled: Callable[[], StopReason | None] = never,
) -> Exit:
    """Run *argv* in *workspace*, its output into *log_path* and line by line to *on_line*.

    A program without a slash is looked up on *env*'s PATH, one with a slash in *workspace*.
    """
    launch = Launch(argv=(find_program(argv[0], workspace, env), *argv[1:]), cwd=workspace, env=env)
    only_total = Timeouts(total_s=timeout_s, silence_s=0, progress_s=0, tool_s=0)
    head = ours(f"cwd={workspace} argv={' '.join(shown(argv))}")
    log = PassLog(
        log_path,
        head=head,
        limit_bytes=LOG_LIMIT_BYTES,
        redactor=Redactor(secret_values(env)),
        on_line=on_line,
    )
    with log:
        end = run(launch, only_total, sink=log.write, is_cancelled=is_cancelled)
        log.close(_foot(end))
    return end


def find_program(name: str, workspace: Path, env: Mapping[str, str]) -> str:
    """Give the path of the program *name*, or *name* itself when it is not there."""
    if "/" in name:
        return str(workspace / name)
    return shutil.which(name, path=env.get("PATH", "")) or name


def _foot(end: Exit) -> str:
    foot = Foot(exit_code=end.exit_code, stopped_because=end.stopped_because, error=end.error)
    return foot_line(foot, end.duration_s)
