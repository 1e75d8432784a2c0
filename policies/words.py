"""Short words for people: labels, durations, times; the same on a terminal and on a page."""

from __future__ import annotations

from datetime import datetime

from policies.failure import CycleOutcome, Failure
from policies.records import CycleRecord, stamp
from policies.text import one_line

SUMMARY_CHARS = 160

WORDS = {
    CycleOutcome.NOTHING_TO_DO: "nothing to do",
    CycleOutcome.CIRCUIT_OPEN: "circuit open",
}


def outcome_word(outcome: CycleOutcome) -> str:
    """Give *outcome* as people read it."""
    return WORDS.get(outcome, outcome.value)


def duration(seconds: float) -> str:
    """Give *seconds* as `8 s`, `3 min 12 s` or `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def clock(seconds: float) -> str:
    """Give *seconds* as `m:ss` or `h:mm:ss`."""
    whole = max(0, int(seconds))
    minutes = f"{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{whole // 3600}:{minutes}" if whole >= 3600 else minutes


def count(n: int, noun: str) -> str:
    """Give `1 cycle`, `2 cycles`; a noun that ends in y gets ies."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{n} {noun if n == 1 else plural}"


def moment(when: datetime | None) -> str:
    """Give *when* as UTC, or nothing."""
    return stamp(when) or ""


def took(cycle: CycleRecord) -> str:
    """Give how long *cycle* lasted, or nothing while it does."""
    if cycle.finished is None:
        return ""
    return duration((cycle.finished - cycle.started).total_seconds())


def label(cycle: CycleRecord) -> str:
    """Give `repository cycle n`."""
    return f"{cycle.repo} cycle {cycle.n}"


def gist(cycle: CycleRecord) -> str:
    """Give the one line that says what a cycle did: its failure's cause, else its reason."""
    if cycle.failure and cycle.outcome in {CycleOutcome.FAILED, CycleOutcome.CRASHED}:
        text = _in_front(cycle.failure)
    else:
        text = cycle.reason
    shown, until = one_line(text, SUMMARY_CHARS), moment(cycle.until)
    return f"{shown} (until {until})" if until not in shown else shown


def _in_front(failure: Failure) -> str:
    """When a limit ends stands first: in the agent's own words it comes last, and would be cut."""
    ends = f" until {moment(failure.resets_at)}" if failure.resets_at else ""
    return f"{failure.failure_class.value}{ends}: {failure.summary}"
