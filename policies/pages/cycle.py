"""One cycle as a page: how it ended and why comes first, what to do next comes last."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from policies.failure import NOT_STARTED, CycleOutcome
from policies.pages.attempts import Link, attempts_table
from policies.pages.bounded import joined
from policies.pages.cause import cause_blocks
from policies.pages.markdown import bullets, facts, fenced, inline, linked, table
from policies.pages.spend import spend
from policies.records import CycleRecord, IncidentRecord
from policies.text import one_line
from policies.words import count, duration, moment, outcome_word, took

TEXT_CHARS = 1000
FACT_CHARS = 200
TABLE_BYTES = 16_000
LINEAGE_BYTES = 4_000
BROKEN = frozenset({CycleOutcome.FAILED, CycleOutcome.CRASHED})
CHECK_COLUMNS = ("check", "result", "on the base", "took", "reason")


def cycle_page(
    cycle: CycleRecord,
    *,
    incident: IncidentRecord | None,
    reruns: Sequence[str],
    link: Link,
    logs_page: str | None = None,
) -> str:
    """Give the page of *cycle* as Markdown of at most PAGE_LIMIT_BYTES.

    *reruns* are the ids of the cycles that ran it again; *link* gives the address that shows a pass
    log; *logs_page* is the address of the page that lists all logs of the cycle.
    """
    blocks = [*_head(cycle), _facts(cycle)]
    if cycle.failure:
        title = "## Cause" if cycle.outcome in BROKEN else "## Last failure"
        blocks += [title, *cause_blocks(cycle.failure)]
    blocks += _section("## Attempts", attempts_table(cycle, link, TABLE_BYTES))
    blocks += _section("## Checks", _checks(cycle))
    blocks += _section("## Work", _work(cycle))
    blocks += _section("## Incident", _incident(incident) if incident else "")
    return joined([*blocks, *_next(cycle, reruns, logs_page)])


def _head(cycle: CycleRecord) -> list[str]:
    """Say how it ended and why; a failure's cause stands before the reason, which may be another."""
    title, said = outcome_word(cycle.outcome), [cycle.reason]
    if cycle.failure and cycle.outcome in BROKEN:
        title += f": {cycle.failure.failure_class.value}"
        said = [cycle.failure.summary, cycle.reason]
    until = f"Not tried again before {moment(cycle.until)}." if cycle.until else ""
    return [f"# {title}", *(inline(text, TEXT_CHARS) for text in dict.fromkeys(said)), until]


def _facts(cycle: CycleRecord) -> str:
    pairs = [
        ("repository", cycle.repo),
        ("cycle", cycle.cycle),
        ("run", cycle.run),
        ("agent", cycle.agent),
        ("trigger", cycle.trigger),
        ("started", moment(cycle.started)),
        ("finished", moment(cycle.finished)),
        ("took", took(cycle)),
        ("spent", spend([cycle])),
    ]
    return facts(pairs, FACT_CHARS)


def _checks(cycle: CycleRecord) -> str:
    return table(
        CHECK_COLUMNS,
        [
            [
                inline(str(row.get("name") or ""), 60),
                inline(str(row.get("result") or ""), 60),
                inline(str(row.get("on_base") or ""), 60),
                duration(_seconds(row.get("duration_s"))),
                inline(str(row.get("reason") or ""), FACT_CHARS),
            ]
            for row in cycle.checks
        ],
        TABLE_BYTES,
    )


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0.0


def _work(cycle: CycleRecord) -> str:
    checked = {True: "yes", False: "no: no check passed on it", None: ""}[cycle.checked]
    pairs = [
        ("branch", cycle.branch or ""),
        ("landed as", cycle.landed or ""),
        ("head", cycle.head_commit or ""),
        ("base", cycle.base_commit or ""),
        ("checked", checked),
    ]
    return facts(pairs, FACT_CHARS)


def _incident(incident: IncidentRecord) -> str:
    seen = f"{count(incident.count, 'failed cycle')} since {moment(incident.first_seen)}"
    pairs = [("incident", incident.id), ("state", incident.state.value), ("seen in", seen)]
    return facts([*pairs, ("fix", incident.fix)], FACT_CHARS)


def _next(cycle: CycleRecord, reruns: Sequence[str], logs_page: str | None) -> list[str]:
    named = shlex.quote(one_line(cycle.cycle, FACT_CHARS))
    commands = [f"nightcrew show {named}" + (" --log" if cycle.attempts else "")]
    if cycle.outcome not in NOT_STARTED | {CycleOutcome.RUNNING}:
        commands.append(f"nightcrew rerun {named}")
    lineage = [f"rerun of {cycle.rerun_of}"] if cycle.rerun_of else []
    lineage += [f"run again as {name}" for name in reruns]
    return [
        "## Next",
        linked("All logs of this cycle", logs_page),
        bullets(lineage, LINEAGE_BYTES),
        fenced("\n".join(commands), LINEAGE_BYTES),
    ]


def _section(title: str, body: str) -> list[str]:
    return [title, body] if body else []
