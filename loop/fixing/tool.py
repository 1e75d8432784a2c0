"""One row of the table of tools, what it is given, and how its end is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from loop.fixing.children import Ended, batches, run_tool, told
from loop.fixing.repository import Repository
from policies.text import one_line

LAST_LINES = 8
"""Of a tool that crashed."""
WHY_LIMIT_CHARS = 200

_CRASHED = re.compile(
    r"Traceback \(most recent call last\)|panicked at|internal (?:compiler )?error|core dumped",
    re.I,
)
_CAUSE = re.compile(r"\berror\b|\bcause:|\bfatal\b|cannot|could not|not found|failed to", re.I)


@dataclass(frozen=True, slots=True)
class Result:
    """How a tool's work ended; the default: well."""

    why_not: str = ""
    """Why it could not work here: a configuration it does not know, something not installed."""
    crash: tuple[str, ...] = ()
    """Its last lines, when it ended in a way that is none of its own."""

    @property
    def is_good(self) -> bool:
        """Say whether it did its work."""
        return not self.why_not and not self.crash


@dataclass(frozen=True, slots=True)
class Bench:
    """What a tool works with."""

    repo: Repository
    program: str
    """Full path."""
    limit_s: float
    """For one command."""

    def run(self, *words: str) -> Ended:
        """Run the program with *words* in the repository."""
        return run_tool(self.repo.root, (self.program, *words), self.repo.environ, self.limit_s)

    def with_environ(self, additions: Mapping[str, str]) -> Bench:
        """Give the same bench with *additions* in the environment."""
        environ = {**self.repo.environ, **additions}
        return replace(self, repo=Repository(self.repo.root, environ))

    def each(self, words: tuple[str, ...], files: list[str], codes: Codes) -> Result:
        """Run the program over *files*, in parts; give the first bad result, else a good one."""
        for part in batches(files):
            result = codes.read(self.run(*words, *part))
            if not result.is_good:
                return result
        return Result()


@dataclass(frozen=True, slots=True)
class Codes:
    """Which exit codes of a tool mean what; every other one is a crash."""

    good: tuple[int, ...] = (0,)
    could_not: tuple[int, ...] = ()

    def read(self, ended: Ended) -> Result:
        """Give the result of one command."""
        if ended.exit_code in self.good:
            return Result()
        if ended.why_not:
            return Result(why_not=ended.why_not)
        crashed = any(_CRASHED.search(line) for line in ended.lines)
        if ended.exit_code in self.could_not and not crashed:
            return Result(why_not=cause(ended.lines) or f"it ended with code {ended.exit_code}")
        return Result(
            crash=(f"it ended with code {ended.exit_code}", *told(ended.lines, LAST_LINES))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool: how a repository asks for it, and how it is run."""

    name: str
    configured: Callable[[Repository], str]
    """Gives the file that asks for it; empty: nothing does."""
    fix: Callable[[Bench], Result]
    program: str = ""
    """Empty: it is built in."""
    install: str = ""
    """What a person types to get it."""
    hooks: tuple[str, ...] = ()
    """Its names among pre-commit's hooks; one that pre-commit has run is not run again."""
    spares_hooks: bool = False
    """Once it has worked, a tool that stands among the hooks is not run again."""
    limit_s: float = 300
    """For one command."""


def cause(lines: tuple[str, ...]) -> str:
    """Give the first line that names an error, else the last; on one line, shortened."""
    clean = [line for line in told(lines, 200) if line.strip()]
    named = [line for line in clean if _CAUSE.search(line)]
    return one_line((named or clean[-1:] or [""])[0], WHY_LIMIT_CHARS)
