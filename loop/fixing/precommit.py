"""pre-commit, when it can work without a network: its environments are cached, or its hooks need none.

It ends with 1 when a hook failed or changed files, which is its usual way; a hook that only judges
(a type checker) is not ours to answer for.
"""

from __future__ import annotations

import re

from loop.fixing.hooks import CONFIG
from loop.fixing.repository import Repository
from loop.fixing.tool import Bench, Codes, Result, Tool, cause

LIMIT_S = 900
_RAN = Codes(good=(0, 1), could_not=(3,))
_REFUSED = re.compile(r"^(?:An (?:unexpected )?error has occurred|\[ERROR\])")
_SKIPPED = ("no-commit-to-branch", "pytest", "tests", "test")
"""Hooks that mend nothing and would speak about our branch, or run what is a check."""


def configured(repo: Repository) -> str:
    """Give its configuration file, if it names a hook."""
    return CONFIG if repo.hooks else ""


def _fix(bench: Bench) -> Result:
    skip = ",".join(_SKIPPED)
    apart = bench.with_environ({"SKIP": skip, "PRE_COMMIT_COLOR": "never"})
    ended = apart.run("run", "--all-files", "--config", CONFIG)
    if any(_REFUSED.match(line) for line in ended.lines):
        return Result(
            why_not=f"{_why(ended.lines)} (no network is used: run `pre-commit run` once)"
        )
    return _RAN.read(ended)


def _why(lines: tuple[str, ...]) -> str:
    told = next((at for at, line in enumerate(lines) if _REFUSED.match(line)), 0)
    return cause(lines[told : told + 1])


TOOLS = (
    Tool(
        name="pre-commit",
        program="pre-commit",
        install="pip install pre-commit",
        configured=configured,
        fix=_fix,
        spares_hooks=True,
        limit_s=LIMIT_S,
    ),
)
