"""The last lines of a run: what every cycle did, how a failed one is followed up, how to merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from flows.cli.console import fields, plain_columns
from flows.cli.words import count, duration, gist, label, outcome_word
from policies.failure import CycleOutcome
from policies.records import CycleRecord, RunRecord
from policies.text import one_line

BROKEN = frozenset({CycleOutcome.FAILED, CycleOutcome.CRASHED})
CAUSE_CHARS = 300


def run_end(record: RunRecord, merges: Mapping[str, str], look: str) -> list[str]:
    """Give the lines that end a run.

    *merges* maps a repository to the command that merges its work; *look* says where the run can be
    looked at (an address, or the command that shows it).
    """
    lines = plain_columns(
        ["cycle", "outcome", "what"],
        [[label(c), outcome_word(c.outcome), _what(c)] for c in record.cycles],
    )
    for cycle in record.cycles:
        if cycle.outcome in BROKEN:
            lines += ["", *failed_cycle(cycle)]
    lines += [""] if merges or look else []
    lines += [f"to merge {repo}: {command}" for repo, command in sorted(merges.items())]
    lines.append(_counts(record))
    return [*lines, f"to look at it: {look}"] if look else lines


def failed_cycle(cycle: CycleRecord) -> list[str]:
    """Give what a person needs after a failed *cycle*: cause, log, kept work, the rerun command."""
    failure = cycle.failure
    head = f"{label(cycle)} {cycle.outcome.value}"
    head += f": {failure.failure_class.value}" if failure else ""
    cause = failure.summary if failure else cycle.reason
    pairs = [
        ("cause", one_line(cause, CAUSE_CHARS)),
        ("to do", "\n".join(failure.remediation) if failure else ""),
        ("log", last_log(cycle)),
        ("kept", cycle.branch or ""),
        ("incident", cycle.incident or ""),
        ("rerun", f"nightcrew rerun {cycle.cycle}"),
    ]
    return [head, *(f"  {line}" for text in fields(pairs) for line in text.split("\n"))]


def last_log(cycle: CycleRecord) -> str:
    """Give the path of the log that tells most: the last attempt's, shortened below this folder."""
    if not cycle.attempts:
        return ""
    path = Path(cycle.attempts[-1].pass_log)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _what(cycle: CycleRecord) -> str:
    said = gist(cycle)
    if cycle.outcome is not CycleOutcome.SUCCEEDED:
        return said
    where = cycle.branch or ""
    if cycle.landed:
        where = f"landed as {cycle.landed[:10]}"
    elif where and cycle.checked is False and "unchecked" not in said:
        where += " (unchecked)"
    return ": ".join(part for part in (where, said) if part)


def _counts(record: RunRecord) -> str:
    seen = Counter(outcome_word(cycle.outcome) for cycle in record.cycles)
    parts = [f"{n} {word}" for word, n in seen.most_common()] or ["no cycle"]
    parts.append(count(record.agent_starts, "agent start"))
    if record.finished:
        parts.append(duration((record.finished - record.started).total_seconds()))
    return f"run {record.run}: {', '.join(parts)}"
