"""One cycle as a page of text, and a repository's cycles as a table."""

from __future__ import annotations

from collections.abc import Sequence

from flows.cli.console import fields, note, plain_columns, table, write
from flows.cli.report import BROKEN
from flows.cli.words import duration, gist, moment, outcome_word
from policies.failure import NOT_STARTED, Failure
from policies.records import AttemptRecord, CycleRecord
from policies.text import one_line, safe


def show_cycles(repo: str, cycles: Sequence[CycleRecord]) -> None:
    """Print the table of a repository's *cycles*, newest first."""
    if not cycles:
        note(f"{repo}: no cycle yet")
        return
    table(
        ["cycle", "started", "outcome", "agent", "attempts", "what"],
        [
            [
                c.cycle,
                moment(c.started),
                outcome_word(c.outcome),
                c.agent,
                str(len(c.attempts)),
                gist(c),
            ]
            for c in cycles
        ],
    )


def show_cycle(cycle: CycleRecord, reruns: Sequence[CycleRecord]) -> None:
    """Print all that is remembered of *cycle*; *reruns* are the cycles that ran it again."""
    write("\n".join(cycle_lines(cycle, reruns)))


def cycle_lines(cycle: CycleRecord, reruns: Sequence[CycleRecord]) -> list[str]:
    """Give the page of one cycle."""
    took = ""
    if cycle.finished:
        took = duration((cycle.finished - cycle.started).total_seconds())
    lines = fields(
        [
            ("cycle", cycle.cycle),
            ("run", cycle.run),
            ("repository", cycle.repo),
            ("agent", cycle.agent),
            ("trigger", cycle.trigger),
            ("outcome", outcome_word(cycle.outcome)),
            ("reason", one_line(cycle.reason, 1000)),
            ("until", moment(cycle.until)),
            ("started", moment(cycle.started)),
            ("finished", moment(cycle.finished)),
            ("took", took),
            ("base", cycle.base_commit or ""),
            ("head", cycle.head_commit or ""),
            ("branch", cycle.branch or ""),
            ("landed", cycle.landed or ""),
            ("checked", {True: "yes", False: "no", None: ""}[cycle.checked]),
            ("incident", cycle.incident or ""),
            ("context", cycle.context or ""),
            ("flow run", cycle.flow_run_id or ""),
            ("rerun of", cycle.rerun_of or ""),
            ("rerun as", "\n".join(f"{r.cycle} ({outcome_word(r.outcome)})" for r in reruns)),
            ("rerun", "" if cycle.outcome in NOT_STARTED else f"nightcrew rerun {cycle.cycle}"),
        ]
    )
    if cycle.failure:
        title = "failure" if cycle.outcome in BROKEN else "last failure"
        lines += ["", *failure_lines(title, cycle.failure)]
    return [*lines, *_attempts(cycle.attempts), *_checks(cycle)]


def failure_lines(title: str, failure: Failure) -> list[str]:
    """Give a failure's lines: what it is, its cause in the log's words, what to do."""
    pairs = [
        ("class", failure.failure_class.value),
        ("summary", one_line(failure.summary, 500)),
        ("confidence", failure.confidence.value),
        ("fingerprint", failure.fingerprint),
        ("signature", failure.signature or ""),
        ("limit ends", moment(failure.resets_at)),
        ("cause", "\n".join(_causes(failure))),
        ("replay", "\n".join(failure.replay)),
        ("to do", "\n".join(failure.remediation)),
    ]
    return [title, *_indented(fields(pairs))]


def _causes(failure: Failure) -> list[str]:
    """Each cause once, with the numbers of the lines that say it."""
    said: dict[str, list[str]] = {}
    for n, line in enumerate(failure.lines):
        numbers = said.setdefault(one_line(line, 500), [])
        numbers += [str(number) for number in failure.line_numbers[n : n + 1]]
    return [f"{', '.join(numbers)}: {line}" if numbers else line for line, numbers in said.items()]


def _attempts(attempts: Sequence[AttemptRecord]) -> list[str]:
    if not attempts:
        return []
    rows = [
        [
            str(a.n),
            a.pass_name,
            "not started" if a.exit_code is None else str(a.exit_code),
            a.stopped_because.value if a.stopped_because else "",
            duration(a.duration_s),
            "" if a.cost_usd is None else f"{a.cost_usd:.2f} USD",
            a.failure.failure_class.value if a.failure else "",
            safe(a.pass_log),
        ]
        for a in attempts
    ]
    heads = ["attempt", "pass", "exit", "stopped", "took", "cost", "failure", "log"]
    return ["", *plain_columns(heads, rows)]


def _checks(cycle: CycleRecord) -> list[str]:
    if not cycle.checks:
        return []
    rows = [
        [
            one_line(str(row.get("name", "")), 60),
            str(row.get("result", "")),
            str(row.get("on_base") or ""),
            duration(float(row.get("duration_s") or 0)),
            one_line(str(row.get("reason") or ""), 200),
        ]
        for row in cycle.checks
    ]
    return ["", *plain_columns(["check", "result", "on the base", "took", "reason"], rows)]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for text in lines for line in text.split("\n")]
