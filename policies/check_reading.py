"""What is known when a check's process has ended, and what it can mean: the values of check_end."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from policies.checks import CheckState
from policies.failure import FailureClass, StopReason

REASON_LIMIT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is known when a check's process has ended."""

    argv: tuple[str, ...]
    exit_code: int | None
    lines: Sequence[str]
    """Its last lines of output, in order."""
    own_modules: Collection[str] = ()
    """Top-level Python modules that are part of the repository."""
    stopped_because: StopReason | None = None
    start_error: str = ""
    limit_s: float = 0
    """Its time limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the end means; the fields are those of a CheckResult."""

    state: CheckState
    reason: str = ""
    failure_class: FailureClass | None = None
    by_content: bool = False
    missing: frozenset[str] = frozenset()


def could_not(reason: str) -> Reading:
    """Give `could not run` because of the machine."""
    return Reading(state=CheckState.COULD_NOT_RUN, reason=short(reason))


def content(reason: str) -> Reading:
    """Give `could not run` because of what the repository holds."""
    return Reading(state=CheckState.COULD_NOT_RUN, reason=short(reason), by_content=True)


def not_installed(missing: frozenset[str]) -> Reading:
    """Give `could not run` because modules are not installed."""
    names = ", ".join(sorted(missing))
    reason = f"not installed: {names}; install it in the repository's .venv, or configure a setup"
    return Reading(
        state=CheckState.COULD_NOT_RUN, reason=short(reason), by_content=True, missing=missing
    )


def first(lines: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    """Give the first of *lines* that *pattern* is found in, stripped."""
    return next((line.strip() for line in lines if pattern.search(line)), None)


def short(text: str) -> str:
    """Give *text* as one line of at most REASON_LIMIT_CHARS."""
    line = " ".join(text.split())
    return line if len(line) <= REASON_LIMIT_CHARS else line[: REASON_LIMIT_CHARS - 1] + "…"
