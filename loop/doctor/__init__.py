"""Finds what would fail at 3 in the morning, before any agent starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from loop.doctor import agents, channels, machine, repositories
from loop.doctor.finding import CannotWork, Finding, Level, fail, ok, refuse, warn
from policies.plan import RepoPlan

__all__ = ["CannotWork", "Finding", "Level", "channels", "examine", "fail", "ok", "refuse", "warn"]

AT_ONCE = 4
"""Repositories that are looked at together: each is a row of short git processes."""


def examine(
    plans: Sequence[RepoPlan],
    environ: Mapping[str, str],
    state: Path,
    logs: Path,
    known: Sequence[Finding] = (),
) -> list[Finding]:
    """Give all that was found, the machine first.

    *known* is what the store has on record: checks that could not run, ledger entries that wait.
    Changes nothing, starts no agent; reaches a remote only for `base = "upstream"`.
    """
    has_git = list(machine.git(environ))
    found = [*machine.python(), *has_git]
    found += machine.folder("state folder", state)
    found += machine.folder("logs", logs)
    found += agents.examined(plans, environ)
    if all(finding.level is not Level.FAIL for finding in has_git):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for of_one in pool.map(lambda plan: list(repositories.repository(plan)), plans):
                found += of_one
    return [*found, *known]
