"""In which log, and on which lines of it, the cause of a failure stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from loop.logpage import page
from policies.failure import Failure
from policies.records import CycleRecord
from policies.text import one_line

COMPARED_CHARS = 80
_LINE_BYTES = 1 << 16


def cause_log(cycle: CycleRecord, side_logs: Sequence[Path]) -> str | None:
    """Give the name of the log that the cycle's failure speaks of, or None when that is not known.

    It is the pass log of the attempt that failed so, else the newest of *side_logs* that says it.
    """
    failure = cycle.failure
    if failure is None or not failure.line_numbers or not failure.lines:
        return None
    for attempt in reversed(cycle.attempts):
        if attempt.failure and _place(attempt.failure) == _place(failure):
            return Path(attempt.pass_log).name
    return next((path.name for path in reversed(side_logs) if _says(path, failure)), None)


def cause_numbers(cycle: CycleRecord, name: str, side_logs: Sequence[Path]) -> tuple[int, ...]:
    """Give the numbers of the lines in the log *name* that state a cause, best first."""
    for attempt in cycle.attempts:
        if attempt.failure and Path(attempt.pass_log).name == name:
            return attempt.failure.line_numbers
    if cycle.failure and cause_log(cycle, side_logs) == name:
        return cycle.failure.line_numbers
    return ()


def _place(failure: Failure) -> tuple[tuple[int, ...], tuple[str, ...]]:
    return failure.line_numbers, failure.lines


def _says(path: Path, failure: Failure) -> bool:
    """Tell whether the best cause line stands in *path* at its number."""
    wanted, number = one_line(failure.lines[0], 1000)[:COMPARED_CHARS], failure.line_numbers[0]
    try:
        found = page(path, number, 1, _LINE_BYTES).lines
    except OSError:
        return False
    said = {line.number: one_line(line.text, len(line.text) + 1) for line in found}
    return bool(wanted) and wanted in said.get(number, "")
