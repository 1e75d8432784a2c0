"""The attempts of a cycle: rows for a table artifact, and the table on the cycle's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from policies.pages.bounded import bounded_rows
from policies.pages.markdown import address, inline, linked, table
from policies.pages.spend import cost
from policies.plan import FIXERS
from policies.records import AttemptRecord, CycleRecord
from policies.words import duration

Link: TypeAlias = Callable[[str], str | None]
"""The address that shows a pass log, from the log's path; None: there is none."""

WHAT_CHARS = 200
NAME_CHARS = 120
COLUMNS = ("attempt", "pass", "exit", "stopped", "took", "cost", "log", "failure")
"""The widest comes last: the UI's tables do not wrap, and the link must be seen without scrolling."""


def no_link(_: str) -> None:
    """Give no address."""


def attempt_rows(cycle: CycleRecord, link: Link = no_link) -> list[dict[str, str]]:
    """Give one row an attempt, for a table artifact; one row says so when there was none.

    `log` is the address that *link* gives, else the log's name.
    """
    rows = [
        dict(zip(COLUMNS, _cells(a, cycle, address(link(a.pass_log))), strict=True))
        for a in cycle.attempts
    ]
    return bounded_rows(rows or [_said("no agent was started")], _missing)


def attempts_table(cycle: CycleRecord, link: Link, limit_bytes: int) -> str:
    """Give the Markdown table of *cycle*'s attempts, each with a link to its pass log."""
    rows = [_cells(a, cycle, linked("pass log", link(a.pass_log))) for a in cycle.attempts]
    return table(COLUMNS, rows, limit_bytes)


def _cells(attempt: AttemptRecord, cycle: CycleRecord, log: str) -> list[str]:
    failure = attempt.failure
    told = f"{failure.failure_class.value}: {failure.summary}" if failure else ""
    values = [
        str(attempt.n),
        attempt.pass_name,
        "not started" if attempt.exit_code is None else str(attempt.exit_code),
        attempt.stopped_because.value if attempt.stopped_because else "",
        duration(attempt.duration_s),
        "" if cycle.agent == FIXERS else cost(attempt),
    ]
    inert = [inline(value, NAME_CHARS) for value in values]
    return [*inert, log or _name(attempt), inline(told, WHAT_CHARS)]


def _name(attempt: AttemptRecord) -> str:
    return inline(attempt.pass_log.rsplit("/", 1)[-1], NAME_CHARS)


def _said(what: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | {"failure": what}


def _missing(n: int) -> dict[str, str]:
    return _said(f"{n} more attempts, not shown")
