"""What the templates show of a cycle and of a log: words and links, nothing to decide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.logpages.urls import from_logs
from loop.causes import cause_log
from loop.logpage import Page
from policies.failure import NOT_STARTED, CycleOutcome
from policies.records import CycleRecord
from policies.text import one_line
from policies.words import duration, gist, moment, outcome_word, took

TEXT_CHARS = 1000
LINES_BEFORE = 10
"""A log opened at a line begins this many lines before it."""


def cycle_view(
    cycle: CycleRecord,
    pass_logs: Sequence[Path],
    side_logs: Sequence[Path],
    gone: Sequence[str],
    reruns: Sequence[CycleRecord],
) -> dict[str, Any]:
    """Give what cycle.html.j2 shows."""
    log = cause_log(cycle, side_logs)
    there = {path.name for path in [*pass_logs, *side_logs]}
    return _head(cycle) | {
        "facts": _facts(cycle),
        "failure": _failure(cycle),
        "causes": _causes(cycle, log if log in there else None),
        "pass_logs": [_log(cycle, path) for path in pass_logs],
        "side_logs": [_log(cycle, path) for path in side_logs],
        "gone": [one_line(name, TEXT_CHARS) for name in gone],
        "flow_run": cycle.flow_run_id and f"/runs/flow-run/{cycle.flow_run_id}",
        "rerun_of": cycle.rerun_of and {"name": cycle.rerun_of, "to": from_logs(cycle.rerun_of)},
        "reruns": [_rerun(each) for each in reruns],
        "rerun": "" if cycle.outcome in NOT_STARTED else f"nightcrew rerun {cycle.cycle}",
    }


def log_view(
    cycle: CycleRecord,
    name: str,
    size_bytes: int,
    page: Page,
    causes: Sequence[int],
    page_lines: int,
) -> dict[str, Any]:
    """Give what log.html.j2 shows."""
    first = page.lines[0].number if page.lines else 0
    last = page.lines[-1].number if page.lines else 0
    return _head(cycle) | {
        "name": name,
        "size": size(size_bytes),
        "page": page,
        "first": first,
        "last": last,
        "back": f"../{from_logs(cycle.cycle)}",
        "causes": frozenset(causes),
        "best_cause": causes[0] if causes else None,
        "to_previous": max(1, first - page_lines),
        "to_next": last + 1,
        "to_last": max(1, page.total_lines - page_lines + 1),
    }


def size(size_bytes: int) -> str:
    """Give *size_bytes* as people read it."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.1f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"


def _head(cycle: CycleRecord) -> dict[str, Any]:
    return {
        "cycle": cycle.cycle,
        "outcome": outcome_word(cycle.outcome),
        "is_running": cycle.outcome is CycleOutcome.RUNNING,
        "gist": gist(cycle),
    }


def _facts(cycle: CycleRecord) -> list[tuple[str, str]]:
    pairs = [
        ("repository", cycle.repo),
        ("agent", cycle.agent),
        ("run", cycle.run),
        ("trigger", cycle.trigger),
        ("started", moment(cycle.started)),
        ("finished", moment(cycle.finished)),
        ("took", took(cycle)),
        ("reason", cycle.reason),
        ("branch", cycle.branch or ""),
        ("landed as", cycle.landed or ""),
        ("incident", cycle.incident or ""),
    ]
    return [(name, one_line(value, TEXT_CHARS)) for name, value in pairs if value]


def _failure(cycle: CycleRecord) -> dict[str, Any] | None:
    if cycle.failure is None:
        return None
    return {
        "class": cycle.failure.failure_class.value,
        "confidence": cycle.failure.confidence.value,
        "summary": one_line(cycle.failure.summary, TEXT_CHARS),
        "to_do": [one_line(text, TEXT_CHARS) for text in cycle.failure.remediation],
    }


def _causes(cycle: CycleRecord, log: str | None) -> list[dict[str, Any]]:
    """Each cause line, with the address of its place where the log is there."""
    if cycle.failure is None:
        return []
    numbers = [*cycle.failure.line_numbers, *[None] * len(cycle.failure.lines)]
    return [
        {
            "number": number,
            "text": one_line(text, TEXT_CHARS),
            "to": _place(cycle.cycle, log, number) if log and number else "",
        }
        for text, number in zip(cycle.failure.lines, numbers, strict=False)
    ]


def _place(cycle: str, log: str, number: int) -> str:
    return f"{from_logs(cycle, log)}?line={max(1, number - LINES_BEFORE)}#L{number}"


def _log(cycle: CycleRecord, path: Path) -> dict[str, Any]:
    """A log, and of which attempt it is where that is recorded."""
    made = [attempt for attempt in cycle.attempts if Path(attempt.pass_log).name == path.name]
    said = ""
    for attempt in made[:1]:
        code = "not started" if attempt.exit_code is None else f"exit {attempt.exit_code}"
        said = (
            f"{attempt.pass_name}, attempt {attempt.n}: {code} after {duration(attempt.duration_s)}"
        )
    return {
        "name": one_line(path.name, TEXT_CHARS),
        "to": from_logs(cycle.cycle, path.name),
        "size": _size_now(path),
        "said": one_line(said, TEXT_CHARS),
        "has_cause": any(attempt.failure and attempt.failure.line_numbers for attempt in made),
    }


def _size_now(path: Path) -> str:
    try:
        return size(path.stat().st_size)
    except OSError:
        return "deleted"


def _rerun(cycle: CycleRecord) -> dict[str, str]:
    return {
        "name": cycle.cycle,
        "to": from_logs(cycle.cycle),
        "outcome": outcome_word(cycle.outcome),
    }
