"""A run as a table of its cycles and one line: what a person reads first in the morning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

from policies.failure import CycleOutcome
from policies.pages.bounded import bounded_rows
from policies.pages.markdown import address, inline
from policies.pages.spend import cost_of, spend
from policies.records import CycleRecord, RunRecord
from policies.words import duration, gist, outcome_word, took

COLUMNS = ("repository", "outcome", "log", "took", "cost", "what", "cycle")
"""The widest come last: the UI's tables do not wrap, and the link must be seen without scrolling."""
NAME_CHARS = 120
WHAT_CHARS = 120
"""The UI does not wrap a table's cells; all of it is on the cycle's page."""

CycleLink: TypeAlias = Callable[[CycleRecord], str | None]
"""The address of the page that lists a cycle's logs; None: there is none."""

COUNTED = (
    CycleOutcome.SUCCEEDED,
    CycleOutcome.FAILED,
    CycleOutcome.CRASHED,
    CycleOutcome.CANCELLED,
    CycleOutcome.POSTPONED,
    CycleOutcome.CIRCUIT_OPEN,
    CycleOutcome.NOTHING_TO_DO,
    CycleOutcome.RUNNING,
)
"""The order of the counts."""

LISTED = (CycleOutcome.FAILED, CycleOutcome.CRASHED, CycleOutcome.CANCELLED)
"""The rows that come first: they are what a table that is too long must not lose."""


def night_table(
    run: RunRecord, cycles: Sequence[CycleRecord], link: CycleLink = lambda _: None
) -> list[dict[str, str]]:
    """Give one row a cycle of *run*, broken ones first, else in the order of *cycles*.

    `log` is the address that *link* gives, else the name of the last pass log. A run without a cycle
    has one row that says so: the UI cannot show a table without rows.
    """
    listed = sorted(cycles, key=lambda cycle: cycle.outcome not in LISTED)
    rows = [_row(cycle, link) for cycle in listed]
    yet = " yet" if run.outcome is CycleOutcome.RUNNING else ""
    return bounded_rows(rows or [_said(f"no cycle was started{yet}")], _missing)


def night_summary(run: RunRecord, cycles: Sequence[CycleRecord]) -> str:
    """Give one line: how many of each outcome, how long the run took, what it cost."""
    seen = Counter(cycle.outcome for cycle in cycles)
    counts = [f"{seen[outcome]} {outcome_word(outcome)}" for outcome in COUNTED if seen[outcome]]
    parts = [", ".join(counts) or "no cycle was started"]
    if run.finished:
        parts.append(f"took {duration((run.finished - run.started).total_seconds())}")
    return "; ".join([*parts, spend(cycles)])


def _row(cycle: CycleRecord, link: CycleLink) -> dict[str, str]:
    last = cycle.attempts[-1].pass_log.rsplit("/", 1)[-1] if cycle.attempts else ""
    values = [
        inline(cycle.repo, NAME_CHARS),
        outcome_word(cycle.outcome),
        address(link(cycle)) or inline(last, NAME_CHARS),
        took(cycle),
        cost_of(cycle),
        inline(gist(cycle), WHAT_CHARS),
        inline(cycle.cycle, NAME_CHARS),
    ]
    return dict(zip(COLUMNS, values, strict=True))


def _said(what: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | {"what": what}


def _missing(n: int) -> dict[str, str]:
    return _said(f"{n} more cycles, not shown")
