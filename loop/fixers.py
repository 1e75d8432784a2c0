"""The built-in agent: runs the formatters and linters that the repository in the working folder configures.

One plain line a tool. Exit 0: all that could work did, also when there was nothing to do; 1: a tool
crashed, or this is no git repository.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from loop.errors import NightcrewError
from loop.fixing.repository import Repository
from loop.fixing.table import TOOLS
from loop.fixing.tool import Bench, Result, Tool

ROUNDS = 3
"""At most: what one tool changed may be work for another; a round without a change is the last."""


@dataclass(slots=True)
class Job:
    """One tool at work, and what it did in all rounds."""

    tool: Tool
    bench: Bench
    where: str
    """The file that asks for it."""
    is_spared: bool = False
    """pre-commit has run it as a hook, in the version that the repository names."""
    changed: set[str] = field(default_factory=set)
    result: Result = field(default_factory=Result)

    def once(self) -> bool:
        """Run it; say whether it changed a file. One that went wrong is not tried again."""
        if self.is_spared or not self.result.is_good:
            return False
        repo = self.bench.repo
        before, dirty = repo.state(), repo.changed()
        self.result = self.tool.fix(self.bench)
        after = repo.state()
        touched = {path for path in before if before[path] != after.get(path)}
        touched &= dirty | repo.changed()
        self.changed |= touched
        return bool(touched)

    def lines(self) -> list[str]:
        """Give what a person reads of it."""
        if self.result.crash:
            how, *last = self.result.crash
            return [f"{self.tool.name}: crashed: {how}", *(f"    {line}" for line in last)]
        if self.is_spared:
            return [f"{self.tool.name}: run by pre-commit"]
        done = f"changed {_files(len(self.changed))}" if self.changed else "nothing to change"
        if self.result.why_not:
            done = f"could not run: {self.result.why_not}" + (f"; {done}" if self.changed else "")
        return [f"{self.tool.name} ({self.where}): {done}"]


def main() -> int:
    """Fix the repository in the working folder; give the exit code."""
    # As an exception, a stop lets `run_tool` end its tool's whole tree first.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        return fix(Repository(Path.cwd(), os.environ), _say)
    except NightcrewError as error:
        _say(f"fixers: {error}")
        return 1


def fix(repo: Repository, say: Callable[[str], None]) -> int:
    """Run every tool that *repo* configures and that is installed; give the exit code."""
    jobs = list(_jobs(repo, say))
    for _ in range(ROUNDS):
        if not _round(jobs):
            break
    for line in (line for job in jobs for line in job.lines()):
        say(line)
    say(f"fixers: {_summary(jobs)}")
    return int(any(job.result.crash for job in jobs))


def _jobs(repo: Repository, say: Callable[[str], None]) -> Iterator[Job]:
    """Yield what is configured and installed; say what is not installed."""
    for tool in TOOLS:
        if not (where := tool.configured(repo)):
            continue
        program = repo.program(tool.program) if tool.program else ""
        if program or not tool.program:
            yield Job(tool, Bench(repo, program, tool.limit_s), where)
        else:
            say(f"{tool.name}: configured in {where}, but not installed ({tool.install})")


def _round(jobs: list[Job]) -> bool:
    """Run every job once, but for those that another has spared; say whether any changed a file."""
    spared: set[str] = set()
    has_changed = False
    for job in jobs:
        job.is_spared = not spared.isdisjoint(job.tool.hooks)
        has_changed |= job.once()
        if job.tool.spares_hooks and job.result.is_good:
            spared.update(hook.name for hook in job.bench.repo.hooks)
    return has_changed


def _summary(jobs: list[Job]) -> str:
    if not jobs:
        return "nothing to run: no formatter or linter is both configured here and installed"
    changed = set[str]().union(*(job.changed for job in jobs))
    return f"changed {_files(len(changed))}" if changed else "nothing to change"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
